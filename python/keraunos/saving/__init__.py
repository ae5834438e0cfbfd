"""Serialization of objects to and from plain dictionaries in Keras's format."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "load_model": "model_file",
        "save_model": "model_file",
        "load_weights": "weights_file",
        "save_weights": "weights_file",
        "serialize_keras_object": "serialization",
        "deserialize_keras_object": "serialization",
        "register_keras_serializable": "registration",
        "get_custom_objects": "registration",
        "get_registered_name": "registration",
        "get_registered_object": "registration",
        "custom_object_scope": "registration",
        "CustomObjectScope": "registration",
    },
)

"""Serialization of objects to and from plain dictionaries in Keras's format."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
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

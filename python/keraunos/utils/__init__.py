"""Utilities around training."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Progbar": "progbar",
        "PyDataset": "py_dataset",
        "clear_session": "session",
        "set_random_seed": "session",
        "to_categorical": "arrays",
        "normalize": "arrays",
        "split_dataset": "arrays",
        "pad_sequences": "sequences",
        "FeatureSpace": ".layers.feature_space.space",
        **dict.fromkeys(("array_to_img", "img_to_array", "load_img", "save_img"), "images"),
        "image_dataset_from_directory": "image_dataset",
        "model_to_dot": "model_plot",
        "plot_images": "plotting",
        "plot_model": "model_plot",
        "plot_history": "plotting",
        **dict.fromkeys(
            (
                "serialize_keras_object",
                "deserialize_keras_object",
                "register_keras_serializable",
                "get_registered_name",
                "get_registered_object",
                "custom_object_scope",
                "CustomObjectScope",
                "get_custom_objects",
            ),
            "objects",
        ),
    },
    ("bounding_boxes",),
)

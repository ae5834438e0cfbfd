"""Utilities around training."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Progbar": "progbar",
        "PyDataset": "py_dataset",
        "clear_session": "session",
        "set_random_seed": "session",
        "BalancedBatches": "balanced_batches",
        "balanced_class_weights": "imbalance",
        "best_threshold": "thresholds",
        "classification_report": "report",
        "confusion_matrix": "confusion",
        "precision_recall_curve": "thresholds",
        "resample": "resampling",
        "Config": "configuration",
        "Sequence": "py_dataset:PyDataset",
        "audio_dataset_from_directory": "audio_dataset",
        "get_file": "cached_file",
        "text_dataset_from_directory": "text_dataset",
        "timeseries_dataset_from_array": "timeseries",
        **dict.fromkeys(("get_source_inputs", "is_keras_tensor"), "origins"),
        **dict.fromkeys(("pack_x_y_sample_weight", "unpack_x_y_sample_weight"), "batch_parts"),
        **dict.fromkeys(
            (
                "disable_interactive_logging",
                "enable_interactive_logging",
                "is_interactive_logging_enabled",
                "standardize_dtype",
            ),
            "names",
        ),
        "to_categorical": "arrays",
        "normalize": "arrays",
        "split_dataset": "arrays",
        **dict.fromkeys(("array_to_img", "img_to_array", "load_img", "save_img"), "images"),
        "image_dataset_from_directory": "image_dataset",
        "plot_images": "plotting",
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
    ("legacy",),
)

"""Input pipelines: `Dataset`, with the names and rules of `tf.data`."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "AUTOTUNE": "stages",
        "Dataset": "dataset",
        "INFINITE_CARDINALITY": "stages",
        "TensorSpec": "elements",
        "UNKNOWN_CARDINALITY": "stages",
    },
)

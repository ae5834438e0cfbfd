"""Models: layers that can be trained."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Functional": "functional",
        "Model": "model",
        "Sequential": "sequential",
        "clone_model": "cloning",
        "load_model": "files",
        "model_from_json": "model_json",
        "save_model": "files",
    },
)

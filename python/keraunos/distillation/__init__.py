"""Knowledge distillation: a small model that learns from a trained one."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "DistillationLoss": "distillation_losses",
        "LogitsDistillation": "distillation_losses",
        "FeatureDistillation": "distillation_losses",
        "Distiller": "distiller",
    },
)

"""Optimizers: how gradients change weights."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Optimizer": "optimizer",
        "SGD": "sgd",
        "Adam": "adam",
        "AdamW": "adam",
        "RMSprop": "rmsprop",
        "Adagrad": "adagrad",
        "Adadelta": "adadelta",
        "Adamax": "adamax",
        "Nadam": "nadam",
        "Ftrl": "ftrl",
        "Lion": "lion",
        "Lamb": "lamb",
        "Adafactor": "adafactor",
        "Muon": "muon",
        "ScheduleFreeAdamW": "schedule_free",
        "LossScaleOptimizer": "loss_scale_optimizer",
        "MultiOptimizer": "multi_optimizer",
        "OptimizerMap": "multi_optimizer",
        "get": "lookup",
        "serialize": "lookup",
        "deserialize": "lookup",
    },
    modules=("legacy", "schedules"),
)

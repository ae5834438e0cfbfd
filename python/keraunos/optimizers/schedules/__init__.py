"""Learning rates that depend on the number of updates."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "LearningRateSchedule": "schedule",
        "ExponentialDecay": "decays",
        "InverseTimeDecay": "decays",
        "PolynomialDecay": "decays",
        "PiecewiseConstantDecay": "decays",
        "CosineDecay": "cosine",
        "CosineDecayRestarts": "cosine",
        "serialize": "lookup",
        "deserialize": "lookup",
    },
)

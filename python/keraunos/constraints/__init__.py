"""Projections that are applied to weights after every update."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Constraint": "constraint",
        "MaxNorm": "norms",
        "MinMaxNorm": "norms",
        "UnitNorm": "norms",
        "NonNeg": "norms",
        "max_norm": "norms:MaxNorm",
        "min_max_norm": "norms:MinMaxNorm",
        "unit_norm": "norms:UnitNorm",
        "non_neg": "norms:NonNeg",
        "get": "lookup",
        "serialize": "lookup",
        "deserialize": "lookup",
    },
)

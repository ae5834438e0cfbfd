"""Penalties on weights and activities that are added to the loss."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Regularizer": "regularizer",
        "L1": "norms",
        "L2": "norms",
        "L1L2": "norms",
        "l1": "norms:L1",
        "l2": "norms:L2",
        "l1_l2": "norms:L1L2",
        "OrthogonalRegularizer": "orthogonality",
        "orthogonal_regularizer": "orthogonality:OrthogonalRegularizer",
        "get": "lookup",
        "serialize": "lookup",
        "deserialize": "lookup",
    },
)

"""Declarations of all primitive ops, by family; importing this package fills the registry."""

from keraunos.graph.defs import (
    contraction,
    convolution,
    elementwise,
    fourier,
    gather,
    image,
    leaves,
    linalg,
    movement,
    normalization,
    pooling,
    randomness,
    reduction,
    rows,
    update,
    views,
)

__all__ = [
    "contraction",
    "convolution",
    "elementwise",
    "fourier",
    "gather",
    "image",
    "leaves",
    "linalg",
    "movement",
    "normalization",
    "pooling",
    "randomness",
    "reduction",
    "rows",
    "update",
    "views",
]

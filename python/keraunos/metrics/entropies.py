"""Crossentropies, divergences and hinges as metrics."""

from keraunos.losses.binary import binary_crossentropy, binary_focal_crossentropy
from keraunos.losses.categorical import (
    categorical_crossentropy,
    categorical_focal_crossentropy,
    sparse_categorical_crossentropy,
)
from keraunos.losses.distributions import kl_divergence, poisson
from keraunos.losses.margins import categorical_hinge, hinge, squared_hinge
from keraunos.metrics.means import NamedMean

__all__ = [
    "BinaryCrossentropy", "CategoricalCrossentropy", "CategoricalHinge", "Hinge", "KLDivergence", "Poisson",
    "SparseCategoricalCrossentropy", "SquaredHinge", "binary_crossentropy", "binary_focal_crossentropy",
    "categorical_crossentropy", "categorical_focal_crossentropy", "categorical_hinge", "hinge", "kl_divergence",
    "poisson", "sparse_categorical_crossentropy", "squared_hinge",
]  # fmt: skip


class BinaryCrossentropy(NamedMean):
    """Mean crossentropy of yes-or-no predictions.

    Args:
        name, dtype: see `Metric`.
        from_logits: whether predictions are logits.
        label_smoothing: share by which labels move towards 1/2.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.BinaryCrossentropy()([[1.0, 0.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    _saved = ("from_logits", "label_smoothing")

    def __init__(self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0):
        super().__init__(binary_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


class CategoricalCrossentropy(NamedMean):
    """Mean crossentropy with one-hot labels.

    Args:
        name, dtype: see `Metric`.
        from_logits: whether predictions are logits.
        label_smoothing: share of the label that is spread evenly over all classes.
        axis: axis of classes.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    _saved = ("from_logits", "label_smoothing", "axis")

    def __init__(self, name="categorical_crossentropy", dtype=None, from_logits=False, label_smoothing=0, axis=-1):
        super().__init__(
            categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(NamedMean):
    """Mean crossentropy with class numbers as labels.

    Args:
        name, dtype: see `Metric`.
        from_logits: whether predictions are logits.
        ignore_class: class number whose samples do not count.
        axis: axis of classes.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
    0.6931
    """

    _saved = ("from_logits", "ignore_class", "axis")

    def __init__(
        self, name="sparse_categorical_crossentropy", dtype=None, from_logits=False, ignore_class=None, axis=-1
    ):
        super().__init__(
            sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )


class KLDivergence(NamedMean):
    """Mean Kullback-Leibler divergence of predicted from true distributions.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
    0.1438
    """

    def __init__(self, name="kl_divergence", dtype=None):
        super().__init__(kl_divergence, name, dtype)


class Poisson(NamedMean):
    """Mean Poisson loss.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.Poisson()([[1.0]], [[2.0]])), 4)
    1.3069
    """

    def __init__(self, name="poisson", dtype=None):
        super().__init__(poisson, name, dtype)


class Hinge(NamedMean):
    """Mean hinge loss, labels -1 and 1.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
    1.0
    """

    def __init__(self, name="hinge", dtype=None):
        super().__init__(hinge, name, dtype)


class SquaredHinge(NamedMean):
    """Mean squared hinge loss, labels -1 and 1.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
    1.25
    """

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(squared_hinge, name, dtype)


class CategoricalHinge(NamedMean):
    """Mean categorical hinge loss, one-hot labels.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.CategoricalHinge()([[1.0, 0.0]], [[0.5, 0.25]]))
    0.75
    """

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(categorical_hinge, name, dtype)

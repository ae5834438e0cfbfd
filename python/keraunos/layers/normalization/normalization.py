"""Normalization: data of mean 0 and variance 1."""

import numpy as np

from keraunos import config, ops
from keraunos.layers.layer import Layer


class Normalization(Layer):
    """`(inputs - mean) / sqrt(variance)`, with moments given or learned from data by `adapt`.

    Args:
        axis: axis or axes that keep their own moments; `None`: one mean and variance for everything.
        mean, variance: the moments, numbers or arrays over `axis`; both or none.
        invert: whether to apply the inverse.

    Shapes: inputs and output `(N, ...)`; moments the extents of `axis`.

    Raises:
        ValueError: when only one moment is given, or an axis is out of range.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> layer = keras.layers.Normalization(axis=None)
    >>> layer.adapt(np.array([[1.0], [3.0]], "float32"))
    >>> layer(np.array([[3.0]], "float32")).numpy()
    array([[1.]], dtype=float32)
    """

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ValueError(f"[normalization] mean and variance belong together, got mean={mean}, variance={variance}")
        if mean is not None and np.shape(mean) != np.shape(variance):
            raise ValueError(
                f"[normalization] mean and variance must have one shape, got {np.shape(mean)} and {np.shape(variance)}"
            )
        self.axis = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.input_mean = mean
        self.input_variance = variance
        self.invert = invert
        self.supports_masking = True

    def build(self, input_shape):
        rank = len(input_shape)
        if any(not -rank <= a < rank for a in self.axis):
            raise ValueError(
                f"[normalization] axis {self.axis} is out of range for inputs of shape {tuple(input_shape)}"
            )
        self._kept = tuple(sorted(a % rank for a in self.axis))
        if any(input_shape[a] is None for a in self._kept):
            raise ValueError(
                f"[normalization] axis {self.axis} must have known extents, got inputs of shape {tuple(input_shape)}"
            )
        self._moment_shape = tuple(input_shape[a] for a in self._kept)
        self._broadcast_shape = tuple(input_shape[a] if a in self._kept else 1 for a in range(rank))
        if self.input_mean is None:
            self.adapt_mean = self.add_weight(self._moment_shape, "zeros", trainable=False, name="mean")
            self.adapt_variance = self.add_weight(self._moment_shape, "ones", trainable=False, name="variance")
            self.count = self.add_weight((), "zeros", dtype="int64", trainable=False, name="count")

    def adapt(self, data):
        """Learns mean and population variance.

        Args:
            data: array `(N, ...)`, or an iterable of such batches (or of tuples that start with one).

        Raises:
            ValueError: for layers with given moments, and for data without samples.
        """
        if self.input_mean is not None:
            raise ValueError("[normalization] adapt() needs a layer without mean and variance")
        batches = [data] if hasattr(data, "shape") else data
        count, mean, variance = 0, 0.0, 0.0
        for batch in batches:
            batch = np.asarray(batch[0] if isinstance(batch, tuple) else batch, np.float64)
            if not self.built:
                self._build_once(batch.shape if hasattr(data, "shape") else (None, *batch.shape[1:]))
            rank = batch.ndim
            others = tuple(a for a in range(rank) if a not in self._kept)
            if tuple(batch.shape[a] for a in self._kept) != self._moment_shape:
                raise ValueError(
                    f"[normalization] expected data with extents {self._moment_shape} on axis {self.axis}, "
                    f"got {batch.shape}"
                )
            size = int(np.prod([batch.shape[a] for a in others], dtype=np.int64))
            if not size:
                continue
            # Chan et al.: moments of a union from the moments of its parts.
            batch_mean, batch_variance = batch.mean(axis=others), batch.var(axis=others)
            share = size / (count + size)
            shift = batch_mean - mean
            variance = variance * (1 - share) + batch_variance * share + shift**2 * share * (1 - share)
            mean = mean + shift * share
            count += size
        if not count:
            raise ValueError("[normalization] adapt() got no data")
        self.adapt_mean.assign(np.asarray(mean, self.dtype))
        self.adapt_variance.assign(np.asarray(variance, self.dtype))

    def _moments(self):
        if self.input_mean is None:
            return tuple(ops.reshape(v, self._broadcast_shape) for v in (self.adapt_mean, self.adapt_variance))
        return tuple(self._placed(value) for value in (self.input_mean, self.input_variance))

    def _placed(self, value):
        """A given moment with its axes where the inputs have them."""
        value = np.asarray(value, self.compute_dtype)
        shape = [1] * len(self._broadcast_shape)
        for i in range(1, value.ndim + 1):
            shape[self._kept[-i]] = value.shape[-i]
        return np.broadcast_to(value.reshape(shape), self._broadcast_shape)

    def call(self, inputs):
        inputs = ops.cast(inputs, self.compute_dtype)
        mean, variance = self._moments()
        deviation = ops.maximum(ops.sqrt(variance), config.epsilon())
        return inputs * deviation + mean if self.invert else (inputs - mean) / deviation

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "axis": self.axis,
            "invert": self.invert,
            "mean": np.array(self.input_mean).tolist(),
            "variance": np.array(self.input_variance).tolist(),
        }

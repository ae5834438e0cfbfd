"""Discretization: numbers by the range they fall into."""

import numpy as np

from keraunos import config
from keraunos.layers.encoders import quantiles
from keraunos.layers.encoders.adapting import batches_of
from keraunos.layers.encoders.encoding import MODES, check_dense, checked_mode, encode, encoded_shape
from keraunos.layers.encoders.search import count_not_above
from keraunos.layers.layer import Layer


class Discretization(Layer):
    """The number of the range that a value falls into; boundaries are given, or learned from data by `adapt`.

    Args:
        bin_boundaries: ascending numbers `b`: a value `x` has number 0 below `b[0]`, 1 for `b[0] <= x < b[1]`, and so
            on; NaN has the last.
        num_bins: number of ranges that `adapt` finds, with about equally many data in each; instead of boundaries.
        epsilon: how exact `adapt` is, as a share of the data: smaller is more exact and takes more memory.
        output_mode: `"int"`, or what `CategoryEncoding` makes of the numbers: `"one_hot"`, `"multi_hot"`, `"count"`.
        sparse: must be False.

    Shapes: `(N, ...)`, unchanged for `"int"` (then int32), else as `CategoryEncoding`.

    Raises:
        ValueError: without or with both of boundaries and `num_bins`, for unknown modes, and when the layer is called
            before boundaries are known.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> layer = keras.layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0])
    >>> layer(np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]])).numpy()
    array([[0, 2, 3, 1],
           [1, 3, 2, 1]], dtype=int32)
    """

    def __init__(self, bin_boundaries=None, num_bins=None, epsilon=0.01, output_mode="int", sparse=False, dtype=None,
                 name=None):  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        check_dense("discretization", sparse)
        if (num_bins is None) == (bin_boundaries is None):
            raise ValueError(
                f"[discretization] expected either bin_boundaries or num_bins, got {bin_boundaries} and {num_bins}"
            )
        if num_bins is not None and num_bins < 0:
            raise ValueError(f"[discretization] num_bins must be at least 0, got {num_bins}")
        self.bin_boundaries = bin_boundaries
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.output_mode = checked_mode("discretization", output_mode, MODES)
        self.sparse = sparse
        self.summary = quantiles.EMPTY

    @property
    def input_dtype(self):
        """Dtype of the values."""
        return config.floatx()

    @property
    def output_dtype(self):
        """Dtype of the result."""
        return "int32" if self.output_mode == "int" else self.compute_dtype

    def adapt(self, data, steps=None):
        """Learns boundaries that part the data into `num_bins` ranges of about equal size.

        Args:
            data: array, or an iterable of batches.
            steps: how many batches at most.

        Raises:
            ValueError: for a layer with given boundaries.
        """
        if self.num_bins is None:
            raise ValueError("[discretization] adapt() needs num_bins; this layer has bin_boundaries")
        self.reset_state()
        for batch in batches_of(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data):
        """Takes one batch into the summary of the data."""
        self.summary = quantiles.merge(quantiles.summarize(data, self.epsilon), self.summary, self.epsilon)

    def finalize_state(self):
        """Makes boundaries of the summary."""
        if self.num_bins is not None:
            self.bin_boundaries = quantiles.boundaries(self.summary, self.num_bins).tolist()

    def reset_state(self):
        """Forgets the data seen so far."""
        if self.num_bins is not None:
            self.summary = quantiles.EMPTY

    def load_own_variables(self, store):
        """Older files hold the summary; newer ones nothing, because boundaries are part of the configuration."""
        if len(store) == 1:
            self.summary = np.asarray(store["0"])

    def call(self, inputs):
        if self.bin_boundaries is None:
            raise ValueError(
                f'[discretization] layer "{self.name}" has no boundaries yet; call adapt(data) or pass bin_boundaries'
            )
        numbers = count_not_above(np.asarray(self.bin_boundaries, "float32"), inputs)
        return encode(numbers, self.output_mode, len(self.bin_boundaries) + 1, self.output_dtype)

    def compute_output_shape(self, input_shape):
        depth = self.num_bins if self.bin_boundaries is None else len(self.bin_boundaries) + 1
        return encoded_shape(input_shape, self.output_mode, depth)

    def get_config(self):
        return {
            "bin_boundaries": None if self.bin_boundaries is None else list(self.bin_boundaries),
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        # Boundaries that were learned stand beside the number of ranges they were learned for.
        learned = config.pop("bin_boundaries") if config.get("num_bins") is not None else None
        layer = cls(**config)
        if learned is not None:
            layer.bin_boundaries = list(learned)
        return layer

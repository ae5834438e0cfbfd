"""HashedCrossing: combinations of features to a fixed number of bins."""

import numpy as np

from keraunos.layers.encoders import hashes
from keraunos.layers.encoders.encoding import check_dense, checked_mode, encode, encoded_shape
from keraunos.layers.encoders.text import HostLayer, as_array, host_value

# What TensorFlow begins every combination with.
_START = 0xDECAFCAFFE


class HashedCrossing(HostLayer):
    """The combination of two or more features to bins, by a hash: "London" and 5 to one, "London" and 6 to another.

    Bins are those of TensorFlow: fingerprints of text and numbers as they are, joined one after the other, modulo the
    number of bins.

    Args:
        num_bins: number of bins.
        output_mode: `"int"` or `"one_hot"`.
        sparse: must be False.

    The call takes a list of features, text or integers.

    Shapes: features `()`, `(N,)` or `(N, 1)`, all alike; the same for `"int"` (int64 by default), `(N, num_bins)` for
    `"one_hot"`.

    The layer computes on the host: eagerly, and in `Dataset.map`.

    Raises:
        ValueError: for fewer than two features, other shapes, features of floats, and unknown modes.
        TracedValueError: inside a traced model.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> layer = keras.layers.HashedCrossing(num_bins=5)
    >>> layer((np.array(["A", "B", "A", "B", "A"]), np.array([101, 101, 101, 102, 102]))).numpy()
    array([1, 4, 1, 1, 3])
    """

    def __init__(self, num_bins, output_mode="int", sparse=False, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype="int64" if output_mode == "int" and dtype is None else dtype)
        if num_bins is None or num_bins <= 0:
            raise ValueError(f"[hashed_crossing] num_bins must be positive, got {num_bins!r}")
        check_dense("hashed_crossing", sparse)
        self.num_bins = num_bins
        self.output_mode = checked_mode("hashed_crossing", output_mode, ("int", "one_hot"))
        self.sparse = sparse

    def _to_tensors(self, value):
        return [host_value(feature) for feature in value] if isinstance(value, (list, tuple)) else host_value(value)

    def call(self, inputs):
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(f'[hashed_crossing] layer "{self.name}": expected a list of two or more features')
        features = [as_array(self, feature) for feature in inputs]
        shape = features[0].shape
        if len(shape) > 2 or shape[1:] not in ((), (1,)) or any(f.shape != shape for f in features):
            raise ValueError(
                f'[hashed_crossing] layer "{self.name}": expected features of one shape (), (N,) or (N, 1), got '
                f"{[f.shape for f in features]}"
            )
        joined = np.full(shape, _START, np.uint64)
        for feature in features:
            if feature.dtype.kind not in "Oiu":
                raise ValueError(
                    f'[hashed_crossing] layer "{self.name}": expected features of text or integers, got {feature.dtype}'
                )
            hashed = hashes.farmhash64(feature) if feature.dtype == object else feature.astype(np.int64).view(np.uint64)
            joined = hashes.concatenate(joined, hashed)
        return encode(hashes.buckets(joined, self.num_bins), self.output_mode, self.num_bins, self.dtype)

    def compute_output_shape(self, input_shape):
        return encoded_shape(input_shape[0], self.output_mode, self.num_bins)

    def get_config(self):
        return {
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }

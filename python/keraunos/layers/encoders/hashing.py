"""Hashing: words and numbers to a fixed number of bins."""

import numpy as np

from keraunos import config
from keraunos.layers.encoders import hashes
from keraunos.layers.encoders.encoding import MODES, check_dense, checked_mode, encode, encoded_shape
from keraunos.layers.encoders.text import HostLayer, as_array


def checked_salt(tag, salt):
    """The two integers of a salt, or None."""
    if salt is None:
        return None
    pair = (salt, salt) if isinstance(salt, int) else salt
    if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not all(isinstance(k, int) for k in pair):
        raise ValueError(f"[{tag}] salt must be an integer or two of them, got {salt!r}")
    return list(pair)


def bins_of(values, count, salt):
    """Bins of text or numbers, int64: numbers are hashed as they are written."""
    if values.dtype != object:
        values = values.astype(np.int64) if values.dtype.kind == "f" else values
        written = [str(v).lower() if isinstance(v, bool) else str(v) for v in values.reshape(-1).tolist()]
        values = np.array([*written, None], object)[:-1].reshape(values.shape)
    return hashes.buckets(hashes.farmhash64(values) if salt is None else hashes.siphash64(values, salt), count)


class Hashing(HostLayer):
    """Words and numbers to bins, by a hash: no vocabulary is needed, but different ones may share a bin.

    Bins are those of TensorFlow: FarmHash's fingerprint, or SipHash-2-4 with a salt, of the text, modulo the number of
    bins.

    Args:
        num_bins: number of bins, with the one for `mask_value`.
        mask_value: a value that gets bin 0, which no other value gets then.
        salt: integer or two: another hash function for every salt, which nobody can predict without it.
        output_mode: `"int"`, or what `CategoryEncoding` makes of the bins: `"one_hot"`, `"multi_hot"`, `"count"`.
        sparse: must be False.

    Shapes: text or integers `(N, ...)`, unchanged for `"int"` (int64 by default), else as `CategoryEncoding`.

    The layer computes on the host: eagerly, and in `Dataset.map`.

    Raises:
        ValueError: for `num_bins` that is not positive, unknown modes, and a dtype that does not fit the mode.
        TracedValueError: inside a traced model.

    Example:

    >>> import keraunos as keras
    >>> keras.layers.Hashing(num_bins=3)([["A"], ["B"], ["C"], ["D"], ["E"]]).numpy().ravel()
    array([1, 0, 1, 1, 2])
    """

    def __init__(self, num_bins, mask_value=None, salt=None, output_mode="int", sparse=False, **kwargs):
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else config.floatx()
        super().__init__(**kwargs)
        if num_bins is None or num_bins <= 0:
            raise ValueError(f"[hashing] num_bins must be positive, got {num_bins!r}")
        self.output_mode = checked_mode("hashing", output_mode, MODES)
        if self.output_mode == "int" and self.dtype not in ("int32", "int64"):
            raise ValueError(f"[hashing] output_mode='int' needs dtype int32 or int64, got {self.dtype}")
        check_dense("hashing", sparse)
        self.num_bins = num_bins
        self.mask_value = mask_value
        self.sparse = sparse
        self.salt = checked_salt("hashing", salt)

    def call(self, inputs):
        values = as_array(self, inputs)
        if self.mask_value is None or self.num_bins == 1:
            found = bins_of(values, self.num_bins, self.salt)
        else:
            found = np.where(values == self.mask_value, 0, bins_of(values, self.num_bins - 1, self.salt) + 1)
        return encode(found, self.output_mode, self.num_bins, self.dtype)

    def compute_output_shape(self, input_shape):
        return encoded_shape(input_shape, self.output_mode, self.num_bins)

    def get_config(self):
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "salt": self.salt,
            "mask_value": self.mask_value,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }

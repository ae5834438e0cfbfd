"""CategoryEncoding: numbers of categories as vectors."""

import numpy as np

from keraunos import ops
from keraunos.layers.encoders.encoding import check_dense, checked_mode, encode, encoded_shape
from keraunos.layers.layer import Layer


class CategoryEncoding(Layer):
    """Vectors of zeros and ones, or counts, for integers in 0..num_tokens - 1.

    Args:
        num_tokens: number of categories.
        output_mode: `"one_hot"`: a vector for every number; `"multi_hot"`: one for all numbers of a sample, with ones
            for those that occur; `"count"`: how often each occurs.
        sparse: must be False.

    The call takes `count_weights`, shaped like the inputs: what each number adds to its count.

    Shapes: `(N, T)` to `(N, T, num_tokens)` for `"one_hot"` (`(N, 1)` to `(N, num_tokens)`), to `(N, num_tokens)` else.

    Raises:
        ValueError: without `num_tokens`, for unknown modes, for weights without `"count"`, and, where numbers are known
            when the layer is called, for negative ones. Numbers beyond the last category are left out, as in Keras.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.CategoryEncoding(4)(np.array([[0, 1], [0, 0], [3, 1]])).numpy()
    array([[1., 1., 0., 0.],
           [1., 0., 0., 0.],
           [0., 1., 0., 1.]], dtype=float32)
    """

    def __init__(self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs):
        super().__init__(**kwargs)
        if isinstance(num_tokens, bool) or not hasattr(num_tokens, "__index__") or num_tokens < 1:
            raise ValueError(
                f"[category_encoding] num_tokens must be a positive integer, got {num_tokens!r}; IntegerLookup "
                "finds out where it is not known"
            )
        check_dense("category_encoding", sparse)
        self.num_tokens = int(num_tokens)
        self.output_mode = checked_mode("category_encoding", output_mode, ("count", "one_hot", "multi_hot"))
        self.sparse = sparse
        self.autocast = False

    def call(self, inputs, count_weights=None):
        if count_weights is not None:
            if self.output_mode != "count":
                raise ValueError(
                    f"[category_encoding] count_weights belong to output_mode='count', got them with "
                    f"{self.output_mode!r}"
                )
            count_weights = ops.cast(count_weights, self.compute_dtype)
        known = getattr(inputs, "value", None)
        if isinstance(known, np.ndarray) and known.size and known.min() < 0:
            raise ValueError(
                f'[category_encoding] layer "{self.name}": expected numbers of at least 0, got {known.min()}'
            )
        return encode(inputs, self.output_mode, self.num_tokens, self.compute_dtype, count_weights)

    def compute_output_shape(self, input_shape):
        return encoded_shape(input_shape, self.output_mode, self.num_tokens)

    def get_config(self):
        return {**super().get_config(), "num_tokens": self.num_tokens, "output_mode": self.output_mode}

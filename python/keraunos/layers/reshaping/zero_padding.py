"""ZeroPadding1D, 2D, 3D: zeros around the spatial axes."""

from keraunos import ops
from keraunos.layers.reshaping.margins import MarginLayer


class _ZeroPadding(MarginLayer):
    _argument = "padding"

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self._set_margins(padding)

    def call(self, inputs):
        self.check_rank(inputs.shape)
        return ops.pad(inputs, self._all_margins())

    def compute_output_shape(self, input_shape):
        self.check_rank(input_shape)
        known = zip(input_shape, self._all_margins(), strict=True)
        return tuple(None if n is None else n + before + after for n, (before, after) in known)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding, "data_format": self.data_format}


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after sequences: `(N, T, C)` to `(N, before + T + after, C)`.

    Args:
        padding: int, or (before, after).
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for negative padding and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.ZeroPadding1D((1, 2))(np.ones((2, 4, 3), "float32")).shape
    (2, 7, 3)
    """

    rank = 1


class ZeroPadding2D(_ZeroPadding):
    """Zeros around images `(N, H, W, C)`.

    Args:
        padding: int, (height, width), or ((top, bottom), (left, right)).
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for negative padding and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.ZeroPadding2D(((1, 0), (2, 3)))(np.ones((2, 4, 5, 3), "float32")).shape
    (2, 5, 10, 3)
    """

    rank = 2

    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes `(N, D, H, W, C)`.

    Args:
        padding: int, three ints, or three pairs (before, after).
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for negative padding and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.ZeroPadding3D(1)(np.ones((2, 4, 5, 6, 3), "float32")).shape
    (2, 6, 7, 8, 3)
    """

    rank = 3

    def __init__(self, padding=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)

"""Cropping1D, 2D, 3D: the spatial axes without their ends."""

from keraunos.layers.reshaping.margins import MarginLayer


class _Cropping(MarginLayer):
    _argument = "cropping"

    def __init__(self, cropping, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self._set_margins(cropping)

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)
        bounds = zip(inputs.shape, self._all_margins(), strict=True)
        return inputs[tuple(slice(before, n - after) for n, (before, after) in bounds)]

    def compute_output_shape(self, input_shape):
        self.check_rank(input_shape)
        shape = []
        for axis, (extent, (before, after)) in enumerate(zip(input_shape, self._all_margins(), strict=True)):
            left = None if extent is None else extent - before - after
            if axis in self.spatial_axes and left is not None and left <= 0:
                raise ValueError(
                    f'[{self._tag}] layer "{self.name}": cropping {self.cropping} leaves nothing of inputs of shape '
                    f"{tuple(input_shape)}"
                )
            shape.append(left)
        return tuple(shape)

    def get_config(self):
        return {**super().get_config(), "cropping": self.cropping, "data_format": self.data_format}


class Cropping1D(_Cropping):
    """Sequences without their ends: `(N, T, C)` to `(N, T - before - after, C)`.

    Args:
        cropping: int, or (before, after).

    Raises:
        ValueError: for negative cropping and for inputs of which nothing would be left.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Cropping1D((1, 2))(np.ones((2, 7, 3), "float32")).shape
    (2, 4, 3)
    """

    rank = 1

    def __init__(self, cropping=(1, 1), **kwargs):
        super().__init__(cropping, "channels_last", **kwargs)

    def get_config(self):
        config = super().get_config()
        del config["data_format"]
        return config


class Cropping2D(_Cropping):
    """Images `(N, H, W, C)` without their edges.

    Args:
        cropping: int, (height, width), or ((top, bottom), (left, right)).
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for negative cropping and for inputs of which nothing would be left.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Cropping2D(((1, 0), (2, 1)))(np.ones((2, 4, 5, 3), "float32")).shape
    (2, 3, 2, 3)
    """

    rank = 2

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(_Cropping):
    """Volumes `(N, D, H, W, C)` without their edges.

    Args:
        cropping: int, three ints, or three pairs (before, after).
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for negative cropping and for inputs of which nothing would be left.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Cropping3D(1)(np.ones((2, 4, 5, 6, 3), "float32")).shape
    (2, 2, 3, 4, 3)
    """

    rank = 3

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)

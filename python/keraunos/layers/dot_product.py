"""Dot: inner products of two inputs, sample by sample."""

import math

from keraunos import ops
from keraunos.graph import primitives as p
from keraunos.layers.merging import Merge


class Dot(Merge):
    """Inner products along one axis of each of two inputs.

    Args:
        axes: the axis of both inputs, or one for each; never the batch axis 0.
        normalize: whether the vectors along the axes are first divided by their lengths, which makes the result the
            cosine of the angle between them.

    Shapes: inputs `(N, A..., d, B...)` and `(N, C..., d, D...)`, output `(N, A..., B..., C..., D...)`, `(N, 1)` for two
    inputs of rank 2.

    Raises:
        TypeError: for axes that are neither an int nor a pair.
        ValueError: for a pair that is not two ints, for axis 0, and for extents that differ.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> x, y = np.ones((2, 3, 5), "float32"), np.ones((2, 10, 3), "float32")
    >>> keras.layers.Dot(axes=(1, 2))([x, y]).shape
    (2, 5, 10)
    """

    _exactly = 2

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(axes, (int, list, tuple)):
            raise TypeError(f"[dot] axes must be an int or two of them, got {axes!r}")
        if not isinstance(axes, int) and (len(axes) != 2 or not all(isinstance(a, int) for a in axes)):
            raise ValueError(f"[dot] axes must be an int or two of them, got {axes!r}")
        self.axes = axes
        self.normalize = normalize

    def _places(self, shapes):
        """The two axes, counted from the front."""
        axes = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        if any(not -len(shape) <= a < len(shape) or a % len(shape) == 0 for a, shape in zip(axes, shapes, strict=True)):
            raise ValueError(
                f'[dot] layer "{self.name}": axes {self.axes} must be axes of the samples in shapes '
                f"{[tuple(s) for s in shapes]}; axis 0 is that of the batch"
            )
        return tuple(a % len(shape) for a, shape in zip(axes, shapes, strict=True))

    def call(self, inputs):
        axes = self._places([x.shape for x in inputs])
        if self.normalize:
            inputs = [ops.normalize(x, axis=axis) for x, axis in zip(inputs, axes, strict=True)]
        (x, first), (y, second) = (_as_matrices(x, axis) for x, axis in zip(inputs, axes, strict=True))
        products = p.matmul(x, y, transpose_a=first, transpose_b=not second)
        return ops.reshape(products, self.compute_output_shape([x.shape for x in inputs]))

    def compute_output_shape(self, input_shape):
        axes = self._places(input_shape)
        extents = [shape[axis] for shape, axis in zip(input_shape, axes, strict=True)]
        batch = [shape[0] for shape in input_shape if shape[0] is not None]
        if None not in extents and extents[0] != extents[1] or len(set(batch)) > 1:
            raise ValueError(
                f'[dot] layer "{self.name}": shapes {[tuple(s) for s in input_shape]} do not fit on axes {self.axes}'
            )
        kept = [n for shape, axis in zip(input_shape, axes, strict=True)
                for place, n in enumerate(shape) if place not in (0, axis)]  # fmt: skip
        return (batch[0] if batch else None, *(kept or [1]))

    def compute_mask(self, inputs, mask=None):
        """None: the axes of masks are no axes of the result."""
        return None

    def get_config(self):
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


def _as_matrices(x, axis):
    """(x as matrices, whether their first axis is `axis`), of which the other one has all other axes but the batch.

    What is first or last already stays where it is: products read either way.
    """
    rank, extent = len(x.shape), x.shape[axis]
    rest = math.prod(n for place, n in enumerate(x.shape) if place not in (0, axis))
    if axis == 1 and rank > 2:
        return ops.reshape(x, (x.shape[0], extent, rest)), True
    if axis < rank - 1:
        x = ops.moveaxis(x, axis, -1)
    return ops.reshape(x, (x.shape[0], rest, extent)), False


def dot(inputs, axes=-1, **kwargs):
    """Inner products of two tensors; `Dot` as a function.

    Args:
        inputs: list of two tensors, `(N, A..., d, B...)` and `(N, C..., d, D...)`.
        axes: as for `Dot`.
        **kwargs: further arguments of `Dot`.

    Returns:
        `(N, A..., B..., C..., D...)`, `(N, 1)` for two tensors of rank 2.

    Raises:
        TypeError, ValueError: as `Dot`.

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.dot([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])], axes=1).numpy()
    array([[11.]], dtype=float32)
    """
    return Dot(axes=axes, **kwargs)(inputs)

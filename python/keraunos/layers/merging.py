"""Layers that merge several inputs into one."""

from keraunos import ops
from keraunos.layers.layer import Layer


class Merge(Layer):
    """Folds a list of inputs that broadcast; inputs of lower rank get axes of extent 1 after the batch axis."""

    _exactly = None

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        if (
            not isinstance(input_shape, (list, tuple))
            or not input_shape
            or not isinstance(input_shape[0], (list, tuple))
        ):
            raise ValueError(f'[merge] layer "{self.name}": expected a list of inputs, got one of shape {input_shape}')
        if self._exactly is not None and len(input_shape) != self._exactly:
            raise ValueError(
                f'[merge] layer "{self.name}": expected {self._exactly} inputs, got {len(input_shape)} of shapes '
                f"{input_shape}"
            )
        self.compute_output_shape(input_shape)

    def call(self, inputs):
        rank = max(len(x.shape) for x in inputs)
        aligned = []
        for x in inputs:
            missing = rank - len(x.shape)
            aligned.append(ops.reshape(x, (x.shape[0], *(1,) * missing, *x.shape[1:])) if missing else x)
        return self._merge(aligned)

    def _merge(self, inputs):
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        batch = {shape[0] for shape in input_shape} - {None}
        rank = max(len(shape) for shape in input_shape) - 1
        samples = [(*(1,) * (rank - len(shape) + 1), *shape[1:]) for shape in input_shape]
        if len(batch) > 1:
            raise ValueError(f'[merge] layer "{self.name}": batch sizes differ in shapes {list(input_shape)}')
        merged = []
        for extents in zip(*samples, strict=True):
            known = {n for n in extents if n not in (1, None)}
            if len(known) > 1:
                raise ValueError(f'[merge] layer "{self.name}": shapes {list(input_shape)} do not broadcast')
            merged.append(known.pop() if known else None if None in extents else 1)
        return (batch.pop() if batch else None, *merged)

    def compute_mask(self, inputs, mask=None):
        """A position counts when it does in any input; without a mask on every input there is none."""
        if mask is None or any(m is None for m in mask):
            return None
        merged = mask[0]
        for m in mask[1:]:
            merged = ops.logical_or(merged, m)
        return merged


def _folded(inputs, function):
    result = inputs[0]
    for x in inputs[1:]:
        result = function(result, x)
    return result


class Add(Merge):
    """The sum of inputs.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Add()([np.ones((1, 2), "float32"), np.ones((1, 2), "float32")]).numpy()
    array([[2., 2.]], dtype=float32)
    """

    def _merge(self, inputs):
        return _folded(inputs, ops.add)


class Subtract(Merge):
    """The first of two inputs minus the second.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Subtract()([np.ones((1, 2), "float32"), np.ones((1, 2), "float32")]).numpy()
    array([[0., 0.]], dtype=float32)
    """

    _exactly = 2

    def _merge(self, inputs):
        return ops.subtract(*inputs)


class Multiply(Merge):
    """The product of inputs, elementwise.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Multiply()([np.full((1, 2), 2, "float32"), np.full((1, 2), 3, "float32")]).numpy()
    array([[6., 6.]], dtype=float32)
    """

    def _merge(self, inputs):
        return _folded(inputs, ops.multiply)


class Average(Merge):
    """The mean of inputs.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Average()([np.ones((1, 2), "float32"), np.zeros((1, 2), "float32")]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """

    def _merge(self, inputs):
        return _folded(inputs, ops.add) / len(inputs)


class Maximum(Merge):
    """The largest of inputs, elementwise.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Maximum()([np.ones((1, 2), "float32"), np.zeros((1, 2), "float32")]).numpy()
    array([[1., 1.]], dtype=float32)
    """

    def _merge(self, inputs):
        return _folded(inputs, ops.maximum)


class Minimum(Merge):
    """The smallest of inputs, elementwise.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Minimum()([np.ones((1, 2), "float32"), np.zeros((1, 2), "float32")]).numpy()
    array([[0., 0.]], dtype=float32)
    """

    def _merge(self, inputs):
        return _folded(inputs, ops.minimum)


class Concatenate(Merge):
    """Inputs one after the other along `axis`.

    Args:
        axis: the axis along which extents may differ.

    Raises:
        ValueError: when other extents differ.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Concatenate()([np.ones((1, 2), "float32"), np.ones((1, 3), "float32")]).shape
    (1, 5)
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return ops.concatenate(list(inputs), axis=self.axis)

    def compute_output_shape(self, input_shape):
        first = list(input_shape[0])
        axis = self.axis % len(first)
        for shape in input_shape[1:]:
            others = [
                (a, b) for i, (a, b) in enumerate(zip(first, shape, strict=False)) if i != axis and None not in (a, b)
            ]
            if len(shape) != len(first) or any(a != b for a, b in others):
                raise ValueError(
                    f'[concatenate] layer "{self.name}": shapes {[tuple(s) for s in input_shape]} may differ on axis '
                    f"{self.axis} alone"
                )
        extents = [shape[axis] for shape in input_shape]
        first[axis] = None if None in extents else sum(extents)
        return tuple(first)

    def compute_mask(self, inputs, mask=None):
        """Masks one after the other; all true for inputs without one."""
        if mask is None or all(m is None for m in mask):
            return None
        filled = []
        for x, m in zip(inputs, mask, strict=True):
            if m is None:
                m = ops.ones(x.shape[:-1], dtype="bool")
            filled.append(ops.broadcast_to(m if len(m.shape) == len(x.shape) else ops.expand_dims(m, -1), x.shape))
        return ops.all(ops.concatenate(filled, axis=self.axis), axis=-1)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


def add(inputs, **kwargs):
    """The sum of a list of tensors; `Add` as a function.

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.add([np.ones((1, 2)), np.ones((1, 2))]).numpy()
    array([[2., 2.]], dtype=float32)
    """
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """The difference of two tensors; `Subtract` as a function.

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.subtract([np.ones((1, 2)), np.ones((1, 2))]).numpy()
    array([[0., 0.]], dtype=float32)
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """The product of a list of tensors; `Multiply` as a function.

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.multiply([np.full((1, 2), 3.0), np.full((1, 2), 2.0)]).numpy()
    array([[6., 6.]], dtype=float32)
    """
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    """The mean of a list of tensors; `Average` as a function.

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.average([np.zeros((1, 2)), np.ones((1, 2))]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    """The elementwise maximum of a list of tensors; `Maximum` as a function.

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.maximum([np.zeros((1, 2)), np.ones((1, 2))]).numpy()
    array([[1., 1.]], dtype=float32)
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """The elementwise minimum of a list of tensors; `Minimum` as a function.

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.minimum([np.zeros((1, 2)), np.ones((1, 2))]).numpy()
    array([[0., 0.]], dtype=float32)
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """A list of tensors one after the other; `Concatenate` as a function.

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.concatenate([np.zeros((1, 2)), np.ones((1, 1))]).numpy()
    array([[0., 0., 1.]], dtype=float32)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)

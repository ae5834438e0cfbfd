"""InputLayer and Input: the shape that a model expects."""

import warnings

from keraunos.layers.layer import Layer
from keraunos.symbolic.keras_tensor import KerasTensor, standardize
from keraunos.symbolic.operation import Node


class InputLayer(Layer):
    """The place where data enters a model; it has no weights.

    Args:
        shape: tuple without the batch axis.
        batch_size: fixed batch size, or None.
        dtype: dtype of the data.
        sparse, ragged: accepted for compatibility; only False.
        batch_shape: shape with the batch axis, instead of `shape`.
        input_tensor: a KerasTensor to take the place of a new one.
        optional: whether None may be given for it.
        input_shape: older name of `shape`, accepted with a warning.

    Raises:
        ValueError: when no shape is given.

    Example:

    >>> import keraunos as keras
    >>> keras.layers.InputLayer(shape=(28, 28)).batch_shape
    (None, 28, 28)
    """

    _saves_build_shape = False

    def __init__(self, shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None,
                 input_tensor=None, optional=False, name=None, **kwargs):  # fmt: skip
        if "input_shape" in kwargs:
            warnings.warn("Argument `input_shape` is deprecated. Use `shape` instead.", stacklevel=2)
            shape = kwargs.pop("input_shape")
        if "batch_input_shape" in kwargs:
            batch_shape = kwargs.pop("batch_input_shape")
        super().__init__(name=name or None, **kwargs)
        if input_tensor is not None:
            batch_shape, dtype = input_tensor.shape, input_tensor.dtype
        if shape is None and batch_shape is None:
            raise ValueError("[input] expected a shape, e.g. Input(shape=(28, 28))")
        if batch_shape is None:
            shape = (shape,) if isinstance(shape, int) else tuple(shape)
            batch_shape = (batch_size, *shape)
        self.batch_shape = tuple(None if n is None else int(n) for n in batch_shape)
        self._dtype = standardize(dtype)
        self.sparse, self.ragged, self.optional = bool(sparse), bool(ragged), bool(optional)
        self.built = True
        if input_tensor is None:
            input_tensor = KerasTensor(self.batch_shape, self._dtype, self.sparse, self.ragged, name=self.name)
        Node(self, (), {}, input_tensor)

    @property
    def dtype(self):
        """Dtype of the data."""
        return self._dtype

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return self.batch_shape

    def get_config(self):
        return {
            "batch_shape": self.batch_shape,
            "dtype": self._dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }


def Input(shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None, name=None, tensor=None,
          optional=False):  # fmt: skip
    """The place where data enters a model: `Sequential([Input((28, 28)), ...])`, or the tensor from which a functional
    model starts.

    Args:
        shape, batch_size, dtype, sparse, ragged, batch_shape, name, optional: see `InputLayer`.
        tensor: a KerasTensor to take the place of a new one.

    Returns:
        A `KerasTensor`.

    Raises:
        ValueError: when no shape is given.

    >>> import keraunos as keras
    >>> x = keras.Input((3,))
    >>> keras.Model(x, keras.layers.Dense(2)(x)).output_shape
    (None, 2)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    return layer.output

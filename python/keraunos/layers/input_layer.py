"""InputLayer and Input: the shape that a model expects."""

import warnings

from keraunos.graph import dtypes
from keraunos.layers.layer import Layer


class InputLayer(Layer):
    """The place where data enters a model; it has no weights.

    Args:
        shape: tuple without the batch axis.
        batch_size: fixed batch size, or None.
        dtype: dtype of the data.
        batch_shape: shape with the batch axis, instead of `shape`.
        input_shape: older name of `shape`, accepted with a warning.

    Raises:
        ValueError: when no shape is given.

    Example:

    >>> import keraunos as keras
    >>> keras.layers.InputLayer(shape=(28, 28)).batch_shape
    (None, 28, 28)
    """

    def __init__(self, shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None,
                 input_tensor=None, optional=False, name=None, **kwargs):  # fmt: skip
        if "input_shape" in kwargs:
            warnings.warn("Argument `input_shape` is deprecated. Use `shape` instead.", stacklevel=2)
            shape = kwargs.pop("input_shape")
        if "batch_input_shape" in kwargs:
            batch_shape = kwargs.pop("batch_input_shape")
        super().__init__(name=name or None, **kwargs)
        if shape is None and batch_shape is None:
            raise ValueError("[input] expected a shape, e.g. Input(shape=(28, 28))")
        if batch_shape is None:
            shape = (shape,) if isinstance(shape, int) else tuple(shape)
            batch_shape = (batch_size, *shape)
        self.batch_shape = tuple(None if n is None else int(n) for n in batch_shape)
        self._dtype = dtypes.standardize(dtype or "float32")
        self.sparse, self.ragged, self.optional = bool(sparse), bool(ragged), bool(optional)
        self.built = True

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
    """The input of a `Sequential` model: `Sequential([Input((28, 28)), ...])`. Arguments as `InputLayer`.

    >>> import keraunos as keras
    >>> keras.Input((28, 28)).batch_shape
    (None, 28, 28)
    """
    return InputLayer(shape=shape, batch_size=batch_size, dtype=dtype, batch_shape=batch_shape, name=name)

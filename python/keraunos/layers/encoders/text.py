"""Text on its way into a layer. It stays on the host: a string has no place in a tensor."""

import numpy as np

from keraunos.graph.tensor import Tensor, TracedValueError
from keraunos.graph.trace import as_tensor
from keraunos.graph.variable import Variable
from keraunos.layers.layer import Layer
from keraunos.symbolic.keras_tensor import KerasTensor
from keraunos.symbolic.spec import shapes_of


class HostLayer(Layer):
    """Base of layers that compute with NumPy arrays when they are called, because text is involved: they work eagerly
    and in `Dataset.map`, not inside a model's step."""

    @property
    def output_dtype(self):
        """Dtype of the result."""
        return self.dtype

    def _to_tensors(self, value):
        """Text as an object array of `str`, everything else as a tensor."""
        return host_value(value)

    def compute_output_spec(self, inputs):
        """A KerasTensor in the place of what the layer returns."""
        return KerasTensor(self.compute_output_shape(shapes_of(inputs)), self.output_dtype)


def host_value(value, encoding="utf-8"):
    """`value` as an object array of `str` if it holds text, else as a tensor."""
    if value is None or isinstance(value, (bool, Tensor, Variable)):
        return value
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    array = np.asarray(value, object if isinstance(value, (str, bytes)) else None)
    return strings(array, encoding) if array.dtype.kind in "OSU" else as_tensor(value)


def strings(array, encoding="utf-8"):
    """An array of text as an object array of `str`; bytes are decoded, those that make no sense kept apart.

    Raises:
        TypeError: for elements that are no text.
    """
    flat = [_text(item, encoding) for item in array.reshape(-1).tolist()]
    found = np.empty(len(flat), object)
    found[:] = flat
    return found.reshape(array.shape)


def _text(item, encoding):
    if isinstance(item, str):
        return item
    if isinstance(item, bytes):
        return item.decode(encoding, "surrogateescape")
    raise TypeError(f"[text] expected strings, got {type(item).__name__}: {item!r}")


def as_array(layer, value):
    """The NumPy array behind what a call got; object arrays as they are.

    Raises:
        TracedValueError: for a tensor that has no value yet.
    """
    if isinstance(value, Tensor) and value.value is None:
        raise TracedValueError(
            f'[host] layer "{layer.name}" ({type(layer).__name__}) computes on the host, where a symbolic tensor of '
            f"shape {value.shape} has no value yet; call the layer in Dataset.map, or on the data before fit"
        )
    return value if isinstance(value, np.ndarray) else np.asarray(value)

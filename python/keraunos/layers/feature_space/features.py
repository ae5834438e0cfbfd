"""Feature and Cross: what a FeatureSpace makes of one column, and of several together."""

from keraunos import _arguments, ops
from keraunos.layers.layer import Layer
from keraunos.saving import deserialize_keras_object, serialize_keras_object

# Where files of Keras say that these are.
_MODULE = "keras.src.layers.preprocessing.feature_space"


class Feature:
    """One column of a FeatureSpace.

    Args:
        dtype: dtype of the values, `"string"` for text.
        preprocessor: the layer that prepares them, or its dict.
        output_mode: `"float"`: what the layer returns; `"int"`: its integers; `"one_hot"`: vectors for its integers.

    Raises:
        ValueError: for other modes.

    Example:

    >>> import keraunos as keras
    >>> keras.utils.FeatureSpace.feature("float32", keras.layers.Rescaling(0.1), "float").dtype
    'float32'
    """

    _public_module = _MODULE

    def __init__(self, dtype, preprocessor, output_mode):
        self.dtype = dtype
        self.preprocessor = deserialize_keras_object(preprocessor) if isinstance(preprocessor, dict) else preprocessor
        self.output_mode = _arguments.one_of("feature", "output_mode", output_mode, ("int", "one_hot", "float"))

    def get_config(self):
        """Constructor arguments, for saving."""
        return {
            "dtype": self.dtype,
            "preprocessor": serialize_keras_object(self.preprocessor),
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config):
        """The feature that `get_config` described."""
        return cls(**config)


class Cross:
    """Combinations of columns of a FeatureSpace, by a hash.

    Args:
        feature_names: names of the columns.
        crossing_dim: number of bins.
        output_mode: `"int"` or `"one_hot"`.

    Raises:
        ValueError: for other modes.

    Example:

    >>> import keraunos as keras
    >>> keras.utils.FeatureSpace.cross(("city", "hour"), crossing_dim=32).name
    'city_X_hour'
    """

    _public_module = _MODULE

    def __init__(self, feature_names, crossing_dim, output_mode="one_hot"):
        self.feature_names = tuple(feature_names)
        self.crossing_dim = crossing_dim
        self.output_mode = _arguments.one_of("cross", "output_mode", output_mode, ("int", "one_hot"))

    @property
    def name(self):
        """The names of the columns, joined."""
        return "_X_".join(self.feature_names)

    def get_config(self):
        """Constructor arguments, for saving."""
        return {
            "feature_names": self.feature_names,
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config):
        """The cross that `get_config` described."""
        return cls(**config)


class TFDIdentity(Layer):
    """Values as they are, in the layer's dtype: the preprocessor of `FeatureSpace.float`, under Keras's name.

    >>> import keraunos as keras, numpy as np
    >>> keras.utils.FeatureSpace.float().preprocessor(np.array([[1], [2]])).dtype
    'float32'
    """

    _public_module = _MODULE

    def call(self, x):
        return ops.cast(x, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

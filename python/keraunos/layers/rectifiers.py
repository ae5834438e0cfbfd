"""Layers of piecewise linear units and their exponential relative."""

from keraunos import activations, constraints, initializers, ops, regularizers
from keraunos.layers.layer import Layer


class _Elementwise(Layer):
    """A layer whose output has the shape of its input and masks pass through."""

    _saves_build_shape = False

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


class ReLU(_Elementwise):
    """`x` above `threshold` (at most `max_value`), `negative_slope * (x - threshold)` below.

    Args:
        max_value: upper bound, at least 0, or `None`.
        negative_slope: slope below the threshold, at least 0.
        threshold: at least 0.

    Raises:
        ValueError: for negative arguments.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.ReLU(max_value=1.0)(np.array([[-1.0, 0.5, 3.0]], "float32")).numpy()
    array([[0. , 0.5, 1. ]], dtype=float32)
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        for name, value in (("max_value", max_value), ("negative_slope", negative_slope), ("threshold", threshold)):
            if value is None and name != "max_value" or value is not None and value < 0:
                raise ValueError(f"[relu] {name} must be at least 0, got {value}")
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold

    def call(self, inputs):
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def get_config(self):
        return {
            **super().get_config(),
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


class LeakyReLU(_Elementwise):
    """`x` where positive, else `negative_slope * x`.

    Args:
        negative_slope: slope of the negative side.

    Raises:
        ValueError: when it is `None`.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.LeakyReLU(0.5)(np.array([[-1.0, 2.0]], "float32")).numpy()
    array([[-0.5,  2. ]], dtype=float32)
    """

    def __init__(self, negative_slope=0.3, **kwargs):
        super().__init__(**kwargs)
        if negative_slope is None:
            raise ValueError("[leaky_relu] negative_slope must be a number, got None")
        self.negative_slope = negative_slope

    def call(self, inputs):
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)

    def get_config(self):
        return {**super().get_config(), "negative_slope": self.negative_slope}


class ELU(_Elementwise):
    """`x` where positive, else `alpha * (exp(x) - 1)`.

    Args:
        alpha: what the negative side tends to, negated.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.ELU()(np.array([[-1.0, 2.0]], "float32")).numpy().round(4)
    array([[-0.6321,  2.    ]], dtype=float32)
    """

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs):
        return activations.elu(inputs, alpha=self.alpha)

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}


class PReLU(_Elementwise):
    """`x` where positive, else `alpha * x` with learned `alpha` (He et al., 2015).

    Args:
        alpha_initializer: start of `alpha`.
        alpha_regularizer: penalty on `alpha`.
        alpha_constraint: projection of `alpha`.
        shared_axes: axes along which `alpha` is one number; for images `[1, 2]`.

    Shapes: inputs and output `(N, ...)`; `alpha` that without `N`, 1 on shared axes.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.PReLU(alpha_initializer="ones")(np.array([[-1.0, 2.0]], "float32")).numpy()
    array([[-1.,  2.]], dtype=float32)
    """

    _saves_build_shape = True

    def __init__(
        self, alpha_initializer="Zeros", alpha_regularizer=None, alpha_constraint=None, shared_axes=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else shared_axes and list(shared_axes)

    def build(self, input_shape):
        shape = list(input_shape[1:])
        for axis in self.shared_axes or ():
            shape[axis - 1] = 1
        self.alpha = self.add_weight(
            shape=tuple(shape),
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )

    def call(self, inputs):
        return activations.relu(inputs) - self.alpha * activations.relu(ops.negative(inputs))

    def get_config(self):
        return {
            **super().get_config(),
            "alpha_initializer": initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": constraints.serialize(self.alpha_constraint),
            "shared_axes": self.shared_axes,
        }

"""Identity: inputs as they are."""

from keraunos.layers.layer import Layer


class Identity(Layer):
    """Returns its inputs.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Identity()(np.ones((1, 2), "float32")).numpy()
    array([[1., 1.]], dtype=float32)
    """

    _saves_build_shape = False

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

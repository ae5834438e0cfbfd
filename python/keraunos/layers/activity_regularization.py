"""ActivityRegularization: a penalty on what passes through."""

from keraunos import regularizers
from keraunos.layers.layer import Layer


class ActivityRegularization(Layer):
    """Passes inputs through and adds `(l1 * sum(abs(x)) + l2 * sum(x * x)) / N` to the loss.

    Args:
        l1, l2: factors, at least 0.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> layer = keras.layers.ActivityRegularization(l1=0.5)
    >>> y = layer(np.ones((2, 3), "float32"))
    >>> [float(loss) for loss in layer.losses]
    [1.5]
    """

    _saves_build_shape = False

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2
        self.supports_masking = True

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        config = super().get_config()
        del config["activity_regularizer"]
        return {**config, "l1": self.l1, "l2": self.l2}

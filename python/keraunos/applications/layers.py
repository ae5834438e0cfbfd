"""Layers that only models of this package have; files name them as Keras does."""

from keraunos.layers.layer import Layer

__all__ = ["CustomScaleLayer", "LayerScale"]


def __dir__():
    return __all__


class CustomScaleLayer(Layer):
    """`x + scale * y` of `[x, y]`, both `(..., C)`: a shortcut and a small part of what stands beside it.

    Args:
        scale: number.

    Source: Szegedy, Ioffe, Vanhoucke, Alemi, Inception-v4, 2016, arXiv:1602.07261, section 3.3.

    >>> import numpy as np
    >>> from keraunos.applications.layers import CustomScaleLayer
    >>> CustomScaleLayer(0.5)([np.ones((1, 2)), np.ones((1, 2))]).numpy()
    array([[1.5, 1.5]], dtype=float32)
    """

    _public_module = "keras.src.applications.inception_resnet_v2"

    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs):
        return inputs[0] + inputs[1] * self.scale

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


class LayerScale(Layer):
    """`x * gamma` with a factor for every channel of `x` `(..., C)`, small in the beginning.

    Args:
        init_values: the factors' first value.
        projection_dim: number of channels.

    Source: Touvron, Cord, Sablayrolles, Synnaeve, Jegou, Going deeper with Image Transformers, 2021, arXiv:2103.17239.

    >>> import numpy as np
    >>> from keraunos.applications.layers import LayerScale
    >>> LayerScale(0.5, 2)(np.ones((1, 2))).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """

    _public_module = "keras.src.applications.convnext"

    def __init__(self, init_values, projection_dim, **kwargs):
        super().__init__(**kwargs)
        self.init_values, self.projection_dim = init_values, projection_dim

    def build(self, input_shape):
        from keraunos.initializers import Constant

        self.gamma = self.add_weight((self.projection_dim,), Constant(self.init_values))

    def call(self, x):
        return x * self.gamma

    def get_config(self):
        return {**super().get_config(), "init_values": self.init_values, "projection_dim": self.projection_dim}

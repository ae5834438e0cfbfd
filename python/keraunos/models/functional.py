"""Functional: a model that is a graph of layers."""

from keraunos.models.model import Model


class Functional(Model):
    """What `keras.Model(inputs, outputs)` makes; see `Model`.

    >>> import keraunos as keras
    >>> x = keras.Input((3,))
    >>> type(keras.Model(x, keras.layers.Dense(1)(x))).__name__
    'Functional'
    """

    # Where Keras's files say it is.
    _public_module = "keras.src.models.functional"

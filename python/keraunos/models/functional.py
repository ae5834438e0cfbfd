"""Functional: a model that is a graph of layers."""

from keraunos.models.model import Model


class Functional(Model):
    """What `keras.Model(inputs, outputs)` makes; see `Model`."""

    # Where Keras's files say it is.
    _public_module = "keras.src.models.functional"

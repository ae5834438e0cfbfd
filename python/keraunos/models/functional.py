"""Functional: a model that is a graph of layers."""

from keraunos.models.model import Model


class Functional(Model):
    """What `keras.Model(inputs, outputs)` makes; see `Model`."""

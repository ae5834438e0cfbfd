"""Frame: what every model has around its own layers."""

from keraunos import config, layers


class Frame:
    """A model that is being made: where its layers start, and what they end in.

    Args:
        given: the checked arguments of the model's function, as attributes.
        shape: of a picture, without the batch axis.
        axis: how the family counts the axis of channels where that is the last: 3 or -1. Files say so.
        norm: options of the family's `BatchNormalization`.

    Attributes:
        given, shape: as above.
        image: the KerasTensor `(N, H, W, C)` or `(N, C, H, W)` that layers start from.
        axis: the axis of channels.
    """

    def __init__(self, given, shape, axis, norm):
        self.given, self.shape = given, shape
        self.axis = 1 if config.image_data_format() == "channels_first" else axis
        self.image = layers.Input(shape) if given.input_tensor is None else given.input_tensor
        self._norm = norm

    @property
    def imagenet(self):
        """Whether the weights of ImageNet will be loaded."""
        return self.given.weights == "imagenet"

    def norm(self, x, name=None, **options):
        """Batch normalization of every channel."""
        return layers.BatchNormalization(axis=self.axis, **{**self._norm, **options}, name=name)(x)

    def pooled(self, x, names=(None, None)):
        """Features: `x` itself, or one number per channel, as `pooling` says.

        Args:
            x: the output of the last layer with rows and columns.
            names: of the pooling layers, for "avg" and "max".
        """
        if self.given.pooling == "avg":
            return layers.GlobalAveragePooling2D(name=names[0])(x)
        if self.given.pooling == "max":
            return layers.GlobalMaxPooling2D(name=names[1])(x)
        return x

    def classified(self, x, **options):
        """A score for every class.

        Args:
            x: features `(N, C)`.
            options: of the `Dense` layer.
        """
        given = self.given
        return layers.Dense(given.classes, activation=given.classifier_activation, name="predictions", **options)(x)

    def top(self, x, name=None, names=(None, None), dropout=0, **options):
        """The usual end: the mean of every channel and a `Dense` layer; without a top, `pooled`.

        Args:
            x: the output of the last layer with rows and columns.
            name: of the layer that takes the mean.
            names: see `pooled`.
            dropout: rate of the `Dropout` in front of the `Dense` layer; 0: there is none.
            options: of the `Dense` layer.
        """
        if not self.given.include_top:
            return self.pooled(x, names)
        x = layers.GlobalAveragePooling2D(name=name)(x)
        if dropout:
            x = layers.Dropout(dropout, name="top_dropout")(x)
        return self.classified(x, **options)

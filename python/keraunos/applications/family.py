"""Family: the models of one paper as functions with the arguments of Keras, from one row of facts per model."""

import inspect
from types import SimpleNamespace

from keraunos._naming import nearest
from keraunos.applications import checks, weights
from keraunos.applications.frame import Frame
from keraunos.models import Model
from keraunos.utils.origins import get_source_inputs

# Argument -> (default, what it is).
ARGUMENTS = {
    "include_top": (True, "whether the model ends in probabilities of classes; else in features."),
    "weights": (
        "imagenet",
        'None: random; "imagenet": those of the classes of ImageNet, from the cache or downloaded into it; or the path '
        "of a file, such as `model.save_weights` writes.",
    ),
    "input_tensor": (None, "a KerasTensor to start from, such as a `keras.Input` or what layers made of one."),
    "input_shape": (
        None,
        "of a picture, `(H, W, 3)` or `(3, H, W)`, at least {smallest} x {smallest} pixels; default: {default_shape}.",
    ),
    "pooling": (
        None,
        'features of a model without a top: None: the last pictures `(N, H, W, C)`; "avg", "max": the mean or the '
        "largest of every channel, `(N, C)`.",
    ),
    "classes": (1000, "number of classes; another one than 1000 needs weights of one's own."),
    "classifier_activation": ("softmax", "activation of the top; None: raw scores."),
    "name": (None, "name of the model."),
    "alpha": (1.0, "factor of the number of filters of every layer."),
    "depth_multiplier": (1, "number of depthwise filters per channel."),
    "dropout": (1e-3, "rate of the dropout in front of the top."),
    "dropout_rate": (0.2, "rate of the dropout in front of the top; 0: there is none."),
    "minimalistic": (False, "whether to do without squeezed channels, hard swish and 5 x 5 kernels."),
    "include_preprocessing": (True, "whether the model itself scales pixels from 0 to 255; else it expects {scaled}."),
}
USUAL = ("include_top", "weights", "input_tensor", "input_shape", "pooling", "classes", "classifier_activation", "name")


class Family:
    """The models of one paper. Families in which shapes or files depend on further arguments override methods.

    Args:
        module: `__name__` of the family's module.
        build: function `(frame, **facts) -> KerasTensor` that makes the layers of one model, the top among them.
        paper: who published it where.
        pixels: what the models expect of pictures.
        url: address of the weights, with {folder}, {file} and {notop}.
        folder: where `url` says so.
        arguments: names of the functions' arguments, in the order of Keras.
        size: rows and columns of pictures of models that do not say another.
        smallest: rows and columns below which there is no model.
        axis, norm: see `Frame`.
        scaled: what pictures are without `include_preprocessing`.
        default_shape: rows and columns where `input_shape` says nothing, in words.
        channels_last: whether the models are made for pictures `(H, W, C)` only.
        example: arguments that make a small model, for the example in the documentation. Only that of the family's
            first model is run by tests.
    """

    def __init__(self, module, build, *, paper, pixels, url=weights.KERNELS, folder=None, arguments=USUAL, size=224,
                 smallest=32, axis=3, norm=(), scaled="",
                 default_shape="{size} x {size} with a top, any size without", channels_last=False,
                 example="weights=None, input_shape=(64, 64, 3)"):  # fmt: skip
        self.module, self.build, self.paper, self.pixels, self.url = module, build, paper, pixels, url
        self.folder = folder or module.rpartition(".")[2]
        self.arguments, self.size, self.smallest, self.axis, self.norm = arguments, size, smallest, axis, dict(norm)
        self.scaled, self.default_shape, self.channels_last = scaled, default_shape, channels_last
        self.example = example
        self._skipped = ""

    def model(self, public, name, hashes=(None, None), size=None, file=None, **facts):
        """The function that makes a model.

        Args:
            public: name of the function.
            name: default name of the model.
            hashes: of the files of weights with and without a top.
            size: rows and columns of pictures by default; default: the family's.
            file: what the files of weights call the model; default: `name`.
            facts: keyword arguments of `build`.
        """
        tag, size = public.lower(), size or self.size
        defaults = {argument: ARGUMENTS[argument][0] for argument in self.arguments} | {"name": name}
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        signature = inspect.Signature([inspect.Parameter(a, kind, default=d) for a, d in defaults.items()])

        def make(*args, **kwargs):
            for unknown in kwargs.keys() - defaults.keys():
                raise TypeError(f"[{tag}] unexpected argument {unknown!r}; {nearest(unknown, defaults)}")
            given = signature.bind(*args, **kwargs)
            given.apply_defaults()
            return self._make(tag, SimpleNamespace(**given.arguments), size, file or name, hashes, facts)

        make.__name__ = make.__qualname__ = public
        make.__module__, make.__signature__, make.__doc__ = self.module, signature, self._text(public, size)
        self._skipped = "  # doctest: +SKIP"
        return make

    def _make(self, tag, given, size, file, hashes, facts):
        self.check(tag, given)
        shape = self.shape(tag, given, size)
        path = given.weights
        if path == "imagenet":
            path = weights.fetched(tag, *self.source(given, shape, file, hashes))
        frame = Frame(given, shape, self.axis, self.norm)
        output = self.build(frame, **facts)
        inputs = frame.image if given.input_tensor is None else self.sources(given.input_tensor)
        model = Model(inputs, output, name=self.name(given, shape))
        if path is not None:
            model.load_weights(path)
        return model

    def check(self, tag, given):
        """Checks that need no shape."""
        if self.channels_last:
            checks.only_channels_last(tag)
        checks.check(tag, given)

    def shape(self, tag, given, size):
        """The shape of a picture, without the batch axis, after all checks of the family."""
        return checks.picture_shape(tag, given, size, self.smallest)

    def sources(self, tensor):
        """The inputs of a model that starts from a given tensor."""
        return get_source_inputs(tensor)

    def name(self, given, shape):
        """The model's name."""
        return given.name

    def source(self, given, shape, file, hashes):
        """(address, hash) of the file of weights, and its name in the cache where that is another."""
        url = self.url.format(folder=self.folder, file=file, notop="" if given.include_top else "_notop")
        return url, hashes[0 if given.include_top else 1]

    def _text(self, public, size):
        """The documentation of a function."""
        values = {"size": size, "smallest": self.smallest, "scaled": self.scaled}
        values["default_shape"] = self.default_shape.format(size=size)
        arguments = [f"    {argument}: {ARGUMENTS[argument][1].format(**values)}" for argument in self.arguments]
        return "\n".join(
            [
                f"The network {public}.",
                "",
                f"Pixels: {self.pixels}",
                "",
                "Args:",
                *arguments,
                "",
                "Returns:",
                "    A `keras.Model` of pictures `(N, H, W, C)`; its output is `(N, classes)`, or features.",
                "",
                "Raises:",
                "    ValueError: for arguments that do not fit together, and files that do not fit the model.",
                "    FileNotFoundError: when the weights are neither on this machine nor to be had.",
                "",
                f"Source: {self.paper}; https://keras.io/api/applications/",
                "",
                "Example:",
                "",
                f">>> import keraunos as keras{self._skipped}",
                f">>> model = keras.applications.{public}({self.example}, classes=10){self._skipped}",
                f">>> model.output_shape{self._skipped}",
                "(None, 10)",
            ]
        )

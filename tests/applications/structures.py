"""What models are made of, in a few numbers, to be computed of Keras's models and of ours.

    KERAS_BACKEND=tensorflow python tests/applications/structures.py

writes structures.json beside this file with Keras 3.15.1, in some ten minutes: for every case of `CASES` the numbers of
layers and weights, the shape of the output, and hashes of four things: names and classes of the layers in order, the
calls that connect them, the whole of `model.get_config()`, and path and shape of every variable in the order of
`model.weights`, which is that of files. Tests compare the cases of `QUICK`;

    python tests/applications/structures.py keraunos

compares all of them, in a minute.
"""

import contextlib
import hashlib
import json
import pathlib
import re
import sys
from unittest import mock

import numpy as np

FILE = pathlib.Path(__file__).with_name("structures.json")
MODELS = """
    ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge DenseNet121 DenseNet169 DenseNet201
    EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6
    EfficientNetB7 EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L EfficientNetV2M
    EfficientNetV2S InceptionResNetV2 InceptionV3 MobileNet MobileNetV2 MobileNetV3Large MobileNetV3Small NASNetLarge
    NASNetMobile ResNet101 ResNet101V2 ResNet152 ResNet152V2 ResNet50 ResNet50V2 VGG16 VGG19 Xception
""".split()
# Keras makes a NASNetLarge for pictures of unknown size that cannot run.
WITHOUT_TOP = {"NASNetLarge": {"input_shape": (331, 331, 3)}}
OPTIONS = {
    "avg": ("MobileNet", {"include_top": False, "pooling": "avg", "alpha": 0.25}),
    "max": ("ResNet50", {"include_top": False, "pooling": "max"}),
    "max of ConvNeXt": ("ConvNeXtTiny", {"include_top": False, "pooling": "max", "name": "features"}),
    "classes": ("VGG16", {"classes": 7, "classifier_activation": None, "input_shape": (48, 64, 1)}),
    "odd": ("NASNetMobile", {"input_shape": (97, 75, 3)}),
    "odd without": ("MobileNetV2", {"input_shape": (97, 75, 3), "include_top": False, "alpha": 0.35}),
    "wide": ("MobileNetV2", {"alpha": 1.4}),
    "wide V3": ("MobileNetV3Small", {"alpha": 1.25, "dropout_rate": 0, "include_preprocessing": False}),
    "minimalistic": ("MobileNetV3Large", {"minimalistic": True, "input_shape": (64, 96, 3)}),
    "raw": ("EfficientNetV2B0", {"include_preprocessing": False}),
    "one channel": ("EfficientNetV2B0", {"input_shape": (64, 64, 1)}),
    "raw ConvNeXt": ("ConvNeXtTiny", {"include_preprocessing": False, "input_shape": (64, 64, 3)}),
    "multiplied": ("MobileNet", {"depth_multiplier": 2, "dropout": 0.5, "name": "m"}),
    "scaled for ImageNet": ("EfficientNetB0", {"weights": "imagenet"}),
    "channels first": ("ResNet50V2", {"data_format": "channels_first"}),
    "channels first, weighed": ("MobileNetV3Small", {"data_format": "channels_first"}),
    "channels first, joined": ("InceptionV3", {"data_format": "channels_first", "include_top": False}),
    "channels first, V2": ("EfficientNetV2B0", {"data_format": "channels_first"}),
    "tensor": ("MobileNetV2", {"input_tensor": (64, 64, 3), "include_top": False}),
    "tensor of ConvNeXt": ("ConvNeXtTiny", {"input_tensor": (64, 64, 3)}),
}
# name -> (function, arguments)
CASES = {
    **{f"{model} with top": (model, {}) for model in MODELS},
    **{f"{model} without": (model, {"include_top": False, **WITHOUT_TOP.get(model, {})}) for model in MODELS},
    **OPTIONS,
}

# One model of every family, and options that are cheap.
QUICK = [
    *(
        f"{model} with top"
        for model in """ConvNeXtTiny DenseNet121 EfficientNetB0 EfficientNetV2S InceptionResNetV2 InceptionV3 MobileNet
        MobileNetV2 MobileNetV3Large MobileNetV3Small NASNetMobile ResNet50 ResNet50V2 VGG16 VGG19 Xception""".split()
    ),
    *("VGG16 without", "avg", "classes", "odd without", "wide V3", "minimalistic", "one channel"),
    *("raw ConvNeXt", "multiplied", "scaled for ImageNet", "channels first", "channels first, weighed", "tensor"),
]


def made(keras, name):
    """The model of a case. Its weights are not loaded."""
    function, arguments = CASES[name]
    arguments = {"weights": None, **arguments}
    if "input_tensor" in arguments:
        image = keras.Input(arguments["input_tensor"])
        arguments["input_tensor"] = keras.layers.Rescaling(0.5)(image)
    layout = arguments.pop("data_format", "channels_last")
    keras.config.set_image_data_format(layout)
    try:
        return getattr(keras.applications, function)(**arguments)
    finally:
        keras.config.set_image_data_format("channels_last")


def digest(model):
    """[layers, weights, shape of the output, hashes of names, connections, configuration and variables]."""
    # Through JSON, in which tuples are lists.
    config = json.loads(json.dumps(model.get_config()))
    for layer in config["layers"]:
        for call in layer["inbound_nodes"]:
            # Keras writes the default of `call` down, False for every Dropout.
            call["kwargs"].pop("training", None)
    names = [[layer["name"], layer["class_name"]] for layer in config["layers"]]
    calls = [[layer["name"], layer["inbound_nodes"]] for layer in config["layers"]]
    calls += [config["input_layers"], config["output_layers"]]
    # Keras counts weights without a name through a whole session: variable, variable_1, ...
    variables = [[re.sub(r"variable_\d+$", "variable", v.path), list(v.shape)] for v in model.weights]
    parts = (names, calls, config, variables)
    hashes = [hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:12] for part in parts]
    return [len(config["layers"]), model.count_params(), str(list(model.output_shape)), *hashes]


@contextlib.contextmanager
def without_values():
    """Models of keraunos in here have weights of a shape, but no numbers, and load none."""
    import keraunos as keras

    class Shape(keras.Variable):
        __slots__ = ()

        def __init__(self, initializer, shape, *rest, **named):
            super().__init__(0, None, *rest, **named)
            self._host = np.broadcast_to(self._host, shape)

    with (
        mock.patch("keraunos.layers.weights.Variable", Shape),
        mock.patch("keraunos.applications.weights.fetched", lambda *_: "no.h5"),
        mock.patch.object(keras.Model, "load_weights", lambda *_: None),
    ):
        yield


def found(keras, name):
    """The digest of a case."""
    keras.utils.clear_session()
    return digest(made(keras, name))


def compare():
    """Prints the cases in which keraunos differs."""
    import keraunos as keras

    table = json.loads(FILE.read_text())
    with without_values():
        different = [name for name in CASES if found(keras, name) != table[name]]
    print(f"{len(different)} of {len(CASES)} differ", *different, sep="\n")
    return bool(different)


def record():
    """Writes the table with Keras."""
    import keras

    keras.src.applications.efficientnet.file_utils.get_file = lambda *_, **__: "no.h5"
    keras.Model.load_weights = lambda *_, **__: None
    lines = [f"{json.dumps(name)}: {json.dumps(found(keras, name))}" for name in CASES]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    sys.exit(compare() if sys.argv[1:] == ["keraunos"] else record())

"""What models are made of, in a few numbers, to be computed of Keras's models and of ours.

    KERAS_BACKEND=tensorflow python tests/applications/structures.py

writes structures.json beside this file with Keras 3.15, in some ten minutes: for every case of `CASES` the numbers of
layers and weights, the shape of the output, and hashes of three things: names and classes of the layers in order, the
calls that connect them, and the whole of `model.get_config()`.
"""

import hashlib
import json
import pathlib

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
    "odd and unknown": ("MobileNetV2", {"input_shape": (97, None, 3), "include_top": False, "alpha": 0.35}),
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
    """[layers, weights, shape of the output, hashes of names, connections and configuration]."""
    # Through JSON, in which tuples are lists.
    config = json.loads(json.dumps(model.get_config()))
    names = [[layer["name"], layer["class_name"]] for layer in config["layers"]]
    calls = [[layer["name"], layer["inbound_nodes"]] for layer in config["layers"]]
    calls += [config["input_layers"], config["output_layers"]]
    hashes = [
        hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:12] for part in (names, calls, config)
    ]
    return [len(config["layers"]), model.count_params(), str(list(model.output_shape)), *hashes]


def main():
    import keras

    keras.src.applications.efficientnet.file_utils.get_file = lambda *_, **__: "no.h5"
    keras.Model.load_weights = lambda *_, **__: None
    found = {}
    for name in CASES:
        keras.utils.clear_session()
        found[name] = digest(made(keras, name))
        print(name, *found[name], flush=True)
    lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in found.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()

"""What the functions of models are given: early errors, files of weights, and no network."""

import hashlib
import urllib.error

import keraunos as keras
import numpy as np
import pytest
from keraunos.applications import MobileNet, MobileNetV2, MobileNetV3Small, NASNetMobile, ResNet50, Xception

pytestmark = pytest.mark.filterwarnings("ignore:.*the weights were trained on pictures of")
SMALL = {"alpha": 0.25, "include_top": False, "pooling": "avg"}


@pytest.fixture(autouse=True)
def homes(tmp_path, monkeypatch):
    """Caches of Keras and of ours that are empty, and a network that fails."""

    def offline(url, *_, **__):
        raise urllib.error.URLError("no network")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("KERAUNOS_HOME", str(tmp_path / "keraunos"))
    monkeypatch.setattr("keraunos.utils.cached_file.download", offline)
    return tmp_path / "keras" / "models", tmp_path / "keraunos" / "models"


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (ResNet50, {"weights": "imagnet"}, r"\[resnet50\] weights: .*'imagenet'.*got 'imagnet'; there is no such file"),
        (ResNet50, {"weights": 1}, "weights: .*got 1"),
        (ResNet50, {"weights": "imagenet", "classes": 10}, "classes: expected 1000.*got 10; pass include_top=False"),
        (ResNet50, {"classes": 0}, r"\[resnet50\] classes must be an integer of at least 1"),
        (ResNet50, {"classes": 2.5}, "classes must be an integer"),
        (ResNet50, {"pooling": "mean"}, "pooling must be one of 'avg', 'max'"),
        (ResNet50, {"weights": "imagenet", "classifier_activation": "relu"}, "classifier_activation: .*'softmax'"),
        (ResNet50, {"weights": "imagenet", "input_shape": (64, 64, 3)}, r"expected \(224, 224, 3\) with include_top"),
        (ResNet50, {"weights": "imagenet", "input_shape": (64, 64, 1), "include_top": False}, "for 3 channels"),
        (ResNet50, {"input_shape": (31, 64, 3)}, r"at least 32 x 32 pixels, got \(31, 64, 3\)"),
        (ResNet50, {"input_shape": (None, 64, 3)}, "include_top=True needs known rows and columns"),
        (ResNet50, {"input_shape": (64, 64)}, "expected three integers"),
        (ResNet50, {"input_shape": (64, 64, None)}, "expected three integers"),
        (ResNet50, {"input_shape": (64.0, 64, 3)}, "expected three integers"),
        (ResNet50, {"input_shape": 64}, "expected three integers"),
        (ResNet50, {"input_tensor": np.zeros((1, 64, 64, 3))}, "input_tensor: expected a KerasTensor.*got ndarray"),
        (Xception, {"input_shape": (70, 71, 3)}, "at least 71 x 71"),
        (NASNetMobile, {"input_shape": (None, None, 3), "include_top": False}, "expected known rows and columns"),
        (MobileNet, {"weights": "imagenet", "alpha": 0.3}, "alpha: expected one of 0.25, .*got 0.3"),
        (MobileNet, {"weights": "imagenet", "depth_multiplier": 2}, "depth_multiplier: expected 1 with"),
        (MobileNetV3Small, {"weights": "imagenet", "alpha": 0.75, "minimalistic": True}, "alpha: expected one of 1.0"),
    ],
)
def test_mistakes_are_errors(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(**{"weights": None, **arguments})


def test_sizes_that_contradict_each_other():
    image = keras.Input((64, 64, 3))
    with pytest.raises(ValueError, match=r"expected that of input_tensor, \(64, 64, 3\), got \(96, 96, 3\)"):
        MobileNetV2(weights=None, input_tensor=image, input_shape=(96, 96, 3))


def test_arguments_that_are_none():
    with pytest.raises(TypeError, match=r"\[resnet50\] unexpected argument 'wights'; did you mean 'weights'"):
        ResNet50(wights=None)


def test_models_for_channels_last(monkeypatch):
    monkeypatch.setattr("keraunos.config.image_data_format", lambda: "channels_first")
    for function in (keras.applications.ConvNeXtTiny, keras.applications.DenseNet121, NASNetMobile):
        with pytest.raises(ValueError, match=r"needs pictures of shape \(H, W, C\)"):
            function(weights=None)


def test_unusual_channels_are_a_warning():
    with pytest.warns(UserWarning, match="usually have 1 or 3 channels"):
        MobileNet(weights=None, input_shape=(32, 32, 5), **SMALL)


def test_without_weights_and_network(homes):
    with pytest.raises(FileNotFoundError) as caught:
        MobileNet(**SMALL)
    assert str(caught.value).splitlines() == [
        "[mobilenet] mobilenet_2_5_224_tf_no_top.h5 is not on this machine and could not be downloaded",
        "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/mobilenet_2_5_224_tf_no_top.h5: "
        "<urlopen error no network>",
        f"put the file into {homes[1]}",
    ]


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return MobileNet(weights=None, input_shape=(224, 224, 3), **SMALL)


def same(model, other):
    for mine, theirs in zip(model.weights, other.weights, strict=True):
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())


@pytest.mark.parametrize("ending", [".weights.h5", ".h5"])
def test_weights_of_a_file(model, tmp_path, ending):
    path = tmp_path / f"a{ending}"
    (model.save_weights if ending == ".weights.h5" else model.save)(path)
    same(MobileNet(weights=path, **SMALL), model)
    with pytest.raises(ValueError, match=r"\[load_weights\].*conv1"):
        MobileNet(weights=str(path), **{**SMALL, "alpha": 0.5})


@pytest.mark.parametrize("place", [0, 1])
def test_weights_of_the_caches(model, homes, place):
    homes[place].mkdir(parents=True)
    model.save(homes[place] / "mobilenet_2_5_224_tf_no_top.h5")
    same(MobileNet(**SMALL), model)
    with pytest.warns(UserWarning, match=r"trained on pictures of 224 x 224, this model is for shape \(64, 48"):
        same(MobileNet(input_shape=(64, 48, 3), **SMALL), model)


def test_a_file_with_another_hash_is_not_used(model, homes):
    homes[0].mkdir(parents=True)
    model.save(homes[0] / "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5")
    with pytest.raises(FileNotFoundError, match="could not be downloaded"):
        ResNet50(include_top=False)


def test_hashes_and_addresses(monkeypatch):
    """Every model asks for one file with a top and another one without."""
    asked = []

    class Asked(Exception):
        pass

    def fetched(tag, url, file_hash=None, name=None):
        asked.append((url, file_hash))
        raise Asked

    monkeypatch.setattr("keraunos.applications.weights.fetched", fetched)
    names = [name for name in keras.applications.__all__ if callable(getattr(keras.applications, name))]
    for name in names:
        for top in (True, False):
            with pytest.raises(Asked):
                getattr(keras.applications, name)(include_top=top)
    assert len({url for url, _ in asked}) == len(asked) == 80
    assert all(url.startswith("https://storage.googleapis.com/") and url.endswith(".h5") for url, _ in asked)
    # Those of Keras, all together, as its get_file was asked for them. MobileNet and MobileNetV2 have no hashes.
    assert sum(file_hash is None for _, file_hash in asked) == 4
    text = "\n".join(f"{url} {file_hash}" for url, file_hash in sorted(asked, key=lambda pair: pair[0]))
    assert hashlib.sha256(text.encode()).hexdigest()[:12] == "bf7f5f5d431b"


def test_files_name_layers_as_keras_does(tmp_path):
    """Layers that only these models have are found again by their names, in files of whole models."""
    from keraunos.applications.layers import CustomScaleLayer, LayerScale

    image = keras.Input((4,))
    output = CustomScaleLayer(0.5)([image, LayerScale(0.25, 4)(image)])
    model = keras.Model(image, output)
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"a.{ending}")
        loaded = keras.models.load_model(tmp_path / f"a.{ending}", compile=False)
        np.testing.assert_array_equal(loaded(np.ones((1, 4))), np.full((1, 4), 1.125, "float32"))

"""Pixels as models expect them, and names of classes."""

import hashlib
import json

import keraunos as keras
import numpy as np
import pytest
from keraunos.applications import imagenet_utils
from keraunos.applications.imagenet_utils import decode_predictions, preprocess_input

PICTURE = np.array([[[255, 0, 51], [1, 2, 3]]], "uint8")  # (1, 2, 3): one row, two columns
MEANS, DEVIATIONS = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
MODES = {
    "tf": PICTURE / 127.5 - 1,
    "torch": (PICTURE / 255 - MEANS) / DEVIATIONS,
    "caffe": PICTURE[..., ::-1] - [103.939, 116.779, 123.68],
}
MODULES = {
    "caffe": "resnet resnet50 vgg16 vgg19",
    "tf": "inception_resnet_v2 inception_v3 mobilenet mobilenet_v2 nasnet resnet_v2 xception",
    "torch": "densenet",
    None: "convnext efficientnet efficientnet_v2 mobilenet_v3",
}
# A few operations on numbers up to 255, each rounded to half a unit in the last place of float32.
CLOSE = {"rtol": 0, "atol": 255 * 4 * 2**-24 / min(DEVIATIONS)}


def kinds(x):
    """`x` as everything that pictures come in."""
    return x, x.astype("float32"), x.astype("float64"), keras.ops.convert_to_tensor(x)


@pytest.mark.parametrize("mode", MODES)
def test_modes(mode):
    for x in kinds(PICTURE):
        before = np.array(x)
        found = preprocess_input(x, mode=mode)
        assert isinstance(found, np.ndarray) == isinstance(x, np.ndarray)
        assert str(found.dtype) == ("float64" if str(x.dtype) == "float64" else "float32")
        np.testing.assert_allclose(np.asarray(found), MODES[mode], **CLOSE)
        np.testing.assert_array_equal(np.asarray(x), before, "what was given stays as it was")
        np.testing.assert_allclose(np.asarray(preprocess_input(x[None], mode=mode))[0], MODES[mode], **CLOSE)


@pytest.mark.parametrize("mode", MODES)
def test_layouts(mode):
    first = PICTURE.transpose(2, 0, 1)
    for x in kinds(first):
        found = preprocess_input(x, "channels_first", mode)
        np.testing.assert_allclose(np.asarray(found).transpose(1, 2, 0), MODES[mode], **CLOSE)
    found = preprocess_input(first[None], "channels_first", mode)
    np.testing.assert_allclose(found[0].transpose(1, 2, 0), MODES[mode], **CLOSE)
    keras.config.set_image_data_format("channels_first")
    try:
        np.testing.assert_allclose(preprocess_input(first, mode=mode).transpose(1, 2, 0), MODES[mode], **CLOSE)
    finally:
        keras.config.set_image_data_format("channels_last")


@pytest.mark.parametrize("mode", MODES)
def test_in_models_and_functions(mode):
    image = keras.Input((1, 2, 3))
    model = keras.Model(image, preprocess_input(image, mode=mode))
    np.testing.assert_allclose(model.predict(PICTURE[None], verbose=0)[0], MODES[mode], **CLOSE)
    compiled = keras.function(lambda x: preprocess_input(x, mode=mode))
    np.testing.assert_allclose(compiled(keras.ops.convert_to_tensor(PICTURE)).numpy(), MODES[mode], **CLOSE)


@pytest.mark.parametrize("mode", MODULES)
def test_modules(mode):
    for name in MODULES[mode].split():
        module = getattr(keras.applications, name)
        found = module.preprocess_input(PICTURE)
        np.testing.assert_allclose(found, PICTURE if mode is None else MODES[mode], **CLOSE)
        assert module.decode_predictions is decode_predictions


def test_no_pictures():
    assert preprocess_input(np.zeros((0, 4, 4, 3))).shape == (0, 4, 4, 3)


@pytest.mark.parametrize("mode", ["caffe", "torch"])
@pytest.mark.parametrize("shape", [(3,), (4, 4), (4, 4, 1), (2, 3, 4, 4)])
def test_shapes_that_are_none(mode, shape):
    with pytest.raises(ValueError, match="expected pictures with 3 channels"):
        preprocess_input(np.zeros(shape), mode=mode)


def test_mistakes():
    with pytest.raises(ValueError, match="mode must be one of 'caffe', 'tf', 'torch'"):
        preprocess_input(PICTURE, mode="tensorflow")
    with pytest.raises(ValueError, match="data_format must be one of"):
        preprocess_input(PICTURE, "first")


@pytest.fixture
def names(tmp_path, monkeypatch):
    """A file of a thousand classes in the cache, and a network that must not be asked."""
    classes = {str(i): [f"n{i:08}", f"class_{i}"] for i in range(1000)}
    content = json.dumps(classes).encode()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "imagenet_class_index.json").write_bytes(content)
    monkeypatch.setattr(imagenet_utils, "_CLASS_INDEX_HASH", hashlib.md5(content).hexdigest())
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAUNOS_HOME", str(tmp_path / "ours"))

    def network(*_, **__):
        raise OSError("asked the network")

    monkeypatch.setattr("keraunos.utils.cached_file.download", network)
    return classes


def test_the_likeliest_classes(names):
    scores = np.random.default_rng(0).random((3, 1000), "float32")
    for given in (scores, keras.ops.convert_to_tensor(scores)):
        for top in (1, 5, 1000):
            found = decode_predictions(given, top)
            assert [len(row) for row in found] == [top] * 3
            for row, mine in zip(scores, found, strict=True):
                best = np.argsort(-row)[:top]
                assert mine == [(*names[str(i)], row[i]) for i in best]
    assert len(decode_predictions(scores)[0]) == 5
    assert decode_predictions(scores[:0]) == []
    assert len(decode_predictions(scores, 2000)[0]) == 1000


@pytest.mark.parametrize("shape", [(1000,), (1, 999), (1, 10), (1, 1, 1000)])
def test_scores_that_are_none(shape):
    with pytest.raises(ValueError, match=r"expected scores of shape \(N, 1000\)"):
        decode_predictions(np.zeros(shape))


def test_number_of_classes():
    with pytest.raises(ValueError, match="top must be an integer of at least 1"):
        decode_predictions(np.zeros((1, 1000)), top=0)


def test_names_that_are_not_there(names, monkeypatch):
    monkeypatch.setattr(imagenet_utils, "_CLASS_INDEX_HASH", "0" * 32)
    with pytest.raises(FileNotFoundError, match="imagenet_class_index.json is not on this machine"):
        decode_predictions(np.zeros((1, 1000)))

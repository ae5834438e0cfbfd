"""What all image layers promise: quiet in inference, drawn per image from the seed, the same for any number of threads,
layout and dtype; clear errors."""

import os
import subprocess
import sys

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers
from pictures import FLOATS, FORMATS, IMAGES, warped

RANDOM = {
    "flip": lambda **k: layers.RandomFlip(**k),
    "rotation": lambda **k: layers.RandomRotation(0.3, **k),
    "zoom": lambda **k: layers.RandomZoom(0.3, 0.2, **k),
    "translation": lambda **k: layers.RandomTranslation(0.3, (-0.1, 0.4), **k),
    "contrast": lambda **k: layers.RandomContrast(0.5, **k),
    "brightness": lambda **k: layers.RandomBrightness(0.5, **k),
    "crop": lambda **k: layers.RandomCrop(4, 5, **k),
    "shear": lambda **k: layers.RandomShear(0.5, 0.3, **k),
    "grayscale": lambda **k: layers.RandomGrayscale(**k),
    "hue": lambda **k: layers.RandomHue(0.5, **k),
    "saturation": lambda **k: layers.RandomSaturation((0.2, 0.7), **k),
    "invert": lambda **k: layers.RandomInvert(0.9, **k),
    "posterization": lambda **k: layers.RandomPosterization((1, 5), **k),
    "solarization": lambda **k: layers.Solarization(0.3, 0.6, **k),
    "erasing": lambda **k: layers.RandomErasing((0.9, 1.0), (0.2, 0.6), fill_value=3.0, **k),
    "perspective": lambda **k: layers.RandomPerspective((0.9, 1.0), 0.4, **k),
    "blur": lambda **k: layers.RandomGaussianBlur((0.3, 0.6), 5, (0.4, 1.0), **k),
    "sharpness": lambda **k: layers.RandomSharpness((0.1, 0.9), **k),
    "degeneration": lambda **k: layers.RandomColorDegeneration((0.2, 0.9), **k),
    "jitter": lambda **k: layers.RandomColorJitter((0, 255), 0.2, 0.3, (0.3, 0.6), 0.1, **k),
    "elastic": lambda **k: layers.RandomElasticTransform((0.95, 1.0), (0.6, 1.0), **k),
    "rand_augment": lambda **k: layers.RandAugment(factor=(0.2, 0.3), **k),
    "aug_mix": lambda **k: layers.AugMix(factor=(0.2, 0.3), num_chains=2, chain_depth=2, **k),
}
# How many results there can be for one image, where that is not any number.
FEW = {
    "flip": 2,
    "crop": 12,
    "grayscale": 2,
    "invert": 2,
    "posterization": 4,
    "blur": 2,
    "erasing": 12,
    "perspective": 12,
    "elastic": 12,
}
# What some of the augmentations of these do is the same for all images.
PER_BATCH = {"crop", "rand_augment", "aug_mix"}


@pytest.mark.parametrize("name", RANDOM)
def test_inference_changes_nothing(name):
    layer = RANDOM[name]()
    np.testing.assert_array_equal(layer(FLOATS, training=False), FLOATS)
    out = layer(IMAGES, training=False)
    assert out.dtype == "float32"
    np.testing.assert_array_equal(out, FLOATS)


@pytest.mark.parametrize("name", RANDOM)
def test_active_where_nobody_says_otherwise(name):
    assert np.asarray(RANDOM[name](seed=2)(FLOATS)).tobytes() != FLOATS.tobytes()
    model = keras.Sequential([keras.Input((6, 8, 3)), RANDOM[name](seed=2)])
    np.testing.assert_array_equal(model.predict(FLOATS, verbose=0), FLOATS)


@pytest.mark.parametrize("name", RANDOM)
def test_draws_come_from_the_seed(name):
    one, two, other = (RANDOM[name](seed=s) for s in (9, 9, 10))
    first = [np.asarray(one(FLOATS, training=True)) for _ in range(2)]
    again = [np.asarray(two(FLOATS, training=True)) for _ in range(2)]
    np.testing.assert_array_equal(first, again)
    assert (first[0] != first[1]).any()
    assert any((np.asarray(other(FLOATS, training=True)) != f).any() for f in first)


@pytest.mark.parametrize("name", sorted(set(RANDOM) - PER_BATCH))
def test_every_image_has_a_draw_of_its_own(name):
    same = np.repeat(FLOATS[:1], 12, axis=0)
    out = np.asarray(RANDOM[name](seed=1)(same, training=True))
    distinct = len({image.tobytes() for image in out})
    assert distinct == 12 if name not in FEW else 2 <= distinct <= FEW[name]


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize("data_format", FORMATS)
def test_layouts_single_images_and_dtypes_agree(name, data_format):
    want = np.asarray(RANDOM[name](seed=4)(FLOATS[:1], training=True))
    layer = RANDOM[name](seed=4, data_format=data_format)
    np.testing.assert_allclose(warped(layer, FLOATS[:1], data_format), want, rtol=1e-6, atol=1e-4)
    one = warped(RANDOM[name](seed=4, data_format=data_format), FLOATS[0], data_format)
    np.testing.assert_allclose(one, want[0], rtol=1e-6, atol=1e-4)
    integers = warped(RANDOM[name](seed=4, data_format=data_format), IMAGES[:1], data_format)
    np.testing.assert_allclose(integers, want, rtol=1e-6, atol=1e-4)
    double = RANDOM[name](seed=4, dtype="float64")(FLOATS[:1], training=True)
    assert double.dtype == "float64"
    # Places are float32 in either dtype; sums of float32 pixels differ by a few units of 255 x 2^-24.
    np.testing.assert_allclose(double, want, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("name", RANDOM)
def test_configurations_and_functions_of_a_pipeline(name):
    layer = RANDOM[name](seed=6)
    again = layers.deserialize(layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    compiled = keras.function(lambda x: again(x, training=True))
    np.testing.assert_array_equal(compiled(IMAGES), layer(IMAGES, training=True))
    assert (np.asarray(compiled(IMAGES)) == np.asarray(layer(IMAGES, training=True))).all()


def test_masks_move_with_their_images():
    masks = (IMAGES[..., :1] > 100).astype("float32")
    data = {"images": masks * 255, "segmentation_masks": masks, "labels": np.arange(5)}
    out = layers.RandomRotation(0.2, fill_mode="constant", interpolation="nearest", seed=1)(data, training=True)
    np.testing.assert_array_equal(out["images"], np.asarray(out["segmentation_masks"]) * 255)
    np.testing.assert_array_equal(out["labels"], np.arange(5))
    with pytest.raises(ValueError, match="bounding boxes are not supported"):
        layers.RandomFlip()({"images": FLOATS, "bounding_boxes": {}}, training=True)


def augmented_fit():
    """Weights after two epochs behind all random layers."""
    keras.utils.set_random_seed(3)
    stack = [RANDOM[name](seed=i) for i, name in enumerate(sorted(RANDOM)) if name != "crop"]
    model = keras.Sequential([keras.Input((6, 8, 3)), *stack, layers.Conv2D(3, 3), layers.Flatten(), layers.Dense(2)])
    model.compile("sgd", "mse")
    model.fit(np.tile(IMAGES, (20, 1, 1, 1)), np.ones((100, 2), "float32"), batch_size=32, epochs=2, verbose=0)
    return b"".join(w.tobytes() for w in model.get_weights())


def test_the_same_bits_for_any_number_of_threads():
    code = "import hashlib, test_image_layers as t; print(hashlib.sha256(t.augmented_fit()).hexdigest())"
    found = set()
    for threads in "123":
        paths = os.pathsep.join([os.path.dirname(__file__), *sys.path])
        environment = {**os.environ, "KERAUNOS_NUM_THREADS": threads, "PYTHONPATH": paths}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        found.add(done.stdout)
    assert len(found) == 1 and len(found.pop()) == 65


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: layers.RandomFlip("sideways"), r"\[random_flip\] mode must be one of"),
        (lambda: layers.RandomRotation(1.5), r"factor must lie in \[-1, 1\]"),
        (lambda: layers.RandomRotation((0.1, 0.2, 0.3)), "number or a pair"),
        (lambda: layers.RandomRotation(0.1, fill_mode="mirror"), "fill_mode must be one of"),
        (lambda: layers.RandomRotation(0.1, interpolation="bicubic"), "interpolation must be one of"),
        (lambda: layers.RandomZoom(-1), "height_factor must lie in"),
        (lambda: layers.RandomTranslation(0.1, 2), "width_factor must lie in"),
        (lambda: layers.RandomContrast(-0.5), r"\[0, 1\]"),
        (lambda: layers.RandomBrightness(0.2, value_range=255), "value_range must be two"),
        (lambda: layers.RandomCrop(0, 3), "height must be"),
        (lambda: layers.RandomShear(-0.1), r"x_factor must lie in \[0, 1\]"),
        (lambda: layers.RandomGrayscale(2), r"factor must be a number in \[0, 1\]"),
        (lambda: layers.RandomGrayscale()(FLOATS[..., :2], training=True), "3 channels"),
        (lambda: layers.RandomPosterization(9), r"\[0, 8\]"),
        (lambda: layers.Solarization(value_range=(1, 1)), "two different numbers"),
        (lambda: layers.RandomGaussianBlur(kernel_size=4), "kernel_size must be odd"),
        (lambda: layers.RandomPerspective(scale=2), r"scale must be a number in \[0, 1\]"),
        (lambda: layers.RandomErasing(scale=(0.1, 1.5)), r"scale must lie in \[0, 1\]"),
        (lambda: layers.RandomFlip()(np.ones((4, 4), "float32")), r"rank 3 or a batch of rank 4.*\.\.\., None"),
        (lambda: layers.Resizing(3, 4, "linear"), "did you mean|interpolation must be one of"),
        (lambda: layers.Resizing(3, 4, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), "only one of"),
    ],
)
def test_mistakes(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("name", RANDOM)
def test_a_batch_of_nothing(name):
    out = RANDOM[name](seed=1)(np.zeros((0, 6, 8, 3), "float32"), training=True)
    assert out.shape == ((0, 4, 5, 3) if name == "crop" else (0, 6, 8, 3))

"""MixUp, CutMix, policies, elastic transforms, boxes, pipelines: images with their labels and masks."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers
from keraunos.layers.image.elastic import _blur_matrix
from pictures import FLOATS, FORMATS, IMAGES, placed

rng = np.random.default_rng(44)
COUNT = 64
# Image i is i everywhere, its label the i-th unit vector, its mask i.
EVEN = np.broadcast_to(np.arange(COUNT, dtype="float32")[:, None, None, None], (COUNT, 12, 10, 3))
LABELS = np.eye(COUNT, dtype="float32")


@pytest.mark.parametrize("alpha", [0.05, 0.2, 1.0, 2.0, 7.5])
def test_beta(alpha):
    x = np.asarray(keras.random.beta((40_000,), alpha, alpha, seed=3), "float64")
    assert np.isfinite(x).all() and 0 <= x.min() and x.max() <= 1
    variance = 1 / (4 * (2 * alpha + 1))
    # Six standard errors of the mean; of the variance, whose draws lie in [0, 1/4].
    assert abs(x.mean() - 0.5) < 6 * (variance / x.size) ** 0.5
    assert abs(x.var() - variance) < 6 * 0.125 / x.size**0.5
    levels = np.linspace(0.05, 0.5, 10)  # beyond, float32 has no numbers as close to 1 as it has to 0
    reference = np.quantile(rng.beta(alpha, alpha, 40_000), levels)
    # Shares below quantiles of as many other draws: twice the variance of a share, six deviations.
    shares = (x[:, None] < reference).mean(0)
    assert np.abs(shares - levels).max() < 6 * (2 * 0.25 / x.size) ** 0.5


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("data_format", FORMATS)
def test_mix_up_mixes_images_labels_and_masks_alike(data_format, compiled):
    layer = layers.MixUp(0.4, data_format=data_format, seed=1)
    call = keras.function(lambda d: layer(d, training=True)) if compiled else lambda d: layer(d, training=True)
    images = placed(EVEN, data_format)
    data = {"images": images, "labels": LABELS, "segmentation_masks": images[..., :1] * 1}
    out = call(data)
    mixed, labels = np.asarray(out["images"]), np.asarray(out["labels"])
    assert (np.ptp(mixed, axis=(1, 2, 3)) < 1e-4).all()
    tones = mixed[:, 0, 0, 0]
    # Two products of numbers up to 63, in float32.
    np.testing.assert_allclose(labels @ np.arange(COUNT), tones, atol=1e-4)
    np.testing.assert_allclose(labels.sum(1), 1, atol=1e-6)
    assert ((labels > 0).sum(1) <= 2).all() and (np.abs(tones - np.arange(COUNT)) > 0.1).mean() > 0.3
    np.testing.assert_allclose(out["segmentation_masks"], np.asarray(mixed)[..., :1], atol=1e-4)
    partners = (labels - np.diag(np.diag(labels))).argmax(1)
    assert len(set(partners[(labels > 1e-3).sum(1) == 2])) == ((labels > 1e-3).sum(1) == 2).sum()


def test_mix_up_keeps_the_boxes_of_both():
    boxes = {"boxes": np.arange(32.0).reshape(4, 2, 4), "labels": np.arange(8).reshape(4, 2)}
    layer = layers.MixUp(seed=2, bounding_box_format="xyxy")
    out = layer({"images": EVEN[:4], "bounding_boxes": boxes}, training=True)["bounding_boxes"]
    both = np.asarray(out["labels"])
    np.testing.assert_array_equal(both[:, :2], boxes["labels"])
    order = both[:, 2] // 2
    assert sorted(order) == [0, 1, 2, 3]
    np.testing.assert_array_equal(out["boxes"], np.concatenate([boxes["boxes"], boxes["boxes"][order]], 1))


@pytest.mark.parametrize("data_format", FORMATS)
def test_cut_mix_pastes_one_rectangle_and_mixes_labels_by_its_area(data_format):
    layer = layers.CutMix((1.0, 1.0), seed=4, data_format=data_format)
    data = {"images": placed(EVEN, data_format), "labels": LABELS, "segmentation_masks": placed(EVEN, data_format)}
    out = layer(data, training=True)
    np.testing.assert_array_equal(out["images"], out["segmentation_masks"])
    images = np.asarray(out["images"])
    images = images if data_format == "channels_last" else np.moveaxis(images, -3, -1)
    labels = np.asarray(out["labels"])
    np.testing.assert_allclose(labels.sum(1), 1, atol=1e-6)
    areas = []
    for i, image in enumerate(images):
        assert (image == image[..., :1]).all()
        foreign = image[..., 0] != i
        tones = np.unique(image[foreign])
        assert len(tones) <= 1
        if len(tones):
            rows, columns = foreign.any(1), foreign.any(0)
            assert foreign.sum() == rows.sum() * columns.sum()
            assert labels[i, int(tones[0])] > 0
        areas.append(foreign.mean())
        # The rectangle has sides that are no whole numbers of pixels: up to one more or less in each direction.
        slack = (12 + 10 + 1) / 120
        assert tones.size == 0 or abs(1 - labels[i, i] - areas[-1]) <= slack
    assert 0.3 < np.mean(areas) < 0.7  # half, with both parameters 1


@pytest.mark.parametrize("make", [layers.MixUp, layers.CutMix])
def test_mixing_needs_partners_and_one_hot_labels(make):
    out = make(seed=1)({"images": FLOATS[0], "labels": np.array([0.0, 1.0], "float32")}, training=True)
    np.testing.assert_array_equal(out["images"], FLOATS[0])
    np.testing.assert_array_equal(out["labels"], [0, 1])
    out = make(seed=1)({"images": IMAGES, "labels": np.arange(5)}, training=False)
    np.testing.assert_array_equal(out["images"], FLOATS)
    np.testing.assert_array_equal(out["labels"], np.arange(5))
    with pytest.raises(ValueError, match=r"one-hot labels \(N, K\), got shape \(5,\)"):
        make()({"images": IMAGES, "labels": np.arange(5)}, training=True)
    layer = make(seed=3)
    assert layers.deserialize(layers.serialize(layer)).get_config() == layer.get_config()
    first, second = (np.asarray(make(seed=9)(FLOATS, training=True)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert make()(FLOATS[:0], training=True).shape == (0, 6, 8, 3)


def test_sharpness_and_degeneration_by_definition():
    kernel = np.full((3, 3), 1 / 13)
    kernel[1, 1] = 5 / 13
    padded = np.pad(FLOATS, ((0, 0), (1, 1), (1, 1), (0, 0)))
    blurred = sum(kernel[i, j] * padded[:, i : i + 6, j : j + 8] for i in range(3) for j in range(3))
    for factor in (0.0, 0.25, 0.5, 1.0):
        found = layers.RandomSharpness((factor, factor))(IMAGES, training=True)
        wanted = np.clip(FLOATS + (1 - 2 * factor) * (blurred - FLOATS), 0, 255)
        # Nine products of numbers up to 255.
        np.testing.assert_allclose(found, wanted, atol=2e-4)
    grey = FLOATS @ np.array([0.2989, 0.5870, 0.1140])
    found = layers.RandomColorDegeneration((0.3, 0.3))(IMAGES, training=True)
    np.testing.assert_allclose(found, FLOATS + 0.3 * (grey[..., None] - FLOATS), atol=1e-4)


def test_jitter_is_its_parts_one_after_another():
    jitter = layers.RandomColorJitter((0, 255), (0.1, 0.1), None, (0.7, 0.7), None)
    wanted = layers.RandomSaturation((0.7, 0.7))(
        layers.RandomBrightness((0.1, 0.1))(IMAGES, training=True), training=True
    )
    np.testing.assert_allclose(jitter(IMAGES, training=True), wanted, atol=1e-4)
    np.testing.assert_array_equal(layers.RandomColorJitter()(IMAGES, training=True), FLOATS)
    first = layers.RandomColorJitter(hue_factor=(0.3, 0.3), data_format="channels_first", seed=1)
    last = layers.RandomColorJitter(hue_factor=(0.3, 0.3), seed=1)
    found = np.moveaxis(np.asarray(first(np.moveaxis(IMAGES, -1, 1), training=True)), 1, -1)
    np.testing.assert_allclose(found, last(IMAGES, training=True), atol=1e-4)


POLICIES = {"rand": lambda **k: layers.RandAugment(factor=(0.2, 0.3), **k),
            "mix": lambda **k: layers.AugMix(factor=(0.2, 0.3), **k)}  # fmt: skip


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("name", POLICIES)
def test_a_number_chooses_its_augmentation(name, number):
    layer = POLICIES[name](seed=5)
    images = keras.ops.convert_to_tensor(FLOATS)
    draws = layer._drawn(images, layer.generator)
    found = layer._applied(images, keras.ops.convert_to_tensor(np.int32(number)), draws)
    wanted = FLOATS
    if number < len(layer._names):
        part = layer._layer(layer._names[number])
        wanted = part.transform_images(images, draws[layer._names[number]])
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    assert number >= 11 or (np.asarray(found) != FLOATS).any()


def test_every_augmentation_comes_up():
    layer = layers.RandAugment(num_ops=4, seed=1)
    draw = keras.function(lambda: layer.get_random_transformation(keras.ops.ones((2, 4, 4, 3)))[0])
    numbers = np.concatenate([draw().numpy() for _ in range(200)])
    # 800 draws from 11: six deviations.
    counts = np.bincount(numbers, minlength=11)
    assert len(counts) == 11 and np.abs(counts - 800 / 11).max() < 6 * (800 * 10 / 121) ** 0.5
    layer = layers.AugMix(all_ops=False, seed=1)
    draw = keras.function(lambda: layer.get_random_transformation(keras.ops.ones((2, 4, 4, 3)))[2])
    numbers = np.concatenate([draw().numpy() for _ in range(60)])
    assert sorted(set(numbers.tolist())) == list(range(8))  # seven, and none of them


@pytest.mark.parametrize("name", POLICIES)
def test_policies_move_masks_with_their_images(name):
    even = np.zeros((4, 16, 16, 3), "float32")
    even[:, 4:12, 4:12] = 255
    for seed in range(6):
        layer = POLICIES[name](seed=seed, interpolation="nearest")
        masks = even[..., :1] / 255
        out = layer({"images": even, "segmentation_masks": masks, "labels": np.arange(4)}, training=True)
        moved = np.asarray(out["segmentation_masks"])
        assert moved.shape == masks.shape and (name == "mix" or set(np.unique(moved)) <= {0, 1})
        np.testing.assert_array_equal(out["labels"], np.arange(4))
    quiet = layer({"images": even, "segmentation_masks": masks}, training=False)
    np.testing.assert_array_equal(quiet["segmentation_masks"], masks)
    with pytest.raises(ValueError, match="bounding boxes are not supported"):
        layer({"images": even, "bounding_boxes": {}}, training=True)


def test_weights_of_aug_mix():
    layer = layers.AugMix(num_chains=4, chain_depth=0, seed=2)
    np.testing.assert_allclose(layer(IMAGES, training=True), FLOATS, atol=1e-3)
    weights, share, numbers, draws = layers.AugMix(
        num_chains=4, chain_depth=2, all_ops=False
    ).get_random_transformation(keras.ops.convert_to_tensor(FLOATS))
    np.testing.assert_allclose(weights.numpy().sum(), 1, rtol=1e-6)
    assert 0 <= float(share) <= 1 and numbers.shape == (8,) and len(draws) == 8 and numbers.numpy().max() <= 7


@pytest.mark.parametrize("data_format", FORMATS)
def test_elastic_moves_are_smooth_and_alike_for_masks(data_format):
    ramp = np.broadcast_to(np.arange(40, dtype="float32")[None, :, None, None], (6, 40, 30, 1))
    layer = layers.RandomElasticTransform((1, 1), (0.8, 0.8), fill_mode="nearest", seed=3, data_format=data_format)
    images = placed(ramp, data_format)
    decisions, down, _ = layer.get_random_transformation(keras.ops.convert_to_tensor(images))
    moved = np.asarray(layer.transform_images(keras.ops.convert_to_tensor(images), (decisions, down, down * 0)))
    moved = moved if data_format == "channels_last" else np.moveaxis(moved, -3, -1)
    wanted = np.clip(ramp[..., 0] + down.numpy(), 0, 39)
    # A ramp read between its pixels is its place.
    np.testing.assert_allclose(moved[..., 0], wanted, atol=1e-4)
    steps = np.diff(down.numpy(), axis=1)
    # Blurred with a deviation of s = 1.2, neighbours correlate by exp(-1 / (4 s^2)) = 0.84: a step has a deviation of
    # sqrt(2 - 2 * 0.84) = 0.56 of that of the moves, where white noise has 1.41.
    assert 0.3 < down.numpy().std() and steps.std() < 0.7 * down.numpy().std()
    nearest = layer.transform_segmentation_masks(keras.ops.convert_to_tensor(images), (decisions, down, down * 0))
    nearest = np.asarray(nearest) if data_format == "channels_last" else np.moveaxis(np.asarray(nearest), -3, -1)
    np.testing.assert_array_equal(nearest[..., 0], np.clip(np.round(ramp[..., 0] + down.numpy()), 0, 39))


@pytest.mark.parametrize("mode", ["constant", "wrap", "mirror", "reflect"])
def test_elastic_fill_modes(mode):
    image = rng.random((1, 5, 6, 2)).astype("float32")
    layer = layers.RandomElasticTransform(fill_mode=mode, fill_value=7.0, value_range=(-10, 10))
    shifts = np.full((1, 5, 6), 2.0, "float32")
    moved = layer.transform_images(keras.ops.convert_to_tensor(image), (np.array([True]), shifts, -shifts))
    places = {"wrap": "wrap", "mirror": "reflect", "reflect": "symmetric"}.get(mode, "constant")
    options = {"constant_values": 7.0} if mode == "constant" else {}
    padded = np.pad(image, ((0, 0), (2, 2), (2, 2), (0, 0)), mode=places, **options)
    np.testing.assert_allclose(moved, padded[:, 4:, :6], atol=1e-6)


def test_elastic_blur_is_a_normalised_convolution():
    for deviation in (0.3, 1.0, 2.7):
        matrix = np.asarray(_blur_matrix(9, keras.ops.convert_to_tensor(np.float32(deviation)), 3.0))
        reach = 3 * int(deviation)
        taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
        wanted = np.array([np.convolve(row, taps / taps.sum())[reach : reach + 9] for row in np.eye(9)])
        np.testing.assert_allclose(matrix, wanted, atol=1e-6)
    np.testing.assert_array_equal(_blur_matrix(4, keras.ops.convert_to_tensor(np.float32(0)), 0.0), np.eye(4))


def test_elastic_without_strength_or_chance_changes_nothing():
    for arguments in ((0, 1), (1, 0)):
        layer = layers.RandomElasticTransform(*arguments)
        np.testing.assert_array_equal(layer(IMAGES, training=True), FLOATS)


@pytest.mark.parametrize("given", [1, 3, 5])
@pytest.mark.parametrize("batched", [False, True])
def test_max_num_bounding_boxes(batched, given):
    boxes = {"boxes": rng.random((2, given, 4)), "labels": rng.integers(0, 9, (2, given))}
    images = FLOATS[:2]
    layer = layers.MaxNumBoundingBoxes(3, fill_value=-2, bounding_box_format="xywh")
    if not batched:
        boxes, images = {k: v[0] for k, v in boxes.items()}, images[0]
    out = layer({"images": images, "bounding_boxes": boxes})
    np.testing.assert_array_equal(out["images"], images)
    shape = layer.compute_output_shape(
        {"images": images.shape, "bounding_boxes": {k: v.shape for k, v in boxes.items()}}
    )
    for key, axis in (("boxes", -2), ("labels", -1)):
        kept = np.moveaxis(boxes[key], axis, 0)[:3]
        wanted = np.full((3, *kept.shape[1:]), -2, kept.dtype)
        wanted[: len(kept)] = kept
        found = np.asarray(out["bounding_boxes"][key])
        np.testing.assert_allclose(found, np.moveaxis(wanted, 0, axis), rtol=1e-7)
        assert shape["bounding_boxes"][key] == found.shape
    again = layers.deserialize(layers.serialize(layer))
    assert again.get_config() == layer.get_config() and again.fill_value == -2
    with pytest.raises(ValueError, match="bounding_box_format='xyxy'"):
        layers.MaxNumBoundingBoxes(3)({"images": images, "bounding_boxes": boxes})


def test_colours_leave_boxes_alone():
    boxes = {"boxes": rng.random((5, 2, 4)).astype("float32"), "labels": np.zeros((5, 2), int)}
    layer = layers.RandomBrightness(0.3, bounding_box_format="xyxy")
    assert layer.get_config()["bounding_box_format"] == "xyxy"
    out = layer({"images": IMAGES, "bounding_boxes": boxes}, training=True)["bounding_boxes"]
    np.testing.assert_array_equal(out["boxes"], boxes["boxes"])


def test_pipeline():
    pipeline = layers.Pipeline(
        [layers.Resizing(4, 5), layers.RandomInvert((1.0, 1.0)), layers.Rescaling(1 / 255)], name="p"
    )
    assert [type(layer).__name__ for layer in pipeline.layers] == ["Resizing", "RandomInvert", "Rescaling"]
    resized = layers.Resizing(4, 5)(IMAGES).numpy() / 255
    np.testing.assert_allclose(pipeline(IMAGES), 1 - resized, atol=1e-6)
    np.testing.assert_allclose(pipeline(IMAGES, training=False), resized, atol=1e-6)
    model = keras.Sequential([keras.Input((6, 8, 3)), pipeline, layers.Flatten()])
    assert model.output_shape == (None, 60)
    np.testing.assert_allclose(model.predict(IMAGES, verbose=0), resized.reshape(5, -1), atol=1e-6)
    again = layers.deserialize(layers.serialize(pipeline))
    assert again.get_config() == pipeline.get_config() and again.name == "p"
    batches = keras.data.Dataset.from_tensor_slices(IMAGES).batch(2).map(again)
    np.testing.assert_allclose(np.concatenate([b.numpy() for b in batches]), 1 - resized, atol=1e-6)
    with pytest.raises(ValueError, match="needs a list of layers"):
        layers.Pipeline.from_config({"name": "p"})


def test_masks_in_a_pipeline():
    seen = []

    class Watcher(layers.Layer):
        def call(self, inputs, mask=None):
            seen.append(None if mask is None else np.asarray(mask).tolist())
            return inputs * 1

    x = np.ones((1, 2, 3), "float32")
    with pytest.warns(UserWarning, match="does not support masking"):
        layers.Pipeline([Watcher(), Watcher()])(x, mask=np.array([[True, False]]))
    assert seen == [[[True, False]], None]


def test_pipelines_take_text_and_dicts_and_pass_masks_on():
    words = layers.Pipeline(
        [layers.StringLookup(vocabulary=["a", "b"], mask_token=""), layers.Embedding(4, 2, mask_zero=True)]
    )
    out = words(np.array([["a", ""], ["b", "c"]]))
    assert out.shape == (2, 2, 2)
    np.testing.assert_array_equal(out._keras_mask, [[True, False], [True, True]])
    both = layers.Pipeline([layers.RandomFlip(seed=1), layers.MixUp(seed=2)])
    out = both({"images": EVEN, "labels": LABELS})
    np.testing.assert_allclose(
        np.asarray(out["labels"]) @ np.arange(COUNT), np.asarray(out["images"])[:, 0, 0, 0], atol=1e-4
    )


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: layers.MixUp(0.0), "alpha must be positive"),
        (lambda: layers.CutMix(1.5), r"factor must lie in \[0, 1\]"),
        (lambda: layers.RandomElasticTransform(scale=2), r"scale must lie in \[0, 1\]"),
        (lambda: layers.RandomElasticTransform(fill_mode="edge"), "fill_mode must be one of"),
        (lambda: layers.RandomSharpness(-1), r"factor must lie in \[0, 1\]"),
        (lambda: layers.RandomColorDegeneration(0.5)(FLOATS[..., :2], training=True), "3 channels"),
        (lambda: layers.RandomColorJitter(brightness_factor=2), r"factor must lie in \[-1, 1\]"),
        (lambda: layers.AugMix(factor=2), r"factor must lie in \[0, 1\]"),
        (lambda: layers.RandAugment(interpolation="cubic"), "interpolation must be one of"),
        (lambda: layers.MaxNumBoundingBoxes(0), "max_number must be"),
    ],
)
def test_errors(make, match):
    with pytest.raises(ValueError, match=match):
        make()

"""ImageDataGenerator: what is drawn, what is done with it, and where batches come from."""

import os

import keraunos as keras
import numpy as np
import pytest
from keraunos.preprocessing.image import ImageDataGenerator, smart_resize

X = np.random.RandomState(0).uniform(0, 255, (10, 6, 6, 3)).astype("float32")
Y = np.arange(10)


def changed(x, generator=None, **parameters):
    return (generator or ImageDataGenerator(fill_mode="constant", cval=-1)).apply_transform(x, parameters)


def test_shifts_turns_and_flips():
    image = np.arange(12.0, dtype="float32").reshape(3, 4, 1)
    pixels = image[..., 0]
    edge = np.full((3, 1), -1)
    np.testing.assert_array_equal(changed(image, tx=1)[..., 0], np.hstack([pixels[:, 1:], edge]))
    np.testing.assert_array_equal(changed(image, ty=1)[..., 0], np.vstack([pixels[1:], np.full((1, 4), -1)]))
    np.testing.assert_allclose(changed(image, theta=180)[..., 0], pixels[::-1, ::-1], atol=1e-4)
    square = pixels[:, :3]
    np.testing.assert_allclose(changed(square[..., None], theta=90)[..., 0], np.rot90(square), atol=1e-4)
    np.testing.assert_allclose(changed(pixels[None, 0, :, None], zx=0.5)[0, :, 0], [0.75, 1.25, 1.75, 2.25], atol=1e-5)
    sheared = changed(square[..., None], shear=45)[..., 0]  # columns of the row above are read further to the right
    np.testing.assert_allclose(sheared[1], square[1], atol=1e-5)
    np.testing.assert_allclose(sheared[0, :2], square[0, :2] + np.sqrt(0.5) + 4 * (1 - np.sqrt(0.5)), atol=1e-5)
    np.testing.assert_array_equal(changed(image, flip_horizontal=True)[..., 0], pixels[:, ::-1])
    np.testing.assert_array_equal(changed(image, flip_vertical=True)[..., 0], pixels[::-1])
    np.testing.assert_array_equal(changed(image, channel_shift_intensity=4)[..., 0], (pixels + 4).clip(0, 11))
    assert changed(image) is image


def test_channels_first():
    first = ImageDataGenerator(data_format="channels_first")
    for parameters in ({"theta": 30}, {"tx": 2}, {"flip_horizontal": True}, {"flip_vertical": True}):
        last = ImageDataGenerator().apply_transform(X[0], parameters)
        np.testing.assert_allclose(first.apply_transform(X[0].transpose(2, 0, 1), parameters).transpose(1, 2, 0), last)


@pytest.mark.parametrize("values", [(0, 255), (-1, 1)])
def test_brightness(values):
    pytest.importorskip("PIL", reason="Pillow is not installed: brightness is not covered")
    image = np.array(values, "float32").repeat(6).reshape(2, 2, 3)
    dark = ImageDataGenerator().apply_transform(image, {"brightness": 0.5})
    np.testing.assert_allclose(np.unique(dark), [values[0], np.mean(values)], atol=(values[1] - values[0]) / 255)


def test_the_draws_are_those_of_keras():
    """Recorded from Keras 3.15.1, seed 3; `tx` and `ty` have changed places (see the documentation)."""
    generator = ImageDataGenerator(rotation_range=30, width_shift_range=0.2, height_shift_range=3, shear_range=10,
                                   zoom_range=0.1, horizontal_flip=True, vertical_flip=True, channel_shift_range=20,
                                   brightness_range=(0.5, 1.5))  # fmt: skip
    found = generator.get_random_transform((10, 20, 3), seed=3)
    rng = np.random.RandomState(3)
    theta = rng.uniform(-30, 30)
    ty = rng.choice(3) * rng.choice([-1, 1])
    tx = rng.uniform(-0.2, 0.2) * 20
    assert (found["theta"], found["ty"], found["tx"]) == (theta, ty, tx) and isinstance(int(ty), int)
    assert found["shear"] == rng.uniform(-10, 10)
    zoom = rng.uniform(0.9, 1.1, 2)
    assert (found["zx"], found["zy"]) == tuple(zoom)
    assert (found["flip_horizontal"], found["flip_vertical"]) == (rng.random_sample() < 0.5, rng.random_sample() < 0.5)
    assert found["channel_shift_intensity"] == rng.uniform(-20, 20) and found["brightness"] == rng.uniform(0.5, 1.5)
    shifts = [ImageDataGenerator(width_shift_range=[2, 5]).get_random_transform((9, 9, 1), s)["tx"] for s in range(30)]
    assert set(map(abs, shifts)) == {2, 5} and min(shifts) < 0 < max(shifts)


def test_normalization():
    generator = ImageDataGenerator(featurewise_std_normalization=True, rescale=1 / 255)
    with pytest.warns(UserWarning, match="call fit"):
        generator.standardize(X[0])
    generator.fit(X)
    batch = generator.standardize(X)
    np.testing.assert_allclose(batch.mean((0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(batch.std((0, 1, 2)), 1, atol=1e-4)
    alone = ImageDataGenerator(samplewise_std_normalization=True).standardize(X[0])
    assert abs(alone.mean()) < 1e-6 and abs(alone.std() - 1) < 1e-5
    twice = ImageDataGenerator(rescale=2.0, preprocessing_function=lambda x: x + 1).standardize(X[0])
    np.testing.assert_array_equal(twice, (X[0] + 1) * 2)


def test_whitening_removes_correlations():
    pictures = (
        np.random.RandomState(1).normal(size=(400, 2, 2, 1)) @ np.ones((1, 1))
        + np.linspace(0, 5, 400)[:, None, None, None]
    )
    generator = ImageDataGenerator(zca_whitening=True, featurewise_std_normalization=True, dtype="float64")
    generator.fit(pictures)
    assert generator.std is None  # whitening has made it one
    white = generator.standardize(pictures).reshape(400, 4)
    np.testing.assert_allclose(white.T @ white / 400, np.eye(4), atol=1e-5)


def test_batches_of_arrays():
    flow = ImageDataGenerator().flow(X, Y, batch_size=4, shuffle=False, sample_weight=Y * 2)
    assert len(flow) == 3 and isinstance(flow, keras.utils.PyDataset)
    x, y, weight = flow[2]
    np.testing.assert_array_equal(x, X[8:])
    assert y.tolist() == [8, 9] and weight.tolist() == [16, 18]
    assert [len(next(flow)[0]) for _ in range(4)] == [4, 4, 2, 4]
    with pytest.raises(IndexError, match="3 batches"):
        flow[3]
    assert ImageDataGenerator().flow(X, batch_size=3)[0].shape == (3, 6, 6, 3)
    (pictures, beside), y = ImageDataGenerator().flow((X, Y * 3), Y, seed=1)[0]
    assert beside.tolist() == (y * 3).tolist() != (Y * 3).tolist()


def test_seeds_and_orders():
    make = lambda seed: ImageDataGenerator(rotation_range=90).flow(X, Y, batch_size=5, seed=seed)  # noqa: E731
    one, other = make(7), make(7)
    state = np.random.get_state()[1].copy()
    for _ in range(3):
        for index in range(2):
            for a, b in zip(one[index], other[index], strict=True):
                np.testing.assert_array_equal(a, b)
        one.on_epoch_end()
        other.on_epoch_end()
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # a seed leaves NumPy's own draws alone
    assert make(7)[0][1].tolist() != make(8)[0][1].tolist()
    assert len({next(one)[1].tolist()[0] for _ in range(20)}) > 3  # every pass of the iteration has its own order
    same = ImageDataGenerator(rotation_range=90).flow(np.stack([X[0]] * 4), batch_size=2, seed=1)
    assert np.abs(same[0] - same[1]).max() > 1
    flow = make(7)
    first = [flow[i][1].tolist() for i in range(2)]
    flow.on_epoch_end()
    assert sorted(sum(first, [])) == list(range(10)) and [flow[i][1].tolist() for i in range(2)] != first


def test_subsets():
    generator = ImageDataGenerator(validation_split=0.3)
    with pytest.raises(ValueError, match="different classes"):
        generator.flow(X, Y, subset="training")
    parts = [generator.flow(X, Y, subset=s, shuffle=False, ignore_class_split=True) for s in ("validation", "training")]
    assert [part[0][1].tolist() for part in parts] == [[0, 1, 2], [3, 4, 5, 6, 7, 8, 9]]


def test_training():
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    flow = ImageDataGenerator(horizontal_flip=True, rescale=1 / 255).flow(X, Y, batch_size=4, seed=1)
    assert model.fit(flow, epochs=2, verbose=0).params["steps"] == 3
    assert model.fit(flow, steps_per_epoch=5, verbose=0).params["steps"] == 5


@pytest.fixture
def folder(tmp_path):
    pytest.importorskip("PIL", reason="Pillow is not installed: files are not covered")
    for name, count in (("cat", 4), ("dog", 2)):
        (tmp_path / "set" / name).mkdir(parents=True)
        for i in range(count):
            keras.utils.save_img(tmp_path / "set" / name / f"{i}.png", np.full((5, 5, 3), 10.0 * i), scale=False)
    (tmp_path / "set" / "cat" / "notes.txt").write_text("no picture")
    return tmp_path / "set"


def test_batches_of_files(folder, capsys):
    generator = ImageDataGenerator()
    flow = generator.flow_from_directory(folder, (4, 3), batch_size=4, shuffle=False)
    assert capsys.readouterr().out == "Found 6 images belonging to 2 classes.\n"
    assert (
        flow.class_indices == {"cat": 0, "dog": 1} and flow.samples == 6 and flow.classes.tolist() == [0] * 4 + [1] * 2
    )
    assert flow.filenames[0] == os.path.join("cat", "0.png")
    x, y = flow[0]
    assert x.shape == (4, 4, 3, 3) and x[:, 0, 0, 0].tolist() == [0, 10, 20, 30] and y.tolist() == [[1, 0]] * 4
    kinds = {mode: generator.flow_from_directory(folder, (4, 4), "grayscale", class_mode=mode, shuffle=False)[0]
             for mode in ("binary", "sparse", "input", None)}  # fmt: skip
    assert kinds["binary"][1].tolist() == kinds["sparse"][1].tolist() == [0, 0, 0, 0, 1, 1]
    assert kinds[None].shape == (6, 4, 4, 1)
    np.testing.assert_array_equal(kinds["input"][0], kinds["input"][1])
    only = generator.flow_from_directory(folder, (4, 4), classes=["dog"], class_mode="sparse")
    assert only.num_classes == 1 and only.samples == 2
    split = ImageDataGenerator(validation_split=0.5)
    parts = [split.flow_from_directory(folder, (4, 4), subset=s, shuffle=False) for s in ("training", "validation")]
    assert [part.filenames for part in parts] == [
        [os.path.join("cat", "2.png"), os.path.join("cat", "3.png"), os.path.join("dog", "1.png")],
        [os.path.join("cat", "0.png"), os.path.join("cat", "1.png"), os.path.join("dog", "0.png")],
    ]
    with pytest.raises(ValueError, match="class_mode must be one of"):
        generator.flow_from_directory(folder, class_mode="one_hot")
    with pytest.raises(ValueError, match="2 classes"):
        generator.flow_from_directory(folder, classes=["cat"], class_mode="binary")


def test_batches_of_a_table(folder, capsys):
    table = {"filename": ["dog/1.png", "cat/0.png", "gone.png", "cat/3.png"], "class": ["d", "c", "c", "c"],
             "size": [1.5, 2.5, 3.5, 4.5], "weight": [1, 2, 3, 4]}  # fmt: skip
    load = lambda **k: ImageDataGenerator().flow_from_dataframe(table, folder, target_size=(4, 4), shuffle=False, **k)  # noqa: E731
    with pytest.warns(UserWarning, match="1 rows are left out"):
        flow = load(weight_col="weight")
    assert flow.class_indices == {"c": 0, "d": 1}
    x, y, weight = flow[0]
    assert y.tolist() == [[0, 1], [1, 0], [1, 0]] and weight.tolist() == [1, 2, 4] and x[2, 0, 0, 0] == 30
    with pytest.warns(UserWarning, match="2 rows are left out"):
        assert load(classes=["c"], class_mode="sparse")[0][1].tolist() == [0, 0]
    with pytest.warns(UserWarning, match="left out"):
        assert load(y_col="size", class_mode="raw")[0][1].tolist() == [1.5, 2.5, 4.5]
    with pytest.warns(UserWarning, match="left out"):
        assert load(y_col=["size", "weight"], class_mode="raw")[0][1].tolist() == [[1.5, 1], [2.5, 2], [4.5, 4]]
    pandas = pytest.importorskip("pandas", reason="pandas is not installed: DataFrames are not covered")
    table = pandas.DataFrame(table).drop(index=2)
    assert load()[0][1].tolist() == [[0, 1], [1, 0], [1, 0]]


def test_pictures_are_kept_to_look_at(folder, tmp_path):
    (tmp_path / "seen").mkdir()
    ImageDataGenerator().flow_from_directory(folder, (4, 4), save_to_dir=tmp_path / "seen", save_prefix="p", seed=1)[0]
    names = sorted(os.listdir(tmp_path / "seen"))
    assert len(names) == 6 and names[0].startswith("p_0_") and names[0].endswith(".png")


def test_smart_resize():
    wide = np.arange(24.0).reshape(2, 12, 1)
    small = smart_resize(wide, (2, 4), interpolation="nearest")
    assert isinstance(small, np.ndarray) and small.dtype == np.float32
    np.testing.assert_array_equal(small, wide[:, 4:8])
    assert keras.ops.is_tensor(smart_resize(keras.ops.convert_to_tensor(X), (3, 3)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ImageDataGenerator(zoom_range=(1, 2, 3)), "zoom_range"),
        (lambda: ImageDataGenerator(brightness_range=0.5), "brightness_range"),
        (lambda: ImageDataGenerator(validation_split=2), "validation_split"),
        (lambda: ImageDataGenerator(interpolation_order=3), "interpolation_order"),
        (lambda: ImageDataGenerator(data_format="last"), "data_format"),
        (lambda: ImageDataGenerator().fit(X[0]), r"\(N, H, W, C\)"),
        (lambda: ImageDataGenerator().flow(X[0]), r"\(N, H, W, C\)"),
        (lambda: ImageDataGenerator().flow(X, Y[1:]), "x has 10 rows, y has 9"),
        (lambda: ImageDataGenerator().flow(X, subset="test"), "subset"),
        (lambda: smart_resize(X, 3), r"\(height, width\)"),
    ],
)
def test_what_does_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()

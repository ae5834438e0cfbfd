"""Folders of image files as Datasets: what is found, what is left out and named, order, labels, sizes."""

import io
import os
import warnings

import keraunos as keras
import numpy as np
import pytest
from keraunos.utils import image_dataset_from_directory, image_files

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: folders of image files are not covered")
FORMATS = {"jpg": "JPEG", "png": "PNG", "bmp": "BMP", "gif": "GIF", "webp": "WEBP"}


def encoded(kind, value=100, size=(12, 16)):
    file = io.BytesIO()
    noise = np.random.default_rng(value).integers(0, 40, (*size, 3), np.uint8)
    Image.fromarray(noise + np.uint8(value)).save(file, kind, **({"quality": 95} if kind == "JPEG" else {}))
    return file.getvalue()


@pytest.fixture
def folder(tmp_path):
    """Three classes with 4, 3 and 5 pictures; picture i is about 100 + i bright."""
    number = 0
    for name, count in (("b", 3), ("a", 4), ("c d", 5)):
        (tmp_path / "set" / name).mkdir(parents=True)
        for i in range(count):
            (tmp_path / "set" / name / f"{i}.png").write_bytes(encoded("PNG", 100 + number))
            number += 1
    return tmp_path / "set"


def load(folder, **arguments):
    return image_dataset_from_directory(folder, **{"image_size": (12, 16), "verbose": False, **arguments})


def labels_of(dataset):
    return np.concatenate([y.numpy() for _, y in dataset])


def test_what_comes_out(folder, capsys):
    dataset = image_dataset_from_directory(folder, image_size=(12, 16), batch_size=5, shuffle=False)
    assert capsys.readouterr().out == "Found 12 files belonging to 3 classes.\n"
    assert dataset.class_names == ["a", "b", "c d"] and len(dataset.file_paths) == 12 and len(dataset) == 3
    images, labels = next(iter(dataset))
    assert images.shape == (5, 12, 16, 3) and images.dtype == "float32" and labels.dtype == "int32"
    assert labels_of(dataset).tolist() == [0] * 4 + [1] * 3 + [2] * 5
    first = np.asarray(Image.open(dataset.file_paths[0]))
    assert (images.numpy()[0] == first).all()
    assert dataset.element_spec[0].shape == (None, 12, 16, 3)


def test_label_modes(folder):
    hot = load(folder, label_mode="categorical", shuffle=False)
    assert labels_of(hot).tolist() == np.eye(3)[[0] * 4 + [1] * 3 + [2] * 5].tolist()
    two = load(folder, label_mode="binary", class_names=["c d", "a"], shuffle=False)
    assert labels_of(two).shape == (9, 1) and labels_of(two)[:, 0].tolist() == [0] * 5 + [1] * 4
    for alone in (load(folder, labels=None), load(folder, label_mode=None)):
        assert sum(len(x) for x in alone) == 12
    listed = load(folder, labels=list(range(12)), shuffle=False)
    assert labels_of(listed).tolist() == list(range(12)) and listed.class_names == [str(i) for i in range(12)]
    single = load(folder, batch_size=None)
    assert len(single) == 12 and single.element_spec[0].shape == (12, 16, 3)


def test_colours_and_layouts(folder):
    for mode, channels in (("grayscale", 1), ("rgb", 3), ("rgba", 4)):
        x = next(iter(load(folder, color_mode=mode)))[0]
        assert x.shape == (12, 12, 16, channels)
    last = next(iter(load(folder, shuffle=False)))[0].numpy()
    first = load(folder, shuffle=False, data_format="channels_first")
    assert (next(iter(first))[0].numpy() == last.transpose(0, 3, 1, 2)).all()
    assert first.element_spec[0].shape == (None, 3, 12, 16)


def test_proportions(tmp_path):
    (tmp_path / "k").mkdir()
    picture = np.zeros((20, 40, 3), np.uint8)
    picture[:, 10:30] = 200
    Image.fromarray(picture).save(tmp_path / "k" / "wide.png")

    def read(**arguments):
        return next(iter(load(tmp_path, image_size=(20, 20), **arguments)))[0].numpy()[0]

    assert (read(crop_to_aspect_ratio=True) == 200).all()
    padded = read(pad_to_aspect_ratio=True)
    assert (padded[:5] == 0).all() and (padded[15:] == 0).all() and (padded[8:12, 7:13] == 200).all()
    assert (read()[:, 7:13] == 200).all() and (read()[:, :3] == 0).all()
    with pytest.raises(ValueError, match="only one of"):
        load(tmp_path, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)


def test_large_jpegs_are_decoded_smaller_with_little_loss(tmp_path):
    (tmp_path / "k").mkdir()
    y, x = np.mgrid[0:800, 0:1200] / 100
    picture = (127 + 100 * np.sin(x)[..., None] * np.cos(y)[..., None] * np.ones(3)).astype(np.uint8)
    Image.fromarray(picture).save(tmp_path / "k" / "large.jpg", quality=95)
    got = next(iter(load(tmp_path, image_size=(50, 75))))[0].numpy()[0]
    exact = np.asarray(Image.fromarray(picture).resize((75, 50), Image.Resampling.BILINEAR), np.float32)
    # Coding and two roundings: a few grey levels.
    assert np.abs(got - exact).max() < 6


def test_order_follows_from_the_seed(folder):
    def order(seed, **arguments):
        dataset = load(folder, seed=seed, batch_size=4, **arguments)
        return [[float(x.numpy().sum()) for x, _ in dataset] for _ in range(2)]

    first, second = order(1)
    assert first != second and order(1) == [first, second] != order(2)
    assert order(1, shuffle=False)[0] == order(2, shuffle=False)[1]


def test_subsets_share_nothing_and_miss_nothing(folder, capsys):
    arguments = {"validation_split": 0.3, "seed": 7}
    training, validation = load(folder, subset="both", **arguments)
    assert (len(training.file_paths), len(validation.file_paths)) == (9, 3)
    assert sorted(training.file_paths + validation.file_paths) == sorted(load(folder).file_paths)
    assert load(folder, subset="validation", **arguments).file_paths == validation.file_paths
    load(folder, subset="both", **{**arguments, "verbose": True})
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Using 9 files for training.",
        "Using 3 files for validation.",
    ]


def test_the_validation_files_are_those_of_keras(folder):
    """Those of Keras 3.15.1 for the same twelve names and the same seed."""
    validation = load(folder, validation_split=0.3, subset="validation", seed=7)
    assert [os.path.relpath(p, folder) for p in validation.file_paths] == ["b/2.png", "c d/2.png", "b/0.png"]


@pytest.mark.parametrize("kind", FORMATS.values())
@pytest.mark.parametrize("ending", ["jpg", "txt", ""])
def test_formats_are_told_by_content(tmp_path, kind, ending):
    (tmp_path / "k").mkdir()
    (tmp_path / "k" / f"picture.{ending}").write_bytes(encoded(kind))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(load(tmp_path).file_paths) == 1


@pytest.mark.parametrize("kind", FORMATS.values())
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_files_that_were_cut_off_are_left_out(folder, kind, share):
    whole = encoded(kind, size=(60, 80))
    (folder / "a" / "cut").write_bytes(whole[: int(len(whole) * share)])
    with pytest.warns(UserWarning, match=r"1 of 13 files are left out:\n  a/cut: ."):
        dataset = load(folder)
    assert len(dataset.file_paths) == 12
    for _ in dataset:
        pass


def test_all_bad_files_are_named_in_one_warning(folder):
    (folder / "a" / "text.jpg").write_text("no picture")
    (folder / "b" / "empty.png").write_bytes(b"")
    (folder / "b" / "header.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 50)
    (folder / "c d" / ".hidden").write_text("not looked at")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = load(folder)
    (warning,) = [w for w in caught if "left out" in str(w.message)]
    lines = str(warning.message).splitlines()
    assert lines[0] == "[image_dataset] 3 of 15 files are left out:" and warning.filename == __file__
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["a/text.jpg", "b/empty.png", "b/header.png"]
    assert len(dataset.file_paths) == 12


def test_whole_files_with_something_behind_their_end_are_kept(tmp_path):
    (tmp_path / "k").mkdir()
    for kind in FORMATS.values():
        (tmp_path / "k" / kind).write_bytes(encoded(kind) + b"\0" * 32)
    assert len(load(tmp_path).file_paths) == 5


def test_pixels_are_read_only_where_the_end_is_doubtful(tmp_path, monkeypatch):
    for kind in FORMATS.values():
        (tmp_path / kind).write_bytes(encoded(kind, size=(200, 300)))
        (tmp_path / f"{kind} and more").write_bytes(encoded(kind) + b"more")
    loads = []
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: loads.append(self))
    for kind in FORMATS.values():
        assert image_files.fault(tmp_path / kind) is None and not loads
    assert image_files.fault(tmp_path / "JPEG and more") is None and len(loads) == 1


def test_a_file_that_breaks_later_is_named(folder):
    dataset = load(folder)
    path = folder / "a" / "1.png"
    path.write_bytes(path.read_bytes()[:80])
    with pytest.raises(OSError, match=r"\[image\] .*a/1\.png"):
        list(dataset)


def test_labels_of_a_list_go_with_their_files(folder):
    (folder / "a" / "0_bad.jpg").write_text("no picture")
    with pytest.warns(UserWarning, match="left out"):
        per_file = load(folder, labels=list(range(13)), shuffle=False)
    assert labels_of(per_file).tolist() == [0, *range(2, 13)]
    with pytest.warns(UserWarning, match="left out"):
        per_picture = load(folder, labels=list(range(12)), shuffle=False)
    assert labels_of(per_picture).tolist() == list(range(12))
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="got 5 labels for 12 pictures"):
        load(folder, labels=[0] * 5)


@pytest.mark.parametrize(
    "arguments, word",
    [
        ({"labels": "infered"}, "labels must be"),
        ({"labels": None, "class_names": ["a"]}, "class_names"),
        ({"class_names": ["a", "z"]}, "'z'"),
        ({"label_mode": "float"}, "label_mode"),
        ({"label_mode": "binary"}, "exactly 2 classes"),
        ({"color_mode": "bgr"}, "color_mode"),
        ({"image_size": (3,)}, "image_size"),
        ({"image_size": (0, 3)}, "image_size"),
        ({"interpolation": "mitchell"}, "interpolation"),
        ({"validation_split": 0.2}, "belong together"),
        ({"validation_split": 1.2, "subset": "training"}, "between 0 and 1"),
        ({"validation_split": 0.2, "subset": "test"}, "subset must be"),
        ({"validation_split": 0.2, "subset": "training"}, "needs a seed"),
        ({"validation_split": 0.01, "subset": "validation", "seed": 1}, "no validation pictures"),
        ({"data_format": "first"}, "data_format"),
        ({"format": "grain"}, "format"),
    ],
)
def test_mistakes(folder, arguments, word):
    with pytest.raises(ValueError, match=r"\[image_dataset\].*" + word):
        load(folder, **arguments)


def test_folders_without_pictures(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        load(tmp_path / "none")
    with pytest.raises(ValueError, match="no usable pictures"):
        load(tmp_path)


def test_links_are_followed_when_asked_to(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.png").write_bytes(encoded("PNG"))
    (folder / "a" / "link").symlink_to(tmp_path / "elsewhere")
    assert len(load(folder).file_paths) == 12 and len(load(folder, follow_links=True).file_paths) == 13


def test_training_from_a_folder(folder):
    keras.utils.set_random_seed(2)
    model = keras.Sequential(
        [keras.layers.Rescaling(1 / 255), keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    training, validation = load(folder, validation_split=0.25, subset="both", seed=1, batch_size=4)
    history = model.fit(training.cache(), validation_data=validation, epochs=3, verbose=0)
    assert np.isfinite(history.history["val_loss"]).all() and len(history.data_wait) == 3
    assert all(0 <= share <= 1 for share in history.data_wait)
    assert model.predict(validation, verbose=0).shape == (3, 3)

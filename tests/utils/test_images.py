"""Pictures to arrays and back: colours, sizes, layouts, formats."""

import io
import subprocess
import sys

import keraunos as keras
import numpy as np
import pytest
from keraunos.utils import array_to_img, img_to_array, load_img, save_img

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: reading of image files is not covered")
PIXELS = np.random.default_rng(4).integers(0, 256, (5, 7, 3), np.uint8)


@pytest.fixture
def path(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "picture.png")
    return tmp_path / "picture.png"


def test_paths_of_every_kind(path):
    for given in (path, str(path), str(path).encode(), io.BytesIO(path.read_bytes())):
        assert (img_to_array(load_img(given)) == PIXELS).all()
    with pytest.raises(TypeError, match="expected a path"):
        load_img(3)
    with pytest.raises(FileNotFoundError):
        load_img(path.with_name("none.png"))


def test_color_modes(path, tmp_path):
    assert [load_img(path, color_mode=mode).mode for mode in ("rgb", "rgba", "grayscale")] == ["RGB", "RGBA", "L"]
    Image.fromarray(np.full((2, 2), 40_000, np.uint16)).save(tmp_path / "deep.png")
    assert img_to_array(load_img(tmp_path / "deep.png", color_mode="grayscale")).max() == 40_000
    with pytest.raises(ValueError, match="color_mode"):
        load_img(path, color_mode="cmyk")


def test_sizes(path):
    small = load_img(path, target_size=(10, 14))
    assert small.size == (14, 10) and (np.asarray(small) == PIXELS.repeat(2, 0).repeat(2, 1)).all(), "nearest"
    for method in ("bilinear", "bicubic", "hamming", "box", "lanczos"):
        assert load_img(path, target_size=(3, 4), interpolation=method).size == (4, 3)
    square = load_img(path, target_size=(5, 5), keep_aspect_ratio=True)
    assert (np.asarray(square) == PIXELS[:, 1:6]).all(), "the middle is kept as it is"
    wide = load_img(path, target_size=(3, 7), keep_aspect_ratio=True)
    assert (np.asarray(wide) == PIXELS[1:4]).all()
    with pytest.raises(ValueError, match="interpolation"):
        load_img(path, target_size=(3, 4), interpolation="cubic")


def test_arrays():
    picture = Image.fromarray(PIXELS)
    assert img_to_array(picture).dtype == np.float32 and img_to_array(picture, dtype="uint8").dtype == np.uint8
    assert (img_to_array(picture, "channels_first") == PIXELS.transpose(2, 0, 1)).all()
    grey = picture.convert("L")
    assert img_to_array(grey).shape == (5, 7, 1) and img_to_array(grey, "channels_first").shape == (1, 5, 7)
    with pytest.raises(ValueError, match="2 or 3 axes"):
        img_to_array(np.zeros((1, 2, 3, 4)))
    with pytest.raises(ValueError, match="data_format"):
        img_to_array(picture, "channels_middle")


@pytest.mark.parametrize("channels, mode", [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_pictures(channels, mode):
    x = np.random.default_rng(1).uniform(-3, 9, (4, 6, channels)).astype("float32")
    picture = array_to_img(x)
    assert (picture.mode, picture.size) == (mode, (6, 4))
    got = img_to_array(picture)
    assert (got.min(), got.max()) == (0, 255)
    # Cutting off what is behind the point: less than 1 away.
    assert np.abs(got - (x - x.min()) / (x.max() - x.min()) * 255).max() < 1
    assert (np.asarray(array_to_img(x.transpose(2, 0, 1), "channels_first")) == np.asarray(picture)).all()


def test_pictures_without_stretching():
    assert (img_to_array(array_to_img(PIXELS, scale=False)) == PIXELS).all()
    deep = np.full((2, 2, 1), 70_000)
    assert array_to_img(deep, scale=False).mode == "I"
    assert img_to_array(array_to_img(np.zeros((2, 2, 3)))).max() == 0
    for bad in (np.zeros((2, 2)), np.zeros((2, 2, 2))):
        with pytest.raises(ValueError, match=r"\[array_to_img\]"):
            array_to_img(bad)


def test_files(tmp_path):
    for name in ("a.png", "b.bmp", "c.webp"):
        save_img(tmp_path / name, PIXELS, scale=False, **({"lossless": True} if name == "c.webp" else {}))
        assert (img_to_array(load_img(tmp_path / name)) == PIXELS).all()
    save_img(tmp_path / "d.jpg", np.full((8, 8, 3), 100), scale=False)
    assert Image.open(tmp_path / "d.jpg").format == "JPEG"
    with pytest.warns(UserWarning, match="no transparency"):
        save_img(tmp_path / "e.jpg", np.zeros((8, 8, 4)))
    save_img(str(tmp_path / "odd name"), PIXELS, file_format="png")
    assert Image.open(tmp_path / "odd name").format == "PNG"


def test_older_names():
    assert keras.preprocessing.image.load_img is load_img
    assert keras.preprocessing.image_dataset_from_directory is keras.utils.image_dataset_from_directory


def test_what_to_install_without_pillow():
    code = (
        "import sys; sys.modules['PIL'] = None; import keraunos as k\n"
        "try: k.utils.array_to_img([[[0]]])\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[image] image files need Pillow: pip install keraunos[image]\n"


def test_save_img_names_a_format_that_does_not_exist(tmp_path):
    with pytest.raises(ValueError, match=r"\[save_img\].*'foo'.*use 'png'"):
        keras.utils.save_img(tmp_path / "picture.foo", np.ones((2, 2, 3)))

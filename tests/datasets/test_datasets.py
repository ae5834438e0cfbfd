"""Data sets: where files are looked for, how they are fetched, what damaged ones do. Small fakes on a local server."""

import gzip
import hashlib
import io
import os
import struct
import tarfile
import zipfile

import numpy as np
import pytest
from keraunos.datasets import cifar10, fashion_mnist, mnist
from keraunos.datasets.idx import read_idx
from keraunos.datasets.locate import cache_folder, locate
from keraunos.utils.download import download, hash_of


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home of the test's own, and no network: nothing real is read, written or fetched."""
    monkeypatch.setenv("KERAUNOS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KERAUNOS_DATASETS", raising=False)
    monkeypatch.setattr(fashion_mnist, "_SYSTEM", (str(tmp_path / "system"),))
    for module in (fashion_mnist,):
        monkeypatch.setattr(module, "_URLS", ("http://127.0.0.1:9/",))
    for module in (mnist, cifar10):
        monkeypatch.setattr(module, "_URL", "http://127.0.0.1:9/file")
    return tmp_path


def idx(array):
    return (
        b"\0\0\x08"
        + bytes([array.ndim])
        + struct.pack(f">{array.ndim}I", *array.shape)
        + array.astype("uint8").tobytes()
    )


ARRAYS = {
    "train-images-idx3-ubyte": np.arange(5 * 28 * 28).reshape(5, 28, 28) % 251,
    "train-labels-idx1-ubyte": np.arange(5),
    "t10k-images-idx3-ubyte": np.arange(2 * 28 * 28).reshape(2, 28, 28) % 249,
    "t10k-labels-idx1-ubyte": np.arange(2),
}


def put(folder, packed=True, names=ARRAYS):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        data = idx(ARRAYS[name])
        (folder / (f"{name}.gz" if packed else name)).write_bytes(gzip.compress(data) if packed else data)


def check(loaded):
    (x_train, y_train), (x_test, y_test) = loaded
    for found, name in zip((x_train, y_train, x_test, y_test), ARRAYS, strict=True):
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, ARRAYS[name])


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("place", ["own/fashion-mnist", "own", "home/datasets/fashion-mnist", "system"])
def test_every_place_is_looked_at(home, monkeypatch, place, packed):
    monkeypatch.setenv("KERAUNOS_DATASETS", str(home / "own"))
    put(home / place, packed)
    check(fashion_mnist.load_data())


def test_ones_own_folder_comes_before_the_cache_and_the_system(home, monkeypatch):
    monkeypatch.setenv("KERAUNOS_DATASETS", str(home / "own"))
    folders = [home / "own" / "set", home / "own", home / "home" / "datasets" / "set", home / "system"]
    for folder in reversed(folders):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "file").write_text("x")
        assert locate("set", "file", system=(home / "system",)) == folder / "file"


def test_the_cache_is_below_the_home_folder(monkeypatch):
    monkeypatch.delenv("KERAUNOS_HOME")
    monkeypatch.setenv("HOME", "/somewhere")
    assert str(cache_folder()) == "/somewhere/.keraunos/datasets"


def test_nothing_anywhere_says_where_to_put_which_file(home):
    with pytest.raises(FileNotFoundError) as raised:
        fashion_mnist.load_data()
    message = str(raised.value)
    for words in (
        "train-images-idx3-ubyte.gz",
        "127.0.0.1",
        "KERAUNOS_DATASETS",
        str(home / "home/datasets/fashion-mnist"),
    ):
        assert words in message
    assert len(message.splitlines()) <= 8
    for module, file in ((mnist, "mnist.npz"), (cifar10, "cifar-10-binary.tar.gz")):
        with pytest.raises(FileNotFoundError, match=file):
            module.load_data()


DATA = np.random.default_rng(0).bytes(300_000)
HASH = hashlib.sha256(DATA).hexdigest()


def test_download(home, server, capsys):
    server.files["a"] = DATA
    target = home / "deep" / "a"
    download(server.url + "a", target, HASH)
    assert target.read_bytes() == DATA and os.listdir(target.parent) == ["a"]
    assert hash_of(target) == HASH and "300000/300000" in capsys.readouterr().out


def test_a_cut_connection_is_no_file_and_the_rest_comes_next_time(home, server):
    server.files["a"] = DATA
    server.cut = 100_000
    target = home / "a"
    with pytest.raises(OSError, match="cut off|incomplete|100000"):
        download(server.url + "a", target, HASH, show=False)
    assert not target.exists() and (home / "a.part").stat().st_size == 100_000
    server.cut = None
    download(server.url + "a", target, HASH, show=False)
    assert server.asked[-1] == ("/a", "bytes=100000-")
    assert target.read_bytes() == DATA and not (home / "a.part").exists()


def test_a_server_without_ranges_starts_over(home, server):
    server.files["a"], server.ranges = DATA, False
    (home / "a.part").write_bytes(b"old" * 1000)
    download(server.url + "a", home / "a", HASH, show=False)
    assert (home / "a").read_bytes() == DATA


def test_a_part_that_was_whole_is_taken(home, server):
    server.files["a"] = DATA
    (home / "a.part").write_bytes(DATA)
    download(server.url + "a", home / "a", HASH, show=False)
    assert (home / "a").read_bytes() == DATA


@pytest.mark.parametrize("part", [b"", b"wrong bytes at the start"])
def test_a_hash_that_does_not_fit_removes_the_file(home, server, part):
    server.files["a"] = DATA if part else DATA[:-1] + b"x"
    (home / "a.part").write_bytes(part)
    with pytest.raises(OSError, match="SHA-256"):
        download(server.url + "a", home / "a", HASH, show=False)
    assert not (home / "a").exists() and not (home / "a.part").exists()


def test_fashion_mnist_is_fetched_once(home, server, monkeypatch):
    for name, array in ARRAYS.items():
        server.files[f"{name}.gz"] = gzip.compress(idx(array))
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in server.files.items()}
    monkeypatch.setattr(fashion_mnist, "_URLS", (server.url,))
    monkeypatch.setattr(fashion_mnist, "_HASHES", hashes)
    check(fashion_mnist.load_data())
    check(fashion_mnist.load_data())
    assert len(server.asked) == 4


def test_the_next_address_is_tried(home, server):
    server.files["good/a"] = DATA
    found = locate("set", "a", [server.url + "bad/a", server.url + "good/a"], HASH)
    assert found.read_bytes() == DATA


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not an IDX"),
        (b"\0\0\x08", "not an IDX"),
        (b"\0\0\x0d\x01\0\0\0\x01abcd", "not an IDX"),
        (b"<html>not found</html>", "not an IDX"),
        (b"\0\0\x08\x03\0\0\0\x05", "cut off"),
        (idx(np.arange(10))[:-1], "cut off"),
        (idx(np.arange(10)) + b"x", "cut off"),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_damaged_idx_files(tmp_path, data, words, packed):
    path = tmp_path / ("a.gz" if packed else "a")
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(ValueError, match=words) as raised:
        read_idx(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("cut", [0, 5, 30])
def test_gzip_files_that_are_cut_off(tmp_path, cut):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(idx(np.arange(100)))[:cut])
    with pytest.raises(ValueError, match="a.gz"):
        read_idx(path)


def test_mnist_from_four_files_and_from_the_archive(home):
    put(home / "home/datasets/mnist")
    check(mnist.load_data())
    for file in (home / "home/datasets/mnist").iterdir():
        file.unlink()
    names = ("x_train", "y_train", "x_test", "y_test")
    arrays = {k: v.astype("uint8") for k, v in zip(names, ARRAYS.values(), strict=True)}
    np.savez(home / "home/datasets/mnist/mnist.npz", **arrays)
    check(mnist.load_data())
    (home / "home/datasets/mnist/mnist.npz").write_bytes(b"PK\3\4 nonsense")
    with pytest.raises(ValueError, match="not the MNIST archive"):
        mnist.load_data()


def cifar_rows(first, count):
    rng = np.random.default_rng(first)
    return rng.integers(0, 10, (count, 1), dtype="uint8"), rng.integers(0, 256, (count, 3, 32, 32), dtype="uint8")


def cifar_blocks():
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]
    parts = [cifar_rows(i, 3) for i in range(6)]
    return {
        n: np.concatenate([y, x.reshape(3, -1)], 1).tobytes() for n, (y, x) in zip(names, parts, strict=True)
    }, parts


@pytest.mark.parametrize("packed", [True, False])
def test_cifar10(home, packed):
    blocks, parts = cifar_blocks()
    folder = home / "home/datasets/cifar10"
    folder.mkdir(parents=True)
    if packed:
        with tarfile.open(folder / "cifar-10-binary.tar.gz", "w:gz") as archive:
            for name, data in blocks.items():
                member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    else:
        (folder / "cifar-10-batches-bin").mkdir()
        for name, data in blocks.items():
            (folder / "cifar-10-batches-bin" / name).write_bytes(data)
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert x_train.shape == (15, 32, 32, 3) and y_train.shape == (15, 1) and x_train.flags.c_contiguous
    np.testing.assert_array_equal(x_train[3:6], parts[1][1].transpose(0, 2, 3, 1))
    np.testing.assert_array_equal(y_test, parts[5][0])
    np.testing.assert_array_equal(x_test, parts[5][1].transpose(0, 2, 3, 1))


def test_damaged_cifar10(home):
    folder = home / "home/datasets/cifar10/cifar-10-batches-bin"
    folder.mkdir(parents=True)
    for name, data in cifar_blocks()[0].items():
        (folder / name).write_bytes(data[:-1])
    with pytest.raises(ValueError, match="data_batch_1.bin is cut off"):
        cifar10.load_data()
    (folder / "data_batch_3.bin").unlink()
    with pytest.raises((FileNotFoundError, ValueError), match="data_batch_"):
        cifar10.load_data()
    archive = home / "home/datasets/cifar10/cifar-10-binary.tar.gz"
    archive.write_bytes(b"nonsense" * 10)
    with pytest.raises(ValueError, match="cifar-10-binary.tar.gz"):
        cifar10.load_data()


@pytest.mark.parametrize("module", [fashion_mnist, cifar10])
def test_class_names(module):
    assert len(set(module.CLASS_NAMES)) == 10


def picture_tree(folder, archive=None):
    """Three JPEG files per class and split; the number of a picture is its brightness."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: sets of image files are not covered")
    number = 0
    for split in ("test", "train"):
        for name in ("bird", "airplane"):
            (folder / split / name).mkdir(parents=True)
            for i in range(3):
                image.new("RGB", (32, 32), (number * 10,) * 3).save(folder / split / name / f"{i}.jpg", quality=100)
                number += 1
    if archive is not None:
        with zipfile.ZipFile(archive, "w") as file:
            for path in sorted(folder.rglob("*.jpg"), reverse=True):
                file.write(path, os.path.join("cifar10", path.relative_to(folder)))


@pytest.mark.parametrize("packed", [False, True])
def test_cifar10_from_image_files(home, packed):
    place = cache_folder() / "cifar10"
    place.mkdir(parents=True)
    picture_tree(home / "tree" if packed else place / "cifar10", place / "cifar10-jpeg.zip" if packed else None)
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert x_train.shape == x_test.shape == (6, 32, 32, 3) and x_train.dtype == y_train.dtype == np.uint8
    assert y_train.tolist() == y_test.tolist() == [[0]] * 3 + [[2]] * 3
    assert np.abs(x_test[:, 5, 5, 0].astype(int) - [30, 40, 50, 0, 10, 20]).max() <= 1
    assert np.abs(x_train[:, 5, 5, 0].astype(int) - [90, 100, 110, 60, 70, 80]).max() <= 1


def test_damaged_image_files_of_a_set_are_named(home):
    folder = cache_folder() / "cifar10" / "cifar10"
    picture_tree(folder)
    (folder / "train" / "bird" / "1.jpg").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"train/1\.jpg is damaged"):
        cifar10.load_data()
    for path in (folder / "test").rglob("*.jpg"):
        path.unlink()
    with pytest.raises(ValueError, match=r"(test/<class>|is damaged)"):
        cifar10.load_data()

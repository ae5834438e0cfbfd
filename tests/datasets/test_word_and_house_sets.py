"""IMDB, Reuters, house prices, CIFAR-100: small made-up files of the same formats, and files that try to run code."""

import codecs
import gzip
import io
import json
import os
import pickle
import struct
import tarfile
import zipfile

import keraunos as keras
import numpy as np
import pytest
from keraunos.datasets import boston_housing, california_housing, cifar100, imdb, plain_pickle, reuters

RNG = np.random.RandomState(0)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A folder of the test's own, and no network."""
    monkeypatch.setenv("KERAUNOS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KERAUNOS_DATASETS", str(tmp_path))

    def refuse(url, *arguments, **keywords):
        raise OSError(f"no network for {url}")

    monkeypatch.setattr("keraunos.datasets.locate.download", refuse)
    return tmp_path


def texts(count, longest=12):
    made = np.empty(count, object)
    made[:] = [RNG.randint(1, 30, RNG.randint(1, longest)).tolist() for _ in range(count)]
    return made


TRAIN, TEST = texts(20), texts(10)
TRAIN_LABELS, TEST_LABELS = np.arange(20) % 2, np.arange(10) % 2


@pytest.fixture
def reviews(home):
    np.savez(home / "imdb.npz", x_train=TRAIN, y_train=TRAIN_LABELS, x_test=TEST, y_test=TEST_LABELS)


def in_order(seed=113):
    rng = np.random.RandomState(seed)
    orders = [np.arange(20), np.arange(10)]
    for order in orders:
        rng.shuffle(order)
    return orders


def test_reviews(reviews):
    (x_train, y_train), (x_test, y_test) = imdb.load_data()
    first, second = in_order()
    greatest = max(max(t) for t in [*TRAIN, *TEST]) + 3
    wanted = lambda t: [1] + [w + 3 if w + 3 < greatest else 2 for w in t]  # noqa: E731
    assert x_train.tolist() == [wanted(TRAIN[i]) for i in first] and x_test.tolist() == [
        wanted(TEST[i]) for i in second
    ]
    assert y_train.tolist() == TRAIN_LABELS[first].tolist() and y_test.tolist() == TEST_LABELS[second].tolist()
    assert (
        x_train.dtype == object
        and y_train.dtype == np.int64
        and type(x_train[0]) is list
        and type(x_train[0][0]) is int
    )


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({"start_char": None, "index_from": 0, "num_words": 99}, [1, 5, 9, 20]),
        ({"start_char": None, "num_words": 99}, [4, 8, 12, 23]),
        ({"num_words": 99}, [1, 4, 8, 12, 23]),
        ({"num_words": 12}, [1, 4, 8, 2, 2]),
        ({"num_words": 12, "oov_char": 7}, [1, 4, 8, 7, 7]),
        ({"num_words": 12, "oov_char": None}, [1, 4, 8]),
        ({"num_words": 99, "skip_top": 5}, [2, 2, 8, 12, 23]),
        ({"num_words": 99, "skip_top": 5, "oov_char": None}, [8, 12, 23]),
        ({"num_words": 12, "skip_top": 8, "oov_char": None}, [8]),
        ({"num_words": 99, "skip_top": 8}, [2, 2, 8, 12, 23]),
        ({}, [1, 4, 8, 12, 2]),
    ],
)
def test_numbers_of_words(home, arguments, wanted):
    """The rule of Keras 3.15.1, worked out by hand; without num_words the greatest number is left out, too."""
    alone = np.empty(1, object)
    alone[:] = [[1, 5, 9, 20]]
    np.savez(home / "imdb.npz", x_train=alone, y_train=[1], x_test=alone, y_test=[0])
    (x_train, y_train), (x_test, y_test) = imdb.load_data(**arguments)
    assert x_train.tolist() == x_test.tolist() == [wanted] and (y_train.tolist(), y_test.tolist()) == ([1], [0])
    assert x_train.shape == (1,)  # also where all lists are of one length


def test_long_reviews_are_left_out(reviews):
    (x_train, y_train), _ = imdb.load_data(maxlen=6)
    first, _ = in_order()
    kept = [i for i in first if len(TRAIN[i]) + 1 < 6]
    assert len(x_train) == len(kept) and y_train.tolist() == TRAIN_LABELS[kept].tolist() and max(map(len, x_train)) == 5
    with pytest.raises(ValueError, match="maxlen=1"):
        imdb.load_data(maxlen=1)


def test_seeds(reviews):
    assert imdb.load_data(seed=1)[0][0].tolist() != imdb.load_data()[0][0].tolist()
    assert imdb.load_data(seed=113)[0][0].tolist() == imdb.load_data()[0][0].tolist()


def test_reports(home):
    labels = np.arange(30) % 46
    np.savez(home / "reuters.npz", x=np.concatenate([TRAIN, TEST]), y=labels)
    (x_train, y_train), (x_test, y_test) = reuters.load_data(num_words=99, test_split=0.3)
    order = np.arange(30)
    np.random.RandomState(113).shuffle(order)
    wanted = [[1] + [w + 3 for w in [*TRAIN, *TEST][i]] for i in order]
    assert x_train.tolist() == wanted[:21] and x_test.tolist() == wanted[21:]
    assert np.concatenate([y_train, y_test]).tolist() == labels[order].tolist() and y_train.dtype == np.int64
    assert len(reuters.get_label_names()) == 46 and reuters.get_label_names()[45] == "lead"


@pytest.mark.parametrize("module", [imdb, reuters])
def test_numbers_and_their_words(home, module):
    name = module.__name__.split(".")[-1]
    with pytest.raises(FileNotFoundError, match=f"{name}_word_index.json"):
        module.get_word_index()
    (home / f"{name}_word_index.json").write_text(json.dumps({"the": 1, "caf\u00e9": 2}), encoding="utf-8")
    assert module.get_word_index() == {"the": 1, "caf\u00e9": 2}


def test_what_is_fetched(monkeypatch, home):
    asked = []

    def note(url, target, file_hash, algorithm):
        asked.append((url.rsplit("/", 1)[1], target.name, algorithm, len(file_hash)))
        raise OSError

    monkeypatch.setattr("keraunos.datasets.locate.download", note)
    for load in (
        lambda: imdb.load_data("own.npz"), imdb.get_word_index, reuters.load_data, reuters.get_word_index,
        boston_housing.load_data, california_housing.load_data, cifar100.load_data,
    ):  # fmt: skip
        with pytest.raises(FileNotFoundError):
            load()
    assert asked == [
        ("imdb.npz", "own.npz", "sha256", 64), ("imdb_word_index.json",) * 2 + ("md5", 32),
        ("reuters.npz",) * 2 + ("sha256", 64), ("reuters_word_index.json",) * 2 + ("md5", 32),
        ("boston_housing.npz",) * 2 + ("sha256", 64), ("california_housing.npz",) * 2 + ("sha256", 64),
        ("cifar-100-python.tar.gz",) * 2 + ("sha256", 64),
    ]  # fmt: skip


@pytest.mark.parametrize(("module", "rows"), [(boston_housing, 506), (california_housing, 1000)])
def test_houses(home, module, rows):
    x, y = RNG.normal(size=(rows, 4)), np.arange(rows) * 1.0
    np.savez(home / f"{module.__name__.split('.')[-1]}.npz", x=x, y=y)
    (x_train, y_train), (x_test, y_test) = module.load_data()
    order = np.arange(rows)
    np.random.RandomState(113).shuffle(order)
    assert len(x_train) == int(rows * 0.8) and np.concatenate([y_train, y_test]).tolist() == order.tolist()
    np.testing.assert_array_equal(np.concatenate([x_train, x_test]), x[order])
    assert len(module.load_data(test_split=0, seed=1)[1][0]) == 0
    for wrong in (-0.1, 1):
        with pytest.raises(ValueError, match="test_split"):
            module.load_data(test_split=wrong)


def test_the_small_table(home):
    np.savez(home / "california_housing.npz", x=np.zeros((1000, 8)), y=np.arange(1000))
    (_, y_train), (_, y_test) = california_housing.load_data("small")
    assert sorted([*y_train, *y_test]) == list(range(600)) and len(y_train) == 480
    with pytest.raises(ValueError, match="version"):
        california_housing.load_data("medium")


def pictures(count):
    data = RNG.randint(0, 256, (count, 3072)).astype("uint8")
    return {"data": data, "fine_labels": list(range(count)), "coarse_labels": [1] * count, "filenames": ["a"] * count}


class Python2(pickle._Pickler):
    """Writes as Python 2 did, which made the file: text and bytes are the same."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, text):
        data = text if isinstance(text, bytes) else text.encode("latin1")
        self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)
        self.memoize(text)

    dispatch[str] = dispatch[bytes] = save_string


def encoded(content, protocol):
    if protocol != "Python 2":
        return pickle.dumps(content, protocol)
    file = io.BytesIO()
    Python2(file, 2).dump(content)
    return file.getvalue().replace(b"numpy._core", b"numpy.core")


@pytest.mark.parametrize("protocol", ["Python 2", 0, 2, 3, 4])
@pytest.mark.parametrize("packed", [True, False])
def test_cifar100(home, protocol, packed):
    parts = {"train": pictures(6), "test": pictures(2)}
    if packed:
        with tarfile.open(home / "cifar-100-python.tar.gz", "w:gz") as archive:
            for name, content in parts.items():
                member = tarfile.TarInfo(f"cifar-100-python/{name}")
                block = encoded(content, protocol)
                member.size = len(block)
                archive.addfile(member, io.BytesIO(block))
    else:
        (home / "cifar-100-python").mkdir()
        for name, content in parts.items():
            (home / "cifar-100-python" / name).write_bytes(encoded(content, protocol))
    (x_train, y_train), (x_test, y_test) = cifar100.load_data()
    np.testing.assert_array_equal(x_train, parts["train"]["data"].reshape(6, 3, 32, 32).transpose(0, 2, 3, 1))
    assert x_train.flags.c_contiguous and y_train.tolist() == [[i] for i in range(6)] and y_test.dtype == np.int64
    assert cifar100.load_data("coarse")[1][1].tolist() == [[1], [1]]
    keras.config.set_image_data_format("channels_first")
    try:
        np.testing.assert_array_equal(cifar100.load_data()[1][0], x_test.transpose(0, 3, 1, 2))
    finally:
        keras.config.set_image_data_format("channels_last")
    with pytest.raises(ValueError, match="label_mode"):
        cifar100.load_data("all")


class Evil:
    """What a file would have run on the machine that loads it."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


ran = []


def attacks():
    yield Evil(os.system, "exit 1")
    yield Evil(eval, "1")
    yield Evil(ran.append, 1)
    yield Evil(getattr, "", "upper")
    yield np.array([1.5, 2.5])
    yield np.array([[1], [2]], object)
    yield np.float64(3)
    yield [Evil(os.getcwd)]


@pytest.mark.parametrize("content", list(attacks()), ids=lambda c: type(c).__name__)
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_nothing_in_a_file_is_run(home, content, protocol):
    rows = np.empty(1, object)
    rows[0] = content
    for written in (pickle.dumps(rows, protocol), pickle.dumps(content, protocol)):
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "|O", "fortran_order": False, "shape": (1,)})
        np.savez(home / "imdb.npz", x_test=TEST, y_test=TEST_LABELS, y_train=[1])
        with zipfile.ZipFile(home / "imdb.npz", "a") as archive:
            archive.writestr("x_train.npy", header.getvalue() + written)
        with pytest.raises((ValueError, TypeError)):
            imdb.load_data()
    assert not ran


def test_what_a_reader_makes_is_numbers_alone():
    with pytest.raises(ValueError, match="names posix.system|names nt.system"):
        plain_pickle.read(io.BytesIO(pickle.dumps(Evil(os.system, "exit"))), "file")
    with pytest.raises(ValueError, match="outside of the file"):
        plain_pickle.read(io.BytesIO(b"Pid\n."), "file")
    columns = np.asfortranarray(np.zeros((2, 3), "uint8"))
    for content, message in (
        (np.array([1.5]), "type f8"), (columns, "another layout"), (Evil(codecs.encode, "a", "utf-8"), "encoding"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            plain_pickle.read(io.BytesIO(pickle.dumps(content, 2)), "file")
    with pytest.raises(ValueError, match="lists of numbers"):
        rows = np.empty(1, object)
        rows[0] = ["text"]
        plain_pickle.read(io.BytesIO(pickle.dumps(rows, 2)), "file")


@pytest.mark.parametrize("content", [b"", b"PK\3\4 nonsense", gzip.compress(b"x")], ids=["empty", "zip", "gzip"])
def test_damaged_archives(home, content):
    (home / "imdb.npz").write_bytes(content)
    (home / "boston_housing.npz").write_bytes(content)
    for load in (imdb.load_data, boston_housing.load_data):
        with pytest.raises(ValueError, match="remove it and load again"):
            load()
    (home / "cifar-100-python.tar.gz").write_bytes(content)
    with pytest.raises(ValueError, match="damaged"):
        cifar100.load_data()


def test_archives_of_something_else(home):
    np.savez(home / "imdb.npz", x=TRAIN)
    with pytest.raises(ValueError, match="x_train"):
        imdb.load_data()
    whole = (home / "imdb.npz").read_bytes()
    np.savez(home / "reuters.npz", x=TRAIN, y=TRAIN_LABELS)
    (home / "reuters.npz").write_bytes((home / "reuters.npz").read_bytes()[:-300] + whole[-100:])
    with pytest.raises(ValueError, match="remove it and load again"):
        reuters.load_data()

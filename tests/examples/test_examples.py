"""Every example runs to its end, on small made-up data, from any folder."""

import gzip
import os
import pathlib
import re
import struct
import subprocess
import sys
import zipfile

import keraunos
import numpy as np
import pytest

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
RNG = np.random.default_rng(6)


def run(folder, name, *arguments):
    """What an example prints, with a home and data folder of its own, without windows and network."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(pathlib.Path(keraunos.__file__).resolve().parents[1]),
        "KERAUNOS_HOME": str(folder / "home"),
        "KERAUNOS_DATASETS": str(folder),
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(folder / "home"),
        "https_proxy": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, "-W", "always", EXAMPLES / name, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


def idx(array):
    extents = struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(b"\0\0\x08" + bytes([array.ndim]) + extents + array.astype("uint8").tobytes())


@pytest.fixture
def fashion(tmp_path):
    folder = tmp_path / "fashion-mnist"
    folder.mkdir()
    # The tutorial keeps 5,000 rows for validation.
    for stem, rows in (("train", 5200), ("t10k", 40)):
        (folder / f"{stem}-images-idx3-ubyte.gz").write_bytes(idx(RNG.integers(0, 256, (rows, 28, 28))))
        (folder / f"{stem}-labels-idx1-ubyte.gz").write_bytes(idx(np.arange(rows) % 10))
    return tmp_path


def images():
    return pytest.importorskip("PIL.Image", reason="Pillow is not installed: examples with image files are not covered")


@pytest.fixture
def cifar(tmp_path):
    for split, count in (("train", 6), ("test", 2)):
        for name in ("cat", "frog", "ship"):
            folder = tmp_path / "tree" / split / name
            folder.mkdir(parents=True)
            for i in range(count):
                images().fromarray(RNG.integers(0, 256, (32, 32, 3), np.uint8)).save(folder / f"{i}.jpg")
    return tmp_path


def test_fashion_mnist(fashion):
    printed = run(fashion, "fashion_mnist.py", "--epochs", 1)
    assert "test accuracy" in printed and "predicted:" in printed


def test_mnist_convnet_without_mnist(fashion):
    printed = run(fashion, "mnist_convnet.py", "--epochs", 1)
    assert "training on Fashion-MNIST instead" in printed and "test accuracy" in printed


def test_mnist_convnet(fashion):
    (fashion / "fashion-mnist").rename(fashion / "mnist")
    printed = run(fashion, "mnist_convnet.py", "--epochs", 1)
    assert "instead" not in printed and "x_train shape: (5200, 28, 28, 1)" in printed


def sklearn():
    for name in ("sklearn", "pandas"):
        pytest.importorskip(name, reason=f"{name} is not installed: examples with tables are not covered")


@pytest.mark.parametrize("name", ["gradient_descent.py", "activations.py"])
def test_by_hand_and_by_the_library(tmp_path, name):
    sklearn()
    pytest.importorskip("matplotlib", reason="pictures of examples are not covered")
    short = ("--rows", 700) if name == "gradient_descent.py" else ()
    printed = run(tmp_path, name, "--epochs", 2, "--plot", tmp_path / "picture.png", *short)
    assert (tmp_path / "picture.png").stat().st_size > 1000
    if name == "gradient_descent.py":
        assert "a made-up table" in printed
        # One step a batch: 2 epochs of 700 rows.
        assert re.search(r"^batch +700 +2 ", printed, re.M) and re.search(r"^mini-batch +32 +44 ", printed, re.M)
        by_hand, by_library = map(float, re.search(r"^batch +\d+ +\d+ +(\S+) +\S+ +(\S+)", printed, re.M).groups())
        # The same updates in the same order; two steps from losses of about 5,000, in float64 and float32.
        np.testing.assert_allclose(by_hand, by_library, rtol=1e-4)


def test_losses(tmp_path):
    """The script itself asserts that both ways agree."""
    assert "Kullback-Leibler" in run(tmp_path, "losses.py", "--rows", 5)


def test_digits_without_mnist(tmp_path):
    sklearn()
    printed = run(tmp_path, "digits.py", "--epochs", 1)
    assert "using the small set" in printed and "1347 pictures to learn from" in printed
    assert "most frequent mistake" in printed


def test_digits(fashion):
    sklearn()
    (fashion / "fashion-mnist").rename(fashion / "mnist")
    assert "5200 pictures to learn from" in run(fashion, "digits.py", "--epochs", 1)


def test_customer_churn(tmp_path):
    sklearn()
    printed = run(tmp_path, "customer_churn.py", "--epochs", 2)
    # Who has been there for no month has no total charge.
    rows, columns = map(int, re.search(r"cleaned: (\d+) rows, (\d+) columns", printed).groups())
    assert 6500 < rows < 7043 and columns == 27
    assert "leaves" in printed and "weighted avg" in printed


def test_churn_is_split_without_a_look_at_the_rows_to_judge_by(monkeypatch):
    sklearn()
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import customer_churn
    import tables

    table = customer_churn.clean(tables.made_up_churn(400))
    x_train, x_test, y_train, y_test = customer_churn.split(table, seed=3)
    assert (x_train.shape, x_test.shape) == ((len(y_train), 26), (len(y_test), 26))
    np.testing.assert_allclose(y_train.mean(), y_test.mean(), atol=0.02)
    numbers = [list(table.drop(columns="Churn")).index(name) for name in customer_churn.NUMBERS]
    assert (x_train.min(0) >= 0).all() and (x_train.max(0)[numbers] == 1).all()
    assert set(np.unique(np.delete(x_train, numbers, 1))) == {0, 1}


def test_imbalanced_churn(tmp_path):
    sklearn()
    pytest.importorskip("imblearn", reason="the example with SMOTE is not covered")
    printed = run(tmp_path, "imbalanced_churn.py", "--epochs", 1, "--seeds", 1)
    for way in ("plain", "under-sampling", "duplication", "SMOTE", "ensemble of three votes", "focal loss"):
        assert re.search(rf"^{way}( +[-+]?0\.\d+){{5}}$", printed, re.M), printed


def test_sonar(tmp_path):
    sklearn()
    printed = run(tmp_path, "sonar.py", "--epochs", 2, "--seeds", 1)
    assert "made-up echoes" in printed and "208 echoes of 60 bands" in printed and len(printed.splitlines()) > 5


def test_transfer_learning(fashion):
    pytest.importorskip("h5py", reason="model files of Keras are not covered")
    arguments = ("--epochs", 1, "--pictures", 4, "--steps", 2, "--file", fashion / "base.keras")
    printed = run(fashion, "transfer_learning.py", *arguments)
    assert "2600 pictures" in printed and "new classes: 20 pictures to learn from, 20 to judge by" in printed
    assert re.search(r"frozen base, new last layer +8,005 ", printed) and (fashion / "base.keras").exists()


def test_cifar10_by_dense_layers_and_convolutions(cifar):
    with zipfile.ZipFile(cifar / "cifar10-jpeg.zip", "w") as archive:
        for path in sorted((cifar / "tree").rglob("*.jpg")):
            archive.write(path, pathlib.Path("cifar10") / path.relative_to(cifar / "tree"))
    printed = run(cifar, "cifar10_networks.py", "--epochs", 2, "--rows", 12, "--devices", "cpu")
    assert re.search(r"^dense +cpu +12,230,010 ", printed, re.M), printed
    assert re.search(r"^convolutional +cpu +167,562 ", printed, re.M), printed


def test_cifar10_from_a_folder(cifar):
    printed = run(cifar, "cifar10_cnn.py", "--epochs", 2, "--batch-size", 4, "--data", cifar / "tree")
    assert "Found 18 files belonging to 3 classes." in printed and "3 classes: cat, frog, ship" in printed
    assert "waited for data: first epoch" in printed and "test accuracy" in printed


@pytest.mark.parametrize("source", ["folder", "arrays"])
def test_cifar10_from_an_archive(cifar, source):
    with zipfile.ZipFile(cifar / "cifar10-jpeg.zip", "w") as archive:
        for path in sorted((cifar / "tree").rglob("*.jpg")):
            archive.write(path, pathlib.Path("cifar10") / path.relative_to(cifar / "tree"))
    printed = run(cifar, "cifar10_cnn.py", "--epochs", 1, "--source", source, "--unpack", cifar / "unpacked")
    assert "test accuracy" in printed
    assert (cifar / "unpacked" / "cifar10" / "train" / "cat" / "0.jpg").exists() == (source == "folder")


def test_image_classification_with_two_bad_files(tmp_path):
    for name, brightness in (("cat", 60), ("dog: a, b & c", 180)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for i in range(10):
            picture = RNG.normal(brightness, 20, (60 + i, 80, 3)).clip(0, 255).astype(np.uint8)
            kind = ("jpeg", "png", "webp")[i % 3]
            images().fromarray(picture).save(tmp_path / "photos" / name / f"Photo nr. {i}_... é.jpg", kind)
    whole = (tmp_path / "photos" / "cat" / "Photo nr. 0_... é.jpg").read_bytes()
    (tmp_path / "photos" / "cat" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "photos" / "cat" / "notes.jpg").write_text("a text")
    arguments = ("--data", tmp_path / "photos", "--out", tmp_path / "out", "--epochs", 3, "--size", 48)
    printed = run(tmp_path, "image_classification.py", *arguments)
    assert "2 of 22 files are left out:\n  cat/cut.jpg: " in printed and "  cat/notes.jpg: no JPEG" in printed
    assert "split: {'train': 14, 'validation': 3, 'test': 3}" in printed
    assert "precision" in printed and "F1" in printed and "confusion matrix" in printed
    try:
        import h5py  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError:
        return
    assert "the loaded model predicts the same: True" in printed
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "model.weights.h5",
        "learning_curves.png",
        "confusion_matrix.png",
    }

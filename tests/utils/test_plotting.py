"""Pictures: History.plot and plot_images, drawn without a screen."""

import sys

import keraunos as keras
import numpy as np
import pytest
from keraunos.callbacks import History
from keraunos.utils import plot_history, plot_images

matplotlib = pytest.importorskip("matplotlib", reason="plots are not covered: Matplotlib is not installed")
matplotlib.use("Agg")
pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def close():
    yield
    pyplot.close("all")


def history():
    made = History()
    made.epoch = [0, 1, 2, 3]
    made.history = {"loss": [4, 3, 2, 1], "accuracy": [0.1, 0.2, 0.3, 0.4], "val_loss": [5, 4, 3, 2]}
    return made


def curves(axis):
    return {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axis.get_lines()}


def test_history_plot():
    figure = history().plot()
    loss, accuracy = figure.axes
    assert curves(loss) == {"loss": ([1, 2, 3, 4], [4, 3, 2, 1]), "val_loss": ([1, 2, 3, 4], [5, 4, 3, 2])}
    assert set(curves(accuracy)) == {"accuracy"} and loss.get_xlabel() == "epoch"


def test_history_plot_of_some_metrics_into_given_axes():
    _, axis = pyplot.subplots()
    figure = plot_history(history(), "accuracy", ax=axis)
    assert figure is axis.figure and set(curves(axis)) == {"accuracy"}
    with pytest.raises(ValueError, match="no curve.*auc.*there are: loss"):
        history().plot(["auc"])


def test_history_plot_when_some_epochs_were_validated():
    """validation_freq=2: the points stand at the epochs that they belong to."""
    x = np.ones((8, 2))
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    found = model.fit(x, x[:, 0], epochs=5, verbose=0, validation_data=(x, x[:, 0]), validation_freq=2)
    assert curves(found.plot().axes[0])["val_loss"][0] == [2, 4]


@pytest.mark.parametrize("shape", [(7, 8, 8), (7, 8, 8, 1), (7, 8, 8, 3)])
def test_plot_images(shape):
    figure = plot_images(np.random.default_rng(0).integers(0, 256, shape, dtype="uint8"), columns=3)
    assert len(figure.axes) == 9 and sum(bool(axis.images) for axis in figure.axes) == 7


def test_plot_images_with_labels_and_predictions():
    images = np.zeros((3, 4, 4))
    names = ("shirt", "shoe", "bag")
    titles = [axis.title for axis in plot_images(images, [0, 1, 2], names).axes[:3]]
    assert [t.get_text() for t in titles] == list(names)
    probabilities = np.eye(3)[[0, 2, 2]]
    titles = [axis.title for axis in plot_images(images, np.array([[0], [1], [2]]), names, probabilities).axes[:3]]
    assert [t.get_text() for t in titles] == ["shirt", "bag (shoe)", "bag"]
    assert [t.get_color() for t in titles] == ["black", "red", "black"]
    assert plot_images(images, [0, 1, 2]).axes[1].get_title() == "1"


def test_plot_images_limit_and_mistakes():
    assert sum(bool(axis.images) for axis in plot_images(np.zeros((30, 4, 4)), limit=6).axes) == 6
    with pytest.raises(ValueError, match="expected images of shape"):
        plot_images(np.zeros((4, 4)))


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"keraunos\[plot\]"):
        plot_images(np.zeros((1, 4, 4)))


def test_plot_images_of_a_pipeline_have_their_colours():
    """Pipelines give float32 from 0 to 255; Matplotlib would draw all of that above 1 white."""
    bytes_ = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype="uint8")
    for images in (bytes_.astype("float32"), (bytes_ / 255).astype("float32")):
        drawn = plot_images(images).axes[0].images[0].get_array()
        np.testing.assert_allclose(drawn, bytes_[0] / 255, atol=1e-6)

"""Pictures through Matplotlib, an extra: `pip install keraunos[plot]`."""

import numpy as np


def load_pyplot():
    """The module `matplotlib.pyplot`."""
    try:
        import matplotlib.pyplot as pyplot
    except ImportError:
        raise ImportError("[plot] drawing needs Matplotlib: pip install keraunos[plot]") from None
    return pyplot


def plot_history(history, metrics=None, ax=None):
    """Learning curves, dashed for validation.

    Args:
        history: a History, as `fit` returns it.
        metrics: name of a curve or a list of names; default: all, each in axes of its own.
        ax: Matplotlib axes to draw into; default: a new figure.

    Returns:
        The Matplotlib figure.

    Raises:
        ValueError: for a curve that does not exist.
        ImportError: without Matplotlib.

    Example:

    >>> import keraunos as keras
    >>> history = keras.callbacks.History()
    >>> history.epoch, history.history = [0, 1], {"loss": [2.0, 1.0]}
    >>> figure = keras.utils.plot_history(history)  # doctest: +SKIP
    """
    pyplot = load_pyplot()
    names = [name for name in history.history if not name.startswith("val_")]
    names = names if metrics is None else [metrics] if isinstance(metrics, str) else list(metrics)
    unknown = [name for name in names if name not in history.history]
    if unknown or not names:
        raise ValueError(f"[plot] no curve {unknown or names}; there are: {', '.join(history.history) or 'none'}")
    axes = [ax] * len(names) if ax is not None else None
    if axes is None:
        _, grid = pyplot.subplots(1, len(names), figsize=(5 * len(names), 3.6), squeeze=False, layout="constrained")
        axes = list(grid[0])
    for name, axis in zip(names, axes, strict=True):
        for curve, style in ((name, "-"), (f"val_{name}", "--")):
            if curve in history.history:
                epochs = [epoch + 1 for epoch in history.epochs_of(curve)]
                axis.plot(epochs, history.history[curve], style, label=curve)
        axis.set_xlabel("epoch")
        axis.set_title(name)
        axis.legend()
        axis.grid(alpha=0.3)
    return axes[0].figure


def plot_images(images, labels=None, class_names=None, predictions=None, columns=5, limit=25):
    """Draws pictures in a grid, with labels below.

    Args:
        images: `(N, H, W)`, `(N, H, W, 1)` or `(N, H, W, 3)`; colours are integers from 0 to 255, or floats from 0 to 1
            or, where one is above 1, from 0 to 255.
        labels: class numbers, `(N,)`.
        class_names: name of every class.
        predictions: predicted class numbers, `(N,)`, or probabilities, `(N, C)`; wrong ones are written in red.
        columns: pictures per row.
        limit: pictures at most.

    Returns:
        The Matplotlib figure.

    Raises:
        ValueError: for images of another rank.
        ImportError: without Matplotlib.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> figure = keras.utils.plot_images(np.zeros((10, 28, 28)), labels=range(10))  # doctest: +SKIP
    """
    pyplot = load_pyplot()
    images = np.asarray(images)[:limit]
    if images.ndim not in (3, 4):
        raise ValueError(f"[plot_images] expected images of shape (N, H, W) or (N, H, W, C), got {images.shape}")
    if images.dtype.kind == "f" and images.ndim == 4 and images.shape[-1] == 3 and images.size and images.max() > 1:
        images = np.clip(images / 255, 0, 1)
    if predictions is not None:
        predictions = np.asarray(predictions)
        predictions = predictions.argmax(-1) if predictions.ndim == 2 else predictions
    rows = -(-len(images) // columns)
    figure, grid = pyplot.subplots(
        rows, columns, figsize=(1.8 * columns, 2 * rows), squeeze=False, layout="constrained"
    )
    for axis in grid.flat:
        axis.set_axis_off()
    for i, (image, axis) in enumerate(zip(images, grid.flat, strict=False)):
        axis.imshow(image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image, cmap="gray")
        title, colour = _title(i, labels, predictions, class_names)
        axis.set_title(title, fontsize=9, color=colour)
    return figure


def _title(i, labels, predictions, class_names):
    def name(number):
        return str(class_names[int(number)]) if class_names is not None else str(int(number))

    label = None if labels is None else int(np.reshape(labels, (len(labels), -1))[i, 0])
    if predictions is None:
        return ("" if label is None else name(label)), "black"
    wrong = label is not None and int(predictions[i]) != label
    return (f"{name(predictions[i])} ({name(label)})" if wrong else name(predictions[i])), "red" if wrong else "black"

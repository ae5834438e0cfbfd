"""Array helpers: one-hot labels, normalisation, splitting."""

import numpy as np


def to_categorical(x, num_classes=None):
    """One-hot rows for class numbers.

    Args:
        x: integers from 0 to num_classes - 1, of any shape; a last axis of extent 1 is dropped.
        num_classes: number of classes; default: the largest number plus 1.

    Returns:
        float64 array (float32 for a tensor) of shape `x.shape + (num_classes,)`.

    Raises:
        ValueError: for a class number out of range.

    Example:

    >>> from keraunos.utils import to_categorical
    >>> to_categorical([0, 2], 3)
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    from keraunos.graph.tensor import Tensor

    labels = np.asarray(x, dtype="int64")
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    flat = labels.reshape(-1)
    if num_classes is None and not flat.size:
        raise ValueError("[to_categorical] there are no labels, so num_classes must be given")
    classes = int(flat.max()) + 1 if num_classes is None else int(num_classes)
    if flat.size and (flat.min() < 0 or flat.max() >= classes):
        raise ValueError(f"[to_categorical] labels must lie in 0..{classes - 1}, got {flat.min()}..{flat.max()}")
    hot = np.zeros((flat.size, classes))
    hot[np.arange(flat.size), flat] = 1
    hot = hot.reshape(*shape, classes)
    if isinstance(x, Tensor):
        from keraunos import ops

        return ops.convert_to_tensor(hot.astype("float32"))
    return hot


def normalize(x, axis=-1, order=2):
    """`x` divided by its norm along `axis`; rows of zeros stay.

    Args:
        x: array.
        axis: axis of the norm.
        order: order of the norm.

    Example:

    >>> from keraunos.utils import normalize
    >>> normalize([[3.0, 4.0]])
    array([[0.6, 0.8]])
    """
    from keraunos.graph.tensor import Tensor

    array = np.asarray(x)
    norm = np.atleast_1d(np.linalg.norm(array, order, axis))
    norm[norm == 0] = 1
    result = array / np.expand_dims(norm, axis)
    if isinstance(x, Tensor):
        from keraunos import ops

        return ops.convert_to_tensor(result.astype(x.dtype))
    return result


def split_dataset(dataset, left_size=None, right_size=None, shuffle=False, seed=None, preferred_backend=None):
    """Splits arrays, or a Dataset, into two parts.

    Args:
        dataset: array, list or tuple of arrays with equally many rows, or `data.Dataset` of known length.
        left_size, right_size: share of the rows (a float between 0 and 1) or their number; one may be left out.
        shuffle: whether to mix the rows first.
        seed: of the mixing.
        preferred_backend: None; the parts have the form of `dataset`.

    Returns:
        (left, right), each in the form of `dataset`.

    Raises:
        ValueError: when the sizes do not fit.

    Example:

    >>> import numpy as np
    >>> from keraunos.utils import split_dataset
    >>> left, right = split_dataset(np.arange(10), left_size=0.8)
    >>> len(left), len(right)
    (8, 2)
    """
    from keraunos.data.dataset import Dataset

    if preferred_backend is not None:
        raise ValueError(
            f"[split_dataset] parts have the form of the data set; leave preferred_backend={preferred_backend!r} out"
        )
    if isinstance(dataset, Dataset):
        n = len(dataset)
        left, right = _parts(left_size, right_size, n)
        # One order for both parts, or they would overlap.
        mixed = dataset.shuffle(n, seed, reshuffle_each_iteration=False) if shuffle else dataset
        return mixed.take(left), mixed.skip(left).take(right)
    single = not isinstance(dataset, (list, tuple))
    arrays = [np.asarray(a) for a in ([dataset] if single else dataset)]
    rows = len(arrays[0])
    if any(len(a) != rows for a in arrays):
        raise ValueError(f"[split_dataset] arrays must have equally many rows, got {[len(a) for a in arrays]}")
    left, right = _parts(left_size, right_size, rows)
    order = np.random.default_rng(seed).permutation(rows) if shuffle else np.arange(rows)
    parts = [[a[order[:left]] for a in arrays], [a[order[left : left + right]] for a in arrays]]
    return tuple(part[0] if single else type(dataset)(part) for part in parts)


def _parts(left_size, right_size, rows):
    """Rows of the left and of the right part."""
    if left_size is None and right_size is None:
        raise ValueError("[split_dataset] give left_size or right_size")
    left = None if left_size is None else _rows(left_size, rows)
    right = rows - left if right_size is None else _rows(right_size, rows)
    left = rows - right if left is None else left
    if left < 0 or right < 0 or left + right > rows or not rows:
        raise ValueError(f"[split_dataset] parts of {left} and {right} rows do not fit {rows} rows")
    return left, right


def _rows(size, rows):
    return round(size * rows) if isinstance(size, float) else int(size)

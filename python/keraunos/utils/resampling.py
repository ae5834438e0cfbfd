"""resample: rows made or left out so that classes become equally large, through imbalanced-learn, an extra."""

import numpy as np

from keraunos import _arguments
from keraunos.utils.imbalance import class_numbers

_METHODS = {
    "smote": ("over_sampling", "SMOTE"),
    "borderline_smote": ("over_sampling", "BorderlineSMOTE"),
    "svm_smote": ("over_sampling", "SVMSMOTE"),
    "kmeans_smote": ("over_sampling", "KMeansSMOTE"),
    "adasyn": ("over_sampling", "ADASYN"),
    "random_over": ("over_sampling", "RandomOverSampler"),
    "random_under": ("under_sampling", "RandomUnderSampler"),
    "near_miss": ("under_sampling", "NearMiss"),
    "tomek_links": ("under_sampling", "TomekLinks"),
    "edited_nearest_neighbours": ("under_sampling", "EditedNearestNeighbours"),
    "cluster_centroids": ("under_sampling", "ClusterCentroids"),
    "smote_enn": ("combine", "SMOTEENN"),
    "smote_tomek": ("combine", "SMOTETomek"),
}


def resample(x, y, method="smote", seed=None, **options):
    """Rows and targets with classes of equal, or less different, size. Resample training data only, after splitting.

    Args:
        x: array `(N, ...)` of numbers; SMOTE and its like make new rows between neighbours.
        y: class numbers `(N,)` or `(N, 1)`, or one-hot `(N, C)`.
        method: "smote", "borderline_smote", "svm_smote", "kmeans_smote", "adasyn", "random_over", "random_under",
            "near_miss", "tomek_links", "edited_nearest_neighbours", "cluster_centroids", "smote_enn", "smote_tomek", or
            an object with `fit_resample`.
        seed: int, for methods that draw.
        **options: arguments of the method's class in imbalanced-learn, such as `k_neighbors`, `sampling_strategy`.

    Returns:
        (x, y) in the dtypes and forms they came in.

    Raises:
        ValueError: for other methods, other shapes of `y`, and where a class has too few rows for the method.
        ImportError: without imbalanced-learn.

    Source: Chawla et al., 2002 (SMOTE); https://imbalanced-learn.org

    Example:

    >>> import numpy as np, keraunos as keras
    >>> x, y = np.random.default_rng(0).normal(size=(60, 4)), np.array([0] * 50 + [1] * 10)
    >>> more, labels = keras.utils.resample(x, y, "smote", seed=1)  # doctest: +SKIP
    >>> np.bincount(labels)  # doctest: +SKIP
    array([50, 50])
    """
    x, y = np.asarray(x), np.asarray(y)
    numbers = class_numbers(y, "resample")
    if x.ndim < 1 or len(x) != len(numbers):
        raise ValueError(f"[resample] x has shape {x.shape}, y has {len(numbers)} rows")
    sampler = _sampler(method, seed, options) if isinstance(method, str) else method
    flat, made = sampler.fit_resample(x.reshape(len(x), -1), numbers)
    rows = np.asarray(flat, x.dtype if x.dtype.kind == "f" else None).reshape(-1, *x.shape[1:])
    if y.ndim == 2 and y.shape[1] > 1:
        return rows, np.eye(y.shape[1], dtype=y.dtype)[made]
    return rows, np.asarray(made).reshape(-1, *y.shape[1:]).astype(y.dtype)


def _sampler(method, seed, options):
    _arguments.one_of("resample", "method", method, tuple(_METHODS))
    module, name = _METHODS[method]
    try:
        import imblearn
    except ImportError:
        raise ImportError("[resample] this needs imbalanced-learn: pip install keraunos[imbalanced]") from None
    import importlib
    import inspect

    made = getattr(importlib.import_module(f"{imblearn.__name__}.{module}"), name)
    if seed is not None and "random_state" in inspect.signature(made).parameters:
        options = {"random_state": seed, **options}
    return made(**options)

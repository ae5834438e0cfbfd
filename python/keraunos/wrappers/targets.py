"""Targets as models want them, and back."""

import numpy as np

from keraunos.wrappers.scikit import check_classification_targets, type_of_target


class Numbers:
    """Numbers to predict: columns, and one axis less where there was one less."""

    def __init__(self, y):
        self.ndim = y.ndim

    def encode(self, y):
        """`(N,)` as `(N, 1)`; more axes as they are."""
        return y[:, None] if y.ndim == 1 else y

    def decode(self, outputs):
        """The inverse, in float64, as scikit-learn's regressors have it."""
        outputs = outputs.astype(np.float64)
        return outputs[:, 0] if self.ndim == 1 and outputs.ndim == 2 and outputs.shape[1] == 1 else outputs


class Classes:
    """Classes of any kind (numbers, text) as one-hot rows.

    Attributes:
        classes: the classes, sorted.

    Raises:
        ValueError: for targets that are no classes, several per row, or all the same.
    """

    def __init__(self, y):
        check_classification_targets(y)
        kind = type_of_target(y)
        if kind not in ("binary", "multiclass"):
            raise ValueError(f"[wrappers] expected one class per row, got targets of the kind {kind!r}")
        self.classes = np.unique(y)
        if len(self.classes) < 2:
            raise ValueError(f"[wrappers] a classifier needs more than one class, got only {self.classes[0]!r}")

    def encode(self, y):
        """One-hot float32 `(N, C)`."""
        places = np.searchsorted(self.classes, y)
        known = self.classes[np.minimum(places, len(self.classes) - 1)] == y
        if not np.all(known):
            raise ValueError(f"[wrappers] there is no class {np.asarray(y)[~known][0]}; known are {self.classes}")
        return np.eye(len(self.classes), dtype=np.float32)[places]

    def decode(self, outputs):
        """The classes of the largest outputs; one column is about the second of two classes."""
        if outputs.shape[-1] == 1:
            return self.classes[(outputs[:, 0] > 0.5).astype(int)]
        return self.classes[outputs.argmax(-1)]

    def probabilities(self, outputs):
        """Outputs as probabilities `(N, C)`: as they are when they are such, else through softmax."""
        if outputs.shape[-1] == 1:
            return np.concatenate([1 - outputs, outputs], axis=1)
        outputs = outputs.astype(np.float64)
        if (outputs >= 0).all() and np.allclose(outputs.sum(-1), 1, atol=1e-3):
            return outputs / outputs.sum(-1, keepdims=True)
        powers = np.exp(outputs - outputs.max(-1, keepdims=True))
        return powers / powers.sum(-1, keepdims=True)

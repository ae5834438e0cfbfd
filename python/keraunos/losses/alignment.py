"""CTC: the likelihood of a label sequence over all its alignments with the frames of an output."""

import numpy as np

from keraunos import ops
from keraunos.losses.wrapper import NamedLoss


def ctc(y_true, y_pred):
    """Connectionist temporal classification (Graves et al., 2006): one loss per sequence; see `ops.ctc_loss`.

    Args:
        y_true: class numbers, shape `(N, L)`; 0 is the blank and fills short sequences up.
        y_pred: logits, shape `(N, T, C)`.

    >>> import keraunos as keras
    >>> keras.losses.ctc([[1]], keras.ops.zeros((1, 1, 2))).numpy().round(4)
    array([0.6931], dtype=float32)
    """
    y_pred, labels = ops.convert_to_tensor(y_pred), ops.convert_to_tensor(y_true)
    if len(y_pred.shape) != 3 or len(labels.shape) != 2:
        raise ValueError(
            f"[ctc] expected y_true (N, L) and y_pred (N, T, C), got {tuple(labels.shape)} and {tuple(y_pred.shape)}"
        )
    lengths = ops.sum(ops.cast(ops.not_equal(labels, 0), "int32"), axis=1)
    frames = np.full(y_pred.shape[0], y_pred.shape[1], np.int32)
    return ops.ctc_loss(labels, y_pred, lengths, frames)


class CTC(NamedLoss):
    """Connectionist temporal classification (Graves et al., 2006); see `ctc`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.CTC()([[1]], keras.ops.zeros((1, 1, 2)))), 4)
    0.6931
    """

    _integer_targets = True

    def __init__(self, reduction="sum_over_batch_size", name="ctc", dtype=None):
        super().__init__(ctc, reduction, name, dtype)

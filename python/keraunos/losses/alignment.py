"""CTC: the likelihood of a label sequence over all its alignments with the frames of an output."""

from keraunos import ops
from keraunos.losses.wrapper import NamedLoss
from keraunos.ops.rectifiers import floating

# Logarithm of the probability of what cannot happen; finite, so that no gradient becomes NaN.
_IMPOSSIBLE = -1e30


def _logaddexp(*terms):
    largest = terms[0]
    for term in terms[1:]:
        largest = ops.maximum(largest, term)
    total = ops.exp(terms[0] - largest)
    for term in terms[1:]:
        total = total + ops.exp(term - largest)
    return largest + ops.log(total)


def _shifted(x, by):
    pad = ops.full((x.shape[0], by), _IMPOSSIBLE, dtype=x.dtype)
    return ops.concatenate([pad, x[:, :-by]], axis=1)


def ctc(y_true, y_pred):
    """Connectionist temporal classification (Graves et al., 2006): one loss per sequence.

    Args:
        y_true: class numbers, shape `(N, L)`; 0 is the blank and fills short sequences up.
        y_pred: logits, shape `(N, T, C)`.

    The forward recursion runs over the labels with blanks between them, `2 L + 1` states, in logarithms.

    >>> import keraunos as keras
    >>> keras.losses.ctc([[1]], keras.ops.zeros((1, 1, 2))).numpy().round(4)
    array([0.6931], dtype=float32)
    """
    y_pred = floating(y_pred)
    labels = ops.cast(ops.convert_to_tensor(y_true), "int32")
    if len(y_pred.shape) != 3 or len(labels.shape) != 2:
        raise ValueError(
            f"[ctc] expected y_true (N, L) and y_pred (N, T, C), got {tuple(labels.shape)} and {tuple(y_pred.shape)}"
        )
    samples, length = labels.shape
    frames, classes = y_pred.shape[1:]
    states = 2 * length + 1
    lengths = ops.sum(ops.cast(ops.not_equal(labels, 0), "int32"), axis=1, keepdims=True)
    blanks = ops.zeros((samples, length, 1), dtype="int32")
    extended = ops.reshape(ops.concatenate([blanks, ops.expand_dims(labels, 2)], axis=2), (samples, 2 * length))
    extended = ops.concatenate([extended, blanks[:, 0]], axis=1)
    choice = ops.one_hot(extended, classes, dtype=y_pred.dtype)
    emissions = ops.matmul(ops.log_softmax(y_pred, axis=-1), ops.transpose(choice, (0, 2, 1)))

    position = ops.arange(states, dtype="int32")
    two_back = ops.concatenate([ops.zeros((samples, 2), dtype="int32"), extended[:, :-2]], axis=1)
    may_skip = ops.logical_and(ops.not_equal(extended, 0), ops.not_equal(extended, two_back))
    scores = ops.where(position < 2, emissions[:, 0], _IMPOSSIBLE)
    for frame in range(1, frames):
        skipped = ops.where(may_skip, _shifted(scores, 2), _IMPOSSIBLE)
        scores = _logaddexp(scores, _shifted(scores, 1), skipped) + emissions[:, frame]
    at_end = ops.logical_or(ops.equal(position, 2 * lengths), ops.equal(position, 2 * lengths - 1))
    final = ops.where(at_end, scores, _IMPOSSIBLE)
    largest = ops.max(final, axis=1, keepdims=True)
    return -(ops.squeeze(largest, 1) + ops.log(ops.sum(ops.exp(final - largest), axis=1)))


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

"""Circle loss: embeddings of one class close together, of different classes apart."""

from keraunos import ops
from keraunos.losses.wrapper import NamedLoss
from keraunos.ops.rectifiers import floating

# Stands for minus infinity: exp of it is 0, and differences of it stay finite.
_ABSENT = -1e30


def _logsumexp_where(condition, values):
    values = ops.where(condition, values, _ABSENT)
    largest = ops.max(values, axis=1, keepdims=True)
    return ops.squeeze(largest, 1) + ops.log(ops.sum(ops.exp(values - largest), axis=1))


def circle(y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, gamma=80, margin=0.4):
    """Circle loss of normalized embeddings (Sun et al., 2020), one value per query `(N,)`.

    Args:
        y_true: class numbers, shape `(N,)`.
        y_pred: embeddings of length one, shape `(N, D)`.
        ref_labels, ref_embeddings: what the queries are compared with, `(M,)` and `(M, D)`; default: themselves.
        remove_diagonal: whether a query is not compared with itself.
        gamma: scale.
        margin: relaxation.

    >>> import keraunos as keras
    >>> keras.losses.circle([0, 0], [[1.0, 0.0], [1.0, 0.0]]).shape
    (2,)
    """
    y_pred = floating(y_pred)
    labels = ops.cast(ops.convert_to_tensor(y_true), "int32")
    if len(labels.shape) == 2:
        labels = ops.squeeze(labels, -1)
    others = y_pred if ref_embeddings is None else ops.cast(ref_embeddings, y_pred.dtype)
    other_labels = labels if ref_labels is None else ops.cast(ops.convert_to_tensor(ref_labels), "int32")
    distances = ops.maximum(1 - ops.matmul(y_pred, ops.transpose(others)), 0.0)
    same = ops.equal(ops.expand_dims(labels, 1), ops.expand_dims(other_labels, 0))
    different = ops.logical_not(same)
    if remove_diagonal:
        same = ops.logical_and(same, ops.logical_not(ops.eye(labels.shape[0], other_labels.shape[0], dtype="bool")))
    pull = gamma * ops.maximum(margin + distances, 0.0) * (distances - margin)
    push = gamma * ops.maximum(1 + margin - distances, 0.0) * (1 - margin - distances)
    loss = ops.softplus(_logsumexp_where(same, pull) + _logsumexp_where(different, push))
    loss._keras_mask = loss > 0
    return loss


class Circle(NamedLoss):
    """Circle loss for embeddings of length one (Sun et al., 2020).

    Args:
        gamma: scale.
        margin: relaxation.
        remove_diagonal: whether a sample is not compared with itself.
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.losses.Circle()([0, 1], [[1.0, 0.0], [0.0, 1.0]]))
    0.0
    """

    _integer_targets = True

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        super().__init__(circle, reduction, name, dtype, gamma=gamma, margin=margin, remove_diagonal=remove_diagonal)

    def get_config(self):
        return {**super().get_config(), **self._fn_kwargs}

"""From the losses of a batch, weights and masks to one number."""

from keraunos import ops

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


def checked_reduction(reduction):
    """`reduction`, if it is one of those."""
    if reduction not in REDUCTIONS:
        allowed = ", ".join(repr(r) for r in REDUCTIONS)
        raise ValueError(f"[loss] reduction must be one of {allowed}, got {reduction!r}")
    return reduction


def align_ranks(a, b, expand_vectors=True):
    """`a` and `b` with equal ranks, when a trailing axis of extent 1 is all that separates them.

    A vector gets the axis (with `expand_vectors`), anything else loses it.
    """
    difference = len(a.shape) - len(b.shape)
    if difference == 1 and a.shape[-1] == 1:
        if len(b.shape) == 1 and expand_vectors:
            b = ops.expand_dims(b, -1)
        else:
            a = ops.squeeze(a, -1)
    elif difference == -1 and b.shape[-1] == 1:
        if len(a.shape) == 1 and expand_vectors:
            a = ops.expand_dims(a, -1)
        else:
            b = ops.squeeze(b, -1)
    return a, b


def apply_mask(sample_weight, mask, dtype, reduction):
    """Weights that are zero where `mask` is false.

    For means they are scaled so that a division by the number of all values is one by the number of unmasked values.
    """
    if mask is None:
        return sample_weight
    weight = ops.cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        weight = weight * ops.divide_no_nan(ops.cast(_count(mask), dtype), ops.sum(weight))
    if sample_weight is None:
        return weight
    weight, sample_weight = align_ranks(weight, ops.cast(sample_weight, dtype))
    return sample_weight * weight


def _count(x):
    count = 1
    for extent in x.shape:
        count *= extent
    return float(count)


def reduce_weighted(values, sample_weight=None, mask=None, reduction="sum_over_batch_size"):
    """Losses `values` times `sample_weight`, reduced.

    Args:
        values: tensor of losses, `(N,)` or `(N, ...)`.
        sample_weight: tensor that broadcasts against them, or `None`: one weight per value, or `(N, ...)` for the
            first of their axes.
        mask: boolean tensor, false where a loss does not count, or `None`.
        reduction: `"sum"`; `"sum_over_batch_size"` and `"mean"`: the sum divided by the number of values, whatever
            their weights; `"mean_with_sample_weight"`: divided by the sum of weights; `"none"` or `None`: no reduction.
    """
    if sample_weight is not None:
        sample_weight = ops.cast(ops.convert_to_tensor(sample_weight), values.dtype)
    sample_weight = apply_mask(sample_weight, mask, values.dtype, reduction)
    if sample_weight is not None:
        values, sample_weight = _spread(*align_ranks(values, sample_weight))
        _check_broadcast(values, sample_weight)
        values = values * sample_weight
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    total = ops.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        return ops.divide_no_nan(total, ops.sum(sample_weight))
    return total * (1.0 / _count(values)) if _count(values) else total


def _spread(values, sample_weight):
    """Weights of samples with an axis of extent 1 for every further axis of `values`."""
    missing = len(values.shape) - len(sample_weight.shape)
    if missing > 0 and len(sample_weight.shape) > 0 and values.shape[:-missing] == sample_weight.shape:
        sample_weight = ops.reshape(sample_weight, (*sample_weight.shape, *[1] * missing))
    return values, sample_weight


def _check_broadcast(values, sample_weight):
    if len(sample_weight.shape) > len(values.shape) or any(
        w not in (1, v) for w, v in zip(reversed(sample_weight.shape), reversed(values.shape), strict=False)
    ):
        raise ValueError(
            f"[loss] sample_weight of shape {tuple(sample_weight.shape)} does not broadcast to losses of shape "
            f"{tuple(values.shape)}; expected one weight per sample"
        )

"""Crossentropies per sample, from probabilities or from logits.

A tensor that the activations `softmax` and `sigmoid` returned remembers its logits (`_keras_logits`);
crossentropies of it are computed from them, which stays exact where probabilities saturate.
"""

from keraunos import config, ops
from keraunos.graph import primitives
from keraunos.ops.rectifiers import floating


def _logits(output, from_logits):
    known = getattr(output, "_keras_logits", None)
    return (output, from_logits) if known is None else (known, True)


def _clipped(probabilities):
    return ops.clip(probabilities, config.epsilon(), 1 - config.epsilon())


def _last(x, axis):
    return x if axis in (-1, len(x.shape) - 1) else ops.moveaxis(x, axis, -1)


def _check_shapes(tag, target, output):
    if tuple(target.shape) != tuple(output.shape):
        raise ValueError(
            f"[{tag}] target and output must have the same shape, got {tuple(target.shape)} and {tuple(output.shape)}"
        )


def binary_crossentropy(target, output, from_logits=False):
    """`-(t log(p) + (1 - t) log(1 - p))`, elementwise.

    Args:
        target: probabilities, shape of `output`.
        output: probabilities, clipped to `[1e-7, 1 - 1e-7]`, or logits.
        from_logits: whether `output` holds logits.

    >>> from keraunos import ops
    >>> ops.binary_crossentropy([1.0, 0.0], [0.5, 0.5]).numpy().round(4)
    array([0.6931, 0.6931], dtype=float32)
    """
    output, from_logits = _logits(floating(output), from_logits)
    target = ops.cast(target, output.dtype)
    _check_shapes("binary_crossentropy", target, output)
    if from_logits:
        return primitives.sigmoid_cross_entropy(output, target)
    output = _clipped(output)
    return -(target * ops.log(output) + (1 - target) * ops.log(1 - output))


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """`-sum(t log(p))` along `axis`.

    Args:
        target: probabilities of classes, shape of `output`.
        output: probabilities, rescaled to sum one and clipped, or logits.
        from_logits: whether `output` holds logits.
        axis: the axis of classes, which disappears.

    >>> from keraunos import ops
    >>> ops.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(4)
    array([0.6931], dtype=float32)
    """
    output, from_logits = _logits(floating(output), from_logits)
    target = ops.cast(target, output.dtype)
    if not output.shape:
        raise ValueError("[categorical_crossentropy] output needs an axis of classes, got a scalar")
    _check_shapes("categorical_crossentropy", target, output)
    if from_logits:
        return primitives.softmax_cross_entropy(_last(output, axis), _last(target, axis))
    output = _clipped(output / ops.sum(output, axis=axis, keepdims=True))
    return -ops.sum(target * ops.log(output), axis=axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """`-log(p[t])`: the crossentropy with one class per sample.

    Args:
        target: class numbers, the shape of `output` without `axis`, or with extent 1 at the end.
        output: probabilities, clipped to `[1e-7, 1 - 1e-7]`, or logits.
        from_logits: whether `output` holds logits.
        axis: the axis of classes, which disappears.

    A class number out of range gives NaN.

    >>> from keraunos import ops
    >>> ops.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).numpy().round(4)
    array([0.6931], dtype=float32)
    """
    output, from_logits = _logits(floating(output), from_logits)
    target = ops.cast(target, "int32")
    if not output.shape:
        raise ValueError("[sparse_categorical_crossentropy] output needs an axis of classes, got a scalar")
    if len(target.shape) == len(output.shape) and target.shape[-1] == 1:
        target = ops.squeeze(target, axis=-1)
    output = _last(output, axis)
    if tuple(target.shape) != tuple(output.shape[:-1]):
        raise ValueError(
            f"[sparse_categorical_crossentropy] expected class numbers of shape {tuple(output.shape[:-1])} for output "
            f"{tuple(output.shape)}, got {tuple(target.shape)}; for one-hot labels use categorical_crossentropy"
        )
    return primitives.sparse_softmax_cross_entropy(output if from_logits else ops.log(_clipped(output)), target)

"""Batch and layer normalization, with the gradients as ops of their own."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.opdef import define
from keraunos.graph.tensor import Tensor

_ELEMENT = 0.08  # ns for one pass over a float32
# Statistics take images of at least so many elements one by one, in the chain that made them, when there are enough to
# share; else blocks of rows, some 64 KB each but not more than 64 of them.
_IMAGES, _IMAGE_ELEMENTS, _BLOCK_ELEMENTS, _BLOCKS = 8, 2048, 16384, 64
_FEWEST_ROWS = 32


def _rows(x):
    channels = x.shape[-1]
    return (x.size // channels if channels else 0), channels


def _statistics_block(x):
    """Rows of a unit that sums over rows."""
    rows, channels = _rows(x)
    images = x.shape[0] if x.ndim > 1 else 1
    if images >= _IMAGES and x.size // images >= _IMAGE_ELEMENTS:
        return rows // images
    return max(_FEWEST_ROWS, _BLOCK_ELEMENTS // max(channels, 1), -(-rows // _BLOCKS))


def _pass_block(x):
    """Rows of a unit that works row by row: an image (or a row), so that it joins the chain of its neighbours."""
    rows, _ = _rows(x)
    return rows // x.shape[0] if x.ndim > 1 and x.shape[0] > 1 and rows else max(1, -(-rows // _BLOCKS))


def _operands(builder, x, operands, split):
    """Buffers, and whether units split them: tensors with the rows of `x` and scratch buffers with a part per unit."""
    tensors = [isinstance(o, Tensor) for o in operands]
    buffers = [builder.buffer(o) if tensor else o for o, tensor in zip(operands, tensors, strict=True)]
    return buffers, [split and (not tensor or o.shape == x.shape) for o, tensor in zip(operands, tensors, strict=True)]


def _emit_channels(builder, op, x, block, reads, writes, relu=False, epsilon=0.0):
    """Emits an op over blocks of rows of `x`; where blocks do not divide the rows, units share no part evenly."""
    rows, channels = _rows(x)
    read, row_reads = _operands(builder, x, reads, rows % block == 0)
    written, row_writes = _operands(builder, x, writes, rows % block == 0)
    builder.emit(op, x.dtype, (rows, channels, block, int(relu), epsilon), reads=read, writes=written,
                 units=-(-rows // block), row_reads=row_reads, row_writes=row_writes,
                 nanoseconds=_ELEMENT * x.size * len(reads) ** 0.5 + 0.5 * channels, together=1 if block > 1 else 8)  # fmt: skip


def _emit_merge(builder, op, x, block, reads, writes, epsilon=0.0):
    """Emits an op over channels; tensors have one element per channel, scratch buffers a part of every block."""
    rows, channels = _rows(x)
    builder.emit(op, x.dtype, (rows, channels, block, 0, epsilon), reads=_operands(builder, x, reads, False)[0],
                 writes=[builder.buffer(t) for t in writes], units=channels,
                 row_reads=[isinstance(o, Tensor) for o in reads], row_writes=[True] * len(writes),
                 nanoseconds=(2 * -(-rows // block) + 20) * channels * _ELEMENT, together=64)  # fmt: skip


# batch normalization --------------------------------------------------------------------------------------------------


def _check_vectors(name, x, vectors):
    for label, vector in vectors.items():
        if x.ndim < 2 or vector.shape != x.shape[-1:] or vector.dtype != x.dtype:
            raise ValueError(
                f"[{name}] expected {label} {x.dtype} {x.shape[-1:]} for inputs {x.shape}, "
                f"got {vector.dtype} {vector.shape}"
            )


def _infer_batch_norm(inputs, epsilon):
    x, gamma, beta = inputs
    _check_vectors("batch_norm", x, {"gamma": gamma, "beta": beta})
    return [(x.shape, x.dtype), (gamma.shape, x.dtype), (gamma.shape, x.dtype)]


def _infer_batch_norm_grad(inputs, epsilon):
    dy, x, gamma, *_ = inputs
    return [(x.shape, x.dtype), (gamma.shape, x.dtype), (gamma.shape, x.dtype)]


def _over_rows(x):
    return tuple(range(x.ndim - 1))


def _in_doubles(reference):
    """NumPy adds float32 rows one after the other: the references do not, and round once at the end."""

    def rounded(*arrays, **attrs):
        results = reference(*(a.astype(np.float64) for a in arrays), **attrs)
        return tuple(np.asarray(r, arrays[0].dtype) for r in results)

    return rounded


@_in_doubles
def _batch_norm(x, gamma, beta, epsilon):
    mean, variance = x.mean(_over_rows(x)), x.var(_over_rows(x))
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta, mean, variance


@_in_doubles
def _batch_norm_grad(dy, x, gamma, mean, variance, epsilon):
    axes, scale = _over_rows(x), 1 / np.sqrt(variance + epsilon)
    normal = (x - mean) * scale
    dgamma, dbeta = (dy * normal).sum(axes), dy.sum(axes)
    rows = max(_rows(x)[0], 1)
    return gamma * scale * (dy - dbeta / rows - normal * dgamma / rows), dgamma, dbeta


def _zeros(tensor):
    return p.broadcast_to(p.zeros_like_scalar(tensor), tensor.shape)


def _through_moments(dx, x, mean, dmean, dvariance, count):
    """`dx` and what comes back through a mean and a variance of `count` elements."""
    if dmean is not None:
        dx = p.add(dx, p.multiply(dmean, 1 / count))
    if dvariance is not None:
        dx = p.add(dx, p.multiply(p.subtract(x, mean), p.multiply(dvariance, 2 / count)))
    return dx


def _gradient_batch_norm(node, dy, dmean, dvariance):
    x, gamma, _ = node.inputs
    _, mean, variance = node.outputs
    dy = _zeros(x) if dy is None else dy
    dx, dgamma, dbeta = p.apply_all("batch_norm_grad", (dy, x, gamma, mean, variance), **node.attrs)
    return _through_moments(dx, x, mean, dmean, dvariance, max(_rows(x)[0], 1)), dgamma, dbeta


def _lower_batch_norm(relu):
    def lower(node, builder):
        x, gamma, beta = node.inputs
        y, mean, variance = node.outputs
        epsilon, block = float(node.attrs["epsilon"]), _statistics_block(x)
        rows, channels = _rows(x)
        moments = builder.scratch(-(-rows // block) * 2 * channels, x.dtype)
        _emit_channels(builder, "channel_moments", x, block, [x], [moments])
        _emit_merge(builder, "channel_moments_merge", x, block, [moments], [mean, variance])
        reads = [x, mean, variance, gamma, beta]
        _emit_channels(builder, "channel_norm", x, _pass_block(x), reads, [y], relu, epsilon)

    return lower


def _lower_batch_norm_grad(relu):
    def lower(node, builder):
        dy, x, gamma, mean, variance, *beta = node.inputs
        beta = beta[0] if relu else gamma  # read with relu alone
        dx, dgamma, dbeta = node.outputs
        epsilon, block = float(node.attrs["epsilon"]), _statistics_block(x)
        rows, channels = _rows(x)
        sums = builder.scratch(-(-rows // block) * 2 * channels, x.dtype)
        reads = [dy, x, mean, variance, gamma, beta]
        _emit_channels(builder, "channel_norm_sums", x, block, reads, [sums], relu, epsilon)
        _emit_merge(builder, "channel_norm_sums_merge", x, block, [sums, variance], [dgamma, dbeta], epsilon)
        _emit_channels(builder, "channel_norm_grad", x, _pass_block(x), [*reads, dgamma, dbeta], [dx], relu, epsilon)

    return lower


def _batch_norm_relu(x, gamma, beta, epsilon):
    y, mean, variance = _batch_norm(x, gamma, beta, epsilon=epsilon)
    return np.where(y <= 0, 0, y), mean, variance


def _batch_norm_relu_grad(dy, x, gamma, mean, variance, beta, epsilon):
    y = (x.astype(np.float64) - mean) / np.sqrt(variance + np.float64(epsilon)) * gamma + beta
    return _batch_norm_grad(np.where(y > 0, dy, 0), x, gamma, mean, variance, epsilon=epsilon)


def _sample_batch_norm(gradient, relu=False):
    def sample(rng):
        cases = []
        for dtype in ("float32", "float64"):
            for shape in [(8, 4), (3, 5, 2), (2, 6, 7, 33), (9, 16, 8, 16), (300, 70), (5, 130, 64), (1, 3)]:
                x = (rng.normal(size=shape) * 2 + 1).astype(dtype)
                gamma, beta = (rng.uniform(0.5, 1.5, shape[-1]).astype(dtype) for _ in range(2))
                if gradient:
                    dy = rng.normal(size=shape).astype(dtype)
                    _, mean, variance = _batch_norm(x, gamma, beta, epsilon=0.01)
                    operands = [dy, x, gamma, mean, variance, *([beta] if relu else [])]
                else:
                    operands = [x, gamma, beta]
                cases.append((operands, {"epsilon": 0.01}))
        return cases

    return sample


define("batch_norm", infer=_infer_batch_norm, reference=_batch_norm, gradient=_gradient_batch_norm,
       lower=_lower_batch_norm(False), sample=_sample_batch_norm(False))  # fmt: skip
define("batch_norm_grad", infer=_infer_batch_norm_grad, reference=_batch_norm_grad, lower=_lower_batch_norm_grad(False),
       sample=_sample_batch_norm(True))  # fmt: skip

# What passes/fuse_norm.py puts in their place.
define("batch_norm_relu", infer=_infer_batch_norm, reference=_batch_norm_relu, lower=_lower_batch_norm(True),
       sample=_sample_batch_norm(False))  # fmt: skip
define("batch_norm_relu_grad", infer=_infer_batch_norm_grad, reference=_batch_norm_relu_grad,
       lower=_lower_batch_norm_grad(True), sample=_sample_batch_norm(True, relu=True))  # fmt: skip

# layer normalization --------------------------------------------------------------------------------------------------


def _infer_layer_norm(inputs, epsilon, centered):
    x, gamma, beta = inputs
    _check_vectors("layer_norm", x, {"gamma": gamma, "beta": beta})
    return [(x.shape, x.dtype), (x.shape[:-1], x.dtype), (x.shape[:-1], x.dtype)]


@_in_doubles
def _layer_norm(x, gamma, beta, epsilon, centered):
    mean = x.mean(-1) if centered else np.zeros(x.shape[:-1], x.dtype)
    distance = x - mean[..., None]
    scale = 1 / np.sqrt(np.square(distance).mean(-1) + epsilon)
    return distance * scale[..., None] * gamma + beta, mean, scale


@_in_doubles
def _layer_norm_grad(dy, x, gamma, mean, scale, centered):
    normal, sent = (x - mean[..., None]) * scale[..., None], dy * gamma
    shift = sent.mean(-1, keepdims=True) if centered else 0
    dx = (sent - shift - normal * (sent * normal).mean(-1, keepdims=True)) * scale[..., None]
    return dx, (dy * normal).sum(_over_rows(x)), dy.sum(_over_rows(x))


def _gradient_layer_norm(node, dy, dmean, dscale):
    x, gamma, _ = node.inputs
    _, mean, scale = node.outputs
    dy = _zeros(x) if dy is None else dy
    centered = node.attrs["centered"]
    dx, dgamma, dbeta = p.apply_all("layer_norm_grad", (dy, x, gamma, mean, scale), centered=centered)
    column = lambda t: None if t is None else p.reshape(t, (*t.shape, 1))  # noqa: E731
    # scale = (variance + epsilon) ** -1/2
    dvariance = None if dscale is None else p.multiply(p.multiply(dscale, -0.5), p.power(scale, 3.0))
    dx = _through_moments(dx, x, column(mean), column(dmean) if centered else None, column(dvariance), x.shape[-1])
    return dx, dgamma, dbeta


def _lower_layer_norm(node, builder):
    x = node.inputs[0]
    rows, cols = _rows(x)
    builder.emit("layer_norm", x.dtype, (rows, cols, 1, int(node.attrs["centered"]), float(node.attrs["epsilon"])),
                 reads=[builder.buffer(t) for t in node.inputs], writes=[builder.buffer(t) for t in node.outputs], units=rows,
                 row_reads=[True, False, False], row_writes=[True] * 3, nanoseconds=rows * 15 + x.size * _ELEMENT)  # fmt: skip


def _lower_layer_norm_grad(node, builder):
    dy, x, gamma, mean, scale = (builder.buffer(t) for t in node.inputs)
    dx, dgamma, dbeta = (builder.buffer(t) for t in node.outputs)
    dtype, (rows, cols) = node.inputs[1].dtype, _rows(node.inputs[1])
    elements, centered = rows * cols, int(node.attrs["centered"])
    builder.emit("layer_norm_grad", dtype, (rows, cols, 1, centered, 0.0), reads=[dy, x, gamma, mean, scale], writes=[dx],
                 units=rows, row_reads=[True, True, False, True, True], row_writes=[True],
                 nanoseconds=rows * 20 + elements * 2 * _ELEMENT)  # fmt: skip
    block = max(_FEWEST_ROWS, -(-rows // _BLOCKS))
    blocks = -(-rows // block)
    parts = [builder.scratch(blocks * cols, dtype) for _ in range(2)]
    builder.emit("layer_norm_sums", dtype, (rows, cols, block, centered, 0.0), reads=[dy, x, mean, scale], writes=parts,
                 units=blocks, row_reads=[rows % block == 0] * 4, row_writes=[True, True],
                 nanoseconds=elements * 1.5 * _ELEMENT, together=1)  # fmt: skip
    for part, total in zip(parts, (dgamma, dbeta), strict=True):
        builder.emit("sum", dtype, (1, blocks, cols), reads=[part], writes=[total], units=cols, row_reads=[False],
                     row_writes=[True], nanoseconds=blocks * cols * _ELEMENT)  # fmt: skip


def _sample_layer_norm(gradient):
    def sample(rng):
        cases = []
        for dtype in ("float32", "float64"):
            for shape in [(4, 6), (2, 3, 5), (3, 64), (5, 100), (70, 33), (130, 257), (2, 1)]:
                for centered in (True, False):
                    x = (rng.normal(size=shape) * 2 + 1).astype(dtype)
                    gamma, beta = (rng.uniform(0.5, 1.5, shape[-1]).astype(dtype) for _ in range(2))
                    if gradient:
                        dy = rng.normal(size=shape).astype(dtype)
                        _, mean, scale = _layer_norm(x, gamma, beta, epsilon=0.01, centered=centered)
                        cases.append(([dy, x, gamma, mean, scale], {"centered": centered}))
                    else:
                        cases.append(([x, gamma, beta], {"epsilon": 0.01, "centered": centered}))
        return cases

    return sample


define("layer_norm", infer=_infer_layer_norm, reference=_layer_norm, gradient=_gradient_layer_norm, lower=_lower_layer_norm,
       sample=_sample_layer_norm(False))  # fmt: skip
define(
    "layer_norm_grad",
    infer=lambda inputs, centered: _infer_batch_norm_grad(inputs, None),
    reference=_layer_norm_grad,
    lower=_lower_layer_norm_grad,
    sample=_sample_layer_norm(True),
)

"""Convolution and its two gradients. The three are linear in each operand and are each other's gradients, so derivatives
of any order exist; a transposed convolution is `convolution_input_gradient` used forward.

`x (N, *in, C)`, `w (*kernel, C / groups, F)`, `y (N, *out, F)` with 1 to 3 spatial axes;
`y[n, o, f] = sum over k, c of x[n, o * stride - low + k * dilation, c] * w[k, c, f]`, with x zero outside.
"""

import itertools
import math

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.convolution import (
    lower_convolution,
    lower_input_gradient,
    lower_kernel_gradient,
    output_extent,
)
from keraunos.graph.defs.contraction import ACTIVATIONS
from keraunos.graph.opdef import define

GEOMETRY = ("strides", "padding", "dilation", "groups")


def _geometry(attrs):
    return {name: attrs[name] for name in GEOMETRY}


def _infer(inputs, strides, padding, dilation, groups):
    x, w = inputs
    rank = x.ndim - 2
    if rank not in (1, 2, 3) or w.ndim != x.ndim:
        raise ValueError(f"[conv] expected x (N, *spatial, C) with 1 to 3 spatial axes and a kernel of the same rank, got "
                         f"{x.shape} and {w.shape}")  # fmt: skip
    channels, filters = w.shape[-2:]
    if channels * groups != x.shape[-1] or filters % groups:
        raise ValueError(f"[conv] x has {x.shape[-1]} channels, but the kernel {w.shape} in {groups} group(s) is for "
                         f"{channels * groups} channels; filters must be a multiple of groups")  # fmt: skip
    out = [
        output_extent(n, k, s, pad, d)
        for n, k, s, pad, d in zip(x.shape[1:-1], w.shape, strides, padding, dilation, strict=False)
    ]
    if min(out) < 1:
        raise ValueError(f"[conv] a kernel of {w.shape[:-2]} with dilation {tuple(dilation)} does not fit into an input "
                         f"of {x.shape[1:-1]}; use padding='same' or a smaller kernel")  # fmt: skip
    return [((x.shape[0], *out, filters), x.dtype)]


def _gradient(node, dy):
    x, w = node.inputs
    geometry = _geometry(node.attrs)
    return (
        p._apply("convolution_input_gradient", (dy, w), extent=x.shape[1:-1], **geometry),
        p._apply("convolution_kernel_gradient", (x, dy), kernel=w.shape[:-2], **geometry),
    )


def _gradient_of_input_gradient(node, ddx):
    dy, w = node.inputs
    geometry = _geometry(node.attrs)
    return (
        p._apply("convolution", (ddx, w), **geometry),
        p._apply("convolution_kernel_gradient", (ddx, dy), kernel=w.shape[:-2], **geometry),
    )


def _gradient_of_kernel_gradient(node, ddw):
    x, dy = node.inputs
    geometry = _geometry(node.attrs)
    return (
        p._apply("convolution_input_gradient", (dy, ddw), extent=x.shape[1:-1], **geometry),
        p._apply("convolution", (x, ddw), **geometry),
    )


# References: one product per tap and group -----------------------------------------------------------------------------


def _taps(kernel, out, strides, dilation):
    """(tap, slices of the padded input that the tap reads), tap by tap."""
    for tap in itertools.product(*map(range, kernel)):
        start = [t * d for t, d in zip(tap, dilation, strict=True)]
        yield tap, tuple(slice(a, a + (n - 1) * s + 1, s) for a, n, s in zip(start, out, strides, strict=True))


def _padded(extent, out, kernel, strides, padding, dilation):
    """Extents that hold the input with its padding and every position that a tap reads."""
    return [
        max(n + low + max(high, 0), (o - 1) * s + (k - 1) * d + 1)
        for n, o, k, s, (low, high), d in zip(extent, out, kernel, strides, padding, dilation, strict=True)
    ]


def _groups(array, groups):
    return array.reshape(*array.shape[:-1], groups, array.shape[-1] // groups)


def _reference(x, w, strides, padding, dilation, groups):
    out = [output_extent(*a) for a in zip(x.shape[1:-1], w.shape[:-2], strides, padding, dilation, strict=True)]
    source = np.zeros((x.shape[0], *_padded(x.shape[1:-1], out, w.shape[:-2], strides, padding, dilation), x.shape[-1]))
    source[(slice(None), *(slice(low, low + n) for (low, _), n in zip(padding, x.shape[1:-1], strict=True)))] = x
    y = np.zeros((x.shape[0], *out, groups, w.shape[-1] // groups))
    for tap, where in _taps(w.shape[:-2], out, strides, dilation):
        y += np.einsum("...gc,cgf->...gf", _groups(source[(slice(None), *where)], groups), _groups(w[tap], groups))
    return y.reshape(x.shape[0], *out, w.shape[-1]).astype(x.dtype)


def _reference_input_gradient(dy, w, extent, strides, padding, dilation, groups):
    out, channels = dy.shape[1:-1], w.shape[-2] * groups
    source = np.zeros(
        (dy.shape[0], *_padded(extent, out, w.shape[:-2], strides, padding, dilation), groups, w.shape[-2])
    )
    for tap, where in _taps(w.shape[:-2], out, strides, dilation):
        source[(slice(None), *where)] += np.einsum("...gf,cgf->...gc", _groups(dy, groups), _groups(w[tap], groups))
    inner = tuple(slice(low, low + n) for (low, _), n in zip(padding, extent, strict=True))
    return source[(slice(None), *inner)].reshape(dy.shape[0], *extent, channels).astype(dy.dtype)


def _reference_kernel_gradient(x, dy, kernel, strides, padding, dilation, groups):
    out = dy.shape[1:-1]
    source = np.zeros((x.shape[0], *_padded(x.shape[1:-1], out, kernel, strides, padding, dilation), x.shape[-1]))
    source[(slice(None), *(slice(low, low + n) for (low, _), n in zip(padding, x.shape[1:-1], strict=True)))] = x
    dw = np.zeros((*kernel, x.shape[-1] // groups, groups, dy.shape[-1] // groups))
    for tap, where in _taps(kernel, out, strides, dilation):
        pixels = source[(slice(None), *where)].reshape(-1, groups, x.shape[-1] // groups)
        dw[tap] = np.einsum("pgc,pgf->cgf", pixels, dy.reshape(-1, groups, dy.shape[-1] // groups))
    return dw.reshape(*kernel, x.shape[-1] // groups, dy.shape[-1]).astype(x.dtype)


# Samples: (extent, C, F, kernel, strides, padding, dilation, groups) ------------------------------------------------------

_SHAPES = [
    ((9, 7), 3, 5, (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    ((8, 8), 4, 17, (3, 2), (2, 3), ((0, 1), (1, 1)), (1, 1), 1),
    ((11, 9), 6, 4, (3, 3), (1, 1), ((2, 2), (0, 0)), (2, 1), 2),
    ((7, 7), 5, 5, (3, 3), (2, 2), ((0, 1), (1, 0)), (1, 1), 5),
    ((6, 5), 3, 6, (2, 3), (1, 2), ((0, 1), (1, 1)), (1, 1), 3),
    ((12, 13), 33, 40, (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    ((9, 10), 20, 18, (5, 5), (1, 1), ((2, 2), (2, 2)), (1, 1), 1),
    ((5, 6), 50, 20, (1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    ((6, 6), 4, 3, (1, 1), (3, 2), ((0, 0), (0, 0)), (1, 1), 1),
    ((3, 2), 2, 3, (5, 4), (1, 1), ((2, 2), (1, 2)), (1, 1), 1),
    ((21, 18), 5, 101, (2, 3), (1, 1), ((0, 0), (1, 0)), (1, 1), 1),
    ((23,), 7, 9, (5,), (1,), ((4, 0),), (1,), 1),
    ((20,), 3, 8, (4,), (3,), ((1, 2),), (2,), 1),
    ((5, 6, 4), 3, 4, (3, 2, 3), (1, 2, 1), ((1, 1), (0, 1), (1, 1)), (1, 1, 1), 1),
]


def _samples(make):
    """A sample function; `make(rng, extent, C, F, ..., dtype) -> (arrays, attrs)`."""

    def sample(rng):
        return [
            make(rng, batch, *shape, dtype)
            for dtype in ("float32", "float64")
            for batch, shape in zip(itertools.cycle((2, 1, 3)), _SHAPES)
        ] + [make(rng, 0, *_SHAPES[0], "float32")]

    return sample


def _draw(rng, dtype, *shape):
    return rng.normal(size=shape).astype(dtype)


def _out(extent, kernel, strides, padding, dilation):
    return [output_extent(*a) for a in zip(extent, kernel, strides, padding, dilation, strict=True)]


def _sample(rng, batch, extent, channels, filters, kernel, strides, padding, dilation, groups, dtype):
    scale = 1 / math.sqrt(math.prod(kernel) * channels / groups)
    return [
        _draw(rng, dtype, batch, *extent, channels),
        (_draw(rng, dtype, *kernel, channels // groups, filters) * scale).astype(dtype),
    ], {"strides": strides, "padding": padding, "dilation": dilation, "groups": groups}


def _sample_input_gradient(rng, batch, extent, channels, filters, kernel, strides, padding, dilation, groups, dtype):
    scale = 1 / math.sqrt(math.prod(kernel) * filters / groups)
    return [
        _draw(rng, dtype, batch, *_out(extent, kernel, strides, padding, dilation), filters),
        (_draw(rng, dtype, *kernel, channels // groups, filters) * scale).astype(dtype),
    ], {"extent": extent, "strides": strides, "padding": padding, "dilation": dilation, "groups": groups}


def _sample_kernel_gradient(rng, batch, extent, channels, filters, kernel, strides, padding, dilation, groups, dtype):
    out = _out(extent, kernel, strides, padding, dilation)
    scale = 1 / math.sqrt(math.prod(out) * max(batch, 1))
    return [
        _draw(rng, dtype, batch, *extent, channels),
        (_draw(rng, dtype, batch, *out, filters) * scale).astype(dtype),
    ], {"kernel": kernel, "strides": strides, "padding": padding, "dilation": dilation, "groups": groups}


define(
    "convolution",
    infer=_infer,
    reference=_reference,
    gradient=_gradient,
    lower=lower_convolution,
    sample=_samples(_sample),
)
define(
    "convolution_input_gradient",
    infer=lambda inputs, extent, groups, **_: [
        ((inputs[0].shape[0], *extent, inputs[1].shape[-2] * groups), inputs[0].dtype)
    ],
    reference=_reference_input_gradient,
    gradient=_gradient_of_input_gradient,
    lower=lower_input_gradient,
    sample=_samples(_sample_input_gradient),
)
define(
    "convolution_kernel_gradient",
    infer=lambda inputs, kernel, groups, **_: [
        ((*kernel, inputs[0].shape[-1] // groups, inputs[1].shape[-1]), inputs[0].dtype)
    ],
    reference=_reference_kernel_gradient,
    gradient=_gradient_of_kernel_gradient,
    lower=lower_kernel_gradient,
    sample=_samples(_sample_kernel_gradient),
)

# convolution_bias: act(x * w + bias), made by passes/fuse_epilogue.py ---------------------------------------------------------


def _reference_bias(x, w, bias, activation, **geometry):
    y = _reference(x, w, **geometry) + bias
    return np.maximum(y, 0) if activation == "relu" else y


def _sample_bias(rng, *shape):
    (x, w), attrs = _sample(rng, *shape)
    activation = ("linear", "relu")[int(rng.integers(2))]
    return [x, w, _draw(rng, x.dtype, w.shape[-1])], {**attrs, "activation": activation}


define(
    "convolution_bias",
    infer=lambda inputs, activation, **geometry: _infer(inputs[:2], **geometry),
    reference=_reference_bias,
    lower=lambda node, builder: lower_convolution(
        node, builder, node.inputs[2:], ACTIVATIONS[node.attrs["activation"]]
    ),
    sample=_samples(_sample_bias),
)

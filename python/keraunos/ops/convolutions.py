"""`keras.ops`: convolutions."""

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor


def channels_last(tag, x, data_format):
    """`x` with channels last, and whether they were first."""
    first = _arguments.data_format(tag, data_format) == "channels_first"
    return (p.transpose(x, (0, *range(2, x.ndim), 1)) if first else x), first


def channels_first(y):
    """`y` (N, *spatial, C) as (N, C, *spatial)."""
    return p.transpose(y, (0, y.ndim - 1, *range(1, y.ndim - 1)))


def resolve_padding(tag, padding, extents, kernel, strides, dilation):
    """((low, high), ...) for `"valid"`, `"same"` (the larger half at the end) and `"causal"` (all of it before)."""
    padding = padding.lower() if isinstance(padding, str) else padding
    if padding == "valid":
        return ((0, 0),) * len(extents)
    if padding not in ("same", "causal"):
        raise ValueError(f"[{tag}] padding must be 'valid', 'same' or 'causal', got {padding!r}")
    pairs = []
    for extent, k, s, d in zip(extents, kernel, strides, dilation, strict=True):
        total = (k - 1) * d if padding == "causal" else max(0, (-(-extent // s) - 1) * s + (k - 1) * d + 1 - extent)
        pairs.append((total, 0) if padding == "causal" else (total // 2, total - total // 2))
    return tuple(pairs)


def _operands(tag, inputs, kernel, data_format):
    inputs, kernel = p.meet(as_tensor(inputs), as_tensor(kernel), floats=True)
    if inputs.ndim not in (3, 4, 5):
        raise ValueError(
            f"[{tag}] expected inputs of rank 3, 4 or 5 (batch, spatial axes, channels), got shape {inputs.shape}"
        )
    return *channels_last(tag, inputs, data_format), kernel


def conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution in 1 to 3 dimensions (cross-correlation, as in all deep learning libraries).

    Args:
        inputs: `(N, *spatial, C)`, or `(N, C, *spatial)` with `data_format="channels_first"`.
        kernel: `(*kernel_size, C / groups, filters)`. Groups follow from the channels it has.
        strides: int, or one per spatial axis.
        padding: `"valid"`, `"same"` (the output has `ceil(extent / stride)` positions; the larger half of the padding
            stands at the end), or `"causal"` (one spatial axis; all of it stands before).
        data_format: `"channels_last"` or `"channels_first"`; default from `keraunos.config`.
        dilation_rate: int, or one per spatial axis: distance between taps.

    Returns:
        `(N, *out, filters)` in the layout of `inputs`.

    Raises:
        ValueError: for shapes that do not fit each other, or a kernel that does not fit into the input.

    >>> import keraunos as keras
    >>> x = keras.ops.ones((1, 4, 4, 1))
    >>> keras.ops.conv(x, keras.ops.ones((3, 3, 1, 2))).shape
    (1, 2, 2, 2)

    Source: https://keras.io/api/ops/nn/#conv-function
    """
    x, first, kernel = _operands("conv", inputs, kernel, data_format)
    rank = x.ndim - 2
    strides = _arguments.int_tuple("conv", "strides", strides, rank)
    dilation = _arguments.int_tuple("conv", "dilation_rate", dilation_rate, rank)
    if kernel.ndim != rank + 2:
        raise ValueError(f"[conv] inputs {x.shape} need a kernel of rank {rank + 2}, got {kernel.shape}")
    if x.shape[-1] % kernel.shape[-2]:
        raise ValueError(f"[conv] the kernel's {kernel.shape[-2]} channels must divide the input's {x.shape[-1]}")
    size = kernel.shape[:-2]
    y = p._apply(
        "convolution",
        (x, kernel),
        strides=strides,
        padding=resolve_padding("conv", padding, x.shape[1:-1], size, strides, dilation),
        dilation=dilation,
        groups=x.shape[-1] // kernel.shape[-2],
    )
    return channels_first(y) if first else y


def depthwise_conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolves every channel with kernels of its own.

    Args:
        inputs: `(N, *spatial, C)`, or `(N, C, *spatial)` with `data_format="channels_first"`.
        kernel: `(*kernel_size, C, multiplier)`; channel `c` gives the outputs `c * multiplier` and up.
        strides, padding, data_format, dilation_rate: as for `conv`.

    Returns:
        `(N, *out, C * multiplier)` in the layout of `inputs`.

    Raises:
        ValueError: as `conv`.

    >>> import keraunos as keras
    >>> x = keras.ops.ones((1, 4, 4, 3))
    >>> keras.ops.depthwise_conv(x, keras.ops.ones((3, 3, 3, 2)), padding="same").shape
    (1, 4, 4, 6)

    Source: https://keras.io/api/ops/nn/#depthwiseconv-function
    """
    kernel = as_tensor(kernel)
    *size, channels, multiplier = kernel.shape
    kernel = p.reshape(kernel, (*size, 1, channels * multiplier))
    return conv(inputs, kernel, strides, padding, data_format, dilation_rate)


def separable_conv(
    inputs, depthwise_kernel, pointwise_kernel, strides=1, padding="valid", data_format=None, dilation_rate=1
):
    """A depthwise convolution, then a 1x1 convolution over its channels.

    Args:
        inputs: `(N, *spatial, C)`, or `(N, C, *spatial)` with `data_format="channels_first"`.
        depthwise_kernel: `(*kernel_size, C, multiplier)`.
        pointwise_kernel: `(1, ..., 1, C * multiplier, filters)`.
        strides, padding, data_format, dilation_rate: of the depthwise step, as for `conv`.

    Returns:
        `(N, *out, filters)` in the layout of `inputs`.

    Raises:
        ValueError: as `conv`.

    >>> import keraunos as keras
    >>> x = keras.ops.ones((1, 4, 4, 3))
    >>> keras.ops.separable_conv(x, keras.ops.ones((3, 3, 3, 1)), keras.ops.ones((1, 1, 3, 8))).shape
    (1, 2, 2, 8)

    Source: https://keras.io/api/ops/nn/#separableconv-function
    """
    y = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(y, pointwise_kernel, data_format=data_format)


def transposed_extent(extent, kernel, stride, dilation, padding, output_padding):
    """Positions of a transposed convolution's output along one axis, and the low padding of the convolution that it is
    the gradient of: the smaller half of what that convolution needs. Source: `_get_output_shape_given_tf_padding` in
    Keras's `keras/src/backend/common/backend_utils.py`, and TensorFlow, which pads the output's size."""
    reach = (kernel - 1) * dilation + 1
    whole = (extent - 1) * stride + reach
    if padding == "valid":
        return whole + (max(stride - reach, 0) if output_padding is None else output_padding), 0
    size = extent * stride if output_padding is None else whole - reach + reach % 2 + output_padding
    return size, max(0, whole - size) // 2


def conv_transpose(inputs, kernel, strides=1, padding="valid", output_padding=None, data_format=None, dilation_rate=1):
    """Transposed convolution (deconvolution): the gradient of `conv` with respect to its input, used forward.

    Args:
        inputs: `(N, *spatial, C)`, or `(N, C, *spatial)` with `data_format="channels_first"`.
        kernel: `(*kernel_size, filters, C)`.
        strides: int, or one per spatial axis: by how much the output is larger.
        padding: `"valid"` or `"same"` (output extent = extent * stride).
        output_padding: None, or an int or one per axis, less than the stride: positions added at the end.
        data_format: `"channels_last"` or `"channels_first"`; default from `keraunos.config`.
        dilation_rate: int, or one per spatial axis.

    Returns:
        `(N, *out, filters)` in the layout of `inputs`.

    Raises:
        ValueError: for shapes that do not fit each other.

    >>> import keraunos as keras
    >>> x = keras.ops.ones((1, 4, 4, 3))
    >>> keras.ops.conv_transpose(x, keras.ops.ones((3, 3, 8, 3)), strides=2, padding="same").shape
    (1, 8, 8, 8)

    Source: https://keras.io/api/ops/nn/#convtranspose-function
    """
    x, first, kernel = _operands("conv_transpose", inputs, kernel, data_format)
    rank = x.ndim - 2
    strides = _arguments.int_tuple("conv_transpose", "strides", strides, rank)
    dilation = _arguments.int_tuple("conv_transpose", "dilation_rate", dilation_rate, rank)
    if kernel.ndim != rank + 2 or kernel.shape[-1] != x.shape[-1]:
        raise ValueError(
            f"[conv_transpose] inputs {x.shape} need a kernel (*size, filters, {x.shape[-1]}), got {kernel.shape}"
        )
    if padding not in ("valid", "same"):
        raise ValueError(f"[conv_transpose] padding must be 'valid' or 'same', got {padding!r}")
    added = (output_padding,) * rank if output_padding is None or isinstance(output_padding, int) else output_padding
    size = kernel.shape[:-2]
    extent, pads = [], []
    for n, k, s, d, extra in zip(x.shape[1:-1], size, strides, dilation, added, strict=True):
        out, low = transposed_extent(n, k, s, d, padding, extra)
        extent.append(out)
        pads.append((low, (n - 1) * s + (k - 1) * d + 1 - low - out))
    y = p._apply(
        "convolution_input_gradient",
        (x, kernel),
        extent=tuple(extent),
        strides=strides,
        padding=tuple(pads),
        dilation=dilation,
        groups=1,
    )
    return channels_first(y) if first else y

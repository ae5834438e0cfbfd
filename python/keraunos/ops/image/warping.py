"""Images read at other places: affine and projective transforms, arbitrary coordinates."""

import itertools

from keraunos import _arguments
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.defs.image import FILL_MODES
from keraunos.graph.trace import as_tensor
from keraunos.ops.core import saturate_cast
from keraunos.ops.image.layout import checked, from_pixels, to_kernel_dtype, to_pixels


def affine_transform(images, transform, interpolation="bilinear", fill_mode="constant", fill_value=0, data_format=None):
    """Images read through affine (or projective) transforms.

    Args:
        images: `(N, H, W, C)` or `(H, W, C)`; `(N, C, H, W)` or `(C, H, W)` for `channels_first`.
        transform: `(N, 8)` or `(8,)`, `[a0, a1, a2, b0, b1, b2, c0, c1]`: the output pixel (x, y) is read at
            `((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k)` with `k = c0 x + c1 y + 1`, in pixels, x to the right.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what lies outside: `"constant"` (kkkk|abcd|kkkk), `"nearest"` (aaaa|abcd|dddd), `"reflect"`
            (dcba|abcd|dcba) or `"wrap"` (abcd|abcd|abcd).
        fill_value: k of `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Images of the shape and dtype of `images`.

    Raises:
        ValueError: for other ranks, a transform of another shape, and unknown modes.

    Source: TensorFlow's `ImageProjectiveTransformV3`.

    >>> import keraunos as keras, numpy as np
    >>> image = np.arange(4.0).reshape(1, 4, 1)
    >>> keras.ops.image.affine_transform(image, [1, 0, 1, 0, 1, 0, 0, 0], fill_value=9).numpy().ravel()
    array([1., 2., 3., 9.])
    """
    images, data_format, height_axis = checked("affine_transform", images, data_format)
    transform = as_tensor(transform)
    batch = images.shape[0] if images.ndim == 4 else 1
    if transform.shape not in ((8,), (1, 8), (batch, 8)):
        raise ValueError(
            f"[affine_transform] expected a transform of shape (8,) or ({batch}, 8) for images of shape "
            f"{images.shape}, got {transform.shape}"
        )
    size = images.shape[height_axis], images.shape[height_axis + 1]
    warped = warp(images, p.reshape(transform, (-1, 8)), size, interpolation, fill_mode, fill_value, data_format)
    return warped if warped.dtype == images.dtype else saturate_cast(warped, images.dtype)


def warp(images, transforms, size, interpolation, fill_mode, fill_value, data_format):
    """`affine_transform` to another size, without the conversion back: uint8 images give float32."""
    _arguments.one_of("affine_transform", "interpolation", interpolation, ("bilinear", "nearest"))
    _arguments.one_of("affine_transform", "fill_mode", fill_mode, tuple(FILL_MODES))
    pixels, per_transform = to_pixels(to_kernel_dtype(images), data_format)
    return from_pixels(
        p.warp(pixels, transforms, *size, interpolation, fill_mode, fill_value, per_transform), images, data_format
    )


def map_coordinates(inputs, coordinates, order, fill_mode="constant", fill_value=0):
    """Values of `inputs` at coordinates between its elements.

    Args:
        inputs: tensor of rank r.
        coordinates: `(r, ...)`, one row per axis, in elements.
        order: 0 (nearest) or 1 (linear).
        fill_mode: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"` (dcb|abcd|cba) or `"reflect"` (dcba|abcd|dcba).
        fill_value: what `"constant"` puts outside.

    Returns:
        Tensor of shape `coordinates.shape[1:]` in the dtype of `inputs`; integers are rounded.

    Raises:
        ValueError: for coordinates of another number of axes, unknown modes, and other orders.

    >>> import keraunos as keras, numpy as np
    >>> keras.ops.image.map_coordinates(np.array([0.0, 10.0]), np.array([[0.25, 1.0]]), order=1).numpy()
    array([ 2.5, 10. ])
    """
    inputs, coordinates = as_tensor(inputs), as_tensor(coordinates)
    _arguments.one_of("map_coordinates", "fill_mode", fill_mode, ("constant", "nearest", "wrap", "mirror", "reflect"))
    if coordinates.ndim < 2 or coordinates.shape[0] != inputs.ndim:
        raise ValueError(
            f"[map_coordinates] expected coordinates of shape ({inputs.ndim}, ...) for inputs of shape {inputs.shape}, "
            f"got {coordinates.shape}"
        )
    if order not in (0, 1):
        raise ValueError(f"[map_coordinates] order must be 0 or 1, got {order!r}")
    compute = dtypes.promote([inputs.dtype if dtypes.is_float(inputs.dtype) else "float32", "float32"])
    values = p.reshape(p.cast(inputs, compute), (-1,))
    axes = [neighbours(p.cast(coordinates[i], compute), n, order, fill_mode) for i, n in enumerate(inputs.shape)]
    total = None
    for corner in itertools.product(*axes):
        flat, weight, inside = None, None, None
        for extent, (index, share, valid) in zip(inputs.shape, corner, strict=True):
            flat = index if flat is None else p.add(p.multiply(flat, extent), index)
            weight = share if weight is None else p.multiply(weight, share)
            inside = valid if inside is None else p.logical_and(inside, valid)
        found = p.take(values, flat)
        if fill_mode == "constant":
            found = p.where(inside, found, p.scalar(fill_value, compute))
        term = p.multiply(found, weight)
        total = term if total is None else p.add(total, term)
    return p.cast(total if dtypes.is_float(inputs.dtype) else p.round(total), inputs.dtype)


def neighbours(places, extent, order, fill_mode):
    """[(index inside the axis, weight, whether it was inside)] of the one or two elements next to `places`."""
    if order == 0:
        near = [(p.round(places), p.scalar(1, places.dtype))]
    else:
        lower = p.floor(places)
        share = p.subtract(places, lower)
        near = [(lower, p.subtract(1.0, share)), (p.add(lower, 1.0), share)]
    found = []
    for whole, weight in near:
        inside = p.logical_and(p.greater_equal(whole, 0.0), p.less(whole, float(extent)))
        if fill_mode == "wrap":
            whole = p.mod(whole, float(extent))
        elif fill_mode in ("reflect", "mirror"):
            reflect = fill_mode == "reflect"
            period = float(2 * extent if reflect else max(1, 2 * extent - 2))
            whole = p.mod(whole, period)
            whole = p.where(p.less(whole, float(extent)), whole, p.subtract(period - reflect, whole))
        whole = p.minimum(p.maximum(whole, 0.0), float(extent - 1))
        found.append((p.cast(whole, "int32"), weight, inside))
    return found

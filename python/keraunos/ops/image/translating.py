"""Images resampled to other places and scales, by weights of nearby pixels along each axis."""

import math

import numpy as np

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.promotion import floating, whole
from keraunos.ops.shapes import moveaxis

_METHODS = {
    "linear": ("linear", "bilinear", "trilinear", "triangle"),
    "cubic": ("cubic", "bicubic", "tricubic"),
    "lanczos3": ("lanczos3",),
    "lanczos5": ("lanczos5",),
}


def scale_and_translate(images, output_shape, scale, translation, spatial_dims, method, antialias=True):
    """Images scaled and moved: the pixel at x comes to lie at `scale x + translation`, with the edge of the image at 0.

    Args:
        images: tensor `(...)`.
        output_shape: shape of the result; other axes than `spatial_dims` keep their extents.
        scale, translation: one number for each of `spatial_dims`, `(k,)`.
        spatial_dims: the axes that are resampled.
        method: `"linear"`, `"cubic"` (Keys), `"lanczos3"` or `"lanczos5"`; also `"bilinear"`, `"trilinear"`,
            `"triangle"`, `"bicubic"` and `"tricubic"`.
        antialias: whether kernels widen where images shrink.

    Returns:
        Tensor of `output_shape` in the dtype of `images`; integers are rounded and stay within those of `images`. What
        lies outside of the image is 0.

    Raises:
        ValueError: for unknown methods and other numbers of scales and translations.

    Source: Keys, "Cubic convolution interpolation for digital image processing", 1981; Duchon, "Lanczos filtering in
        one and two dimensions", 1979.

    >>> import keraunos as keras, numpy as np
    >>> line = np.array([1.0, 2.0, 3.0])
    >>> keras.ops.image.scale_and_translate(line, (4,), [1.0], [1.0], (0,), "linear").numpy()
    array([0., 1., 2., 3.])
    """
    names = [name for known in _METHODS.values() for name in known]
    _arguments.one_of("scale_and_translate", "method", method, names)
    kernel = next(kind for kind, known in _METHODS.items() if method in known)
    images = as_tensor(images)
    scale, translation = p.meet(floating(scale), floating(translation))
    axes = [p.normalize_axis("scale_and_translate", a, images.ndim) for a in spatial_dims]
    if scale.shape != (len(axes),) or translation.shape != (len(axes),):
        raise ValueError(
            f"[scale_and_translate] expected {len(axes)} scales and translations, got shapes {scale.shape} and "
            f"{translation.shape}"
        )
    output = floating(images)
    for i, axis in enumerate(axes):
        weights = _weights(images.shape[axis], output_shape[axis], scale[i], translation[i], kernel, antialias)
        output = moveaxis(p.matmul(moveaxis(output, axis, -1), p.cast(weights, output.dtype)), -1, axis)
    if not axes or not whole(images):
        return p.cast(output, images.dtype)
    least, most = (p.cast(extreme(images), output.dtype) for extreme in (p.min, p.max))
    return p.cast(p.minimum(p.maximum(p.round(output), least), most), images.dtype)


def _weights(extent, size, scale, translation, kernel, antialias):
    """(extent, size): how much each pixel counts for each of the result's."""
    dtype = scale.dtype
    inverse = p.divide(1.0, scale)
    places = p.as_tensor(np.arange(size) + 0.5, dtype)
    source = p.subtract(p.multiply(p.subtract(places, translation), inverse), 0.5)
    distance = p.absolute(p.subtract(source, p.as_tensor(np.arange(extent)[:, None], dtype)))
    if antialias:
        distance = p.divide(distance, p.maximum(inverse, 1.0))
    weights = _KERNELS[kernel](distance)
    total = p.sum(weights, 0, keepdims=True)
    # 1000 roundings of float32: what sums to less is noise.
    enough = p.greater(p.absolute(total), 1000 * float(np.finfo("float32").eps))
    weights = p.where(enough, p.divide(weights, p.where(enough, total, 1.0)), 0.0)
    inside = p.logical_and(p.greater_equal(source, -0.5), p.less_equal(source, extent - 0.5))
    return p.where(inside, weights, 0.0)


def _triangle(x):
    return p.maximum(p.subtract(1.0, x), 0.0)


def _keys(x):
    near = p.add(p.multiply(p.multiply(p.subtract(p.multiply(x, 1.5), 2.5), x), x), 1.0)
    far = p.add(p.multiply(p.subtract(p.multiply(p.add(p.multiply(x, -0.5), 2.5), x), 4.0), x), 2.0)
    return p.where(p.greater_equal(x, 2.0), 0.0, p.where(p.greater_equal(x, 1.0), far, near))


def _lanczos(radius):
    def kernel(x):
        apart = p.greater(x, 1e-3)
        turn = p.multiply(p.where(apart, x, 1.0), math.pi)
        waves = p.multiply(p.sin(turn), p.sin(p.multiply(turn, 1 / radius)))
        found = p.where(apart, p.divide(p.multiply(waves, radius), p.square(turn)), 1.0)
        return p.where(p.greater(x, radius), 0.0, found)

    return kernel


_KERNELS = {"linear": _triangle, "cubic": _keys, "lanczos3": _lanczos(3.0), "lanczos5": _lanczos(5.0)}

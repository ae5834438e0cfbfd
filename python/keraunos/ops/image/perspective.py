"""Perspective: images read through the projective transform that takes four points to four others."""

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.core import saturate_cast
from keraunos.ops.image.layout import checked
from keraunos.ops.image.warping import warp
from keraunos.ops.joining import stack


def perspective_transform(images, start_points, end_points, interpolation="bilinear", fill_value=0, data_format=None):
    """Images distorted so that four points come to lie at four others.

    Args:
        images: `(N, H, W, C)` or `(H, W, C)`; `(N, C, H, W)` or `(C, H, W)` for `channels_first`.
        start_points: `(N, 4, 2)` or `(4, 2)`: (x, y) of points of the images, in pixels; no three on a line.
        end_points: where they come to lie, likewise.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_value: what lies outside.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Images of the shape and dtype of `images`.

    Raises:
        ValueError: for other ranks and shapes and unknown interpolations.

    Source: four points are a basis of the projective plane; the transform is one basis times the adjugate of the other
    (Heckbert, Fundamentals of Texture Mapping, 1989).

    >>> import keraunos as keras, numpy as np
    >>> image = np.arange(4.0).reshape(2, 2, 1)
    >>> corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1.0]])
    >>> keras.ops.image.perspective_transform(image, corners, corners[[1, 0, 3, 2]]).numpy()[..., 0]
    array([[1., 0.],
           [3., 2.]])
    """
    images, data_format, height_axis = checked("perspective_transform", images, data_format)
    batch = images.shape[0] if images.ndim == 4 else 1
    start, end = (_points(name, x, batch) for name, x in (("start_points", start_points), ("end_points", end_points)))
    # Products of four coordinates: float64 keeps them whole for images of up to 8,000 pixels.
    matrix = p.matmul(stack(_basis(start), -1), stack(_adjugate_rows(_basis(end)), -2))
    flat = p.reshape(matrix, (matrix.shape[0], 9))
    transforms = p.divide(flat[:, :8], flat[:, 8:])
    size = images.shape[height_axis], images.shape[height_axis + 1]
    warped = warp(images, transforms, size, interpolation, "constant", fill_value, data_format)
    return warped if warped.dtype == images.dtype else saturate_cast(warped, images.dtype)


def _points(name, points, batch):
    """Four homogeneous points (N, 3) in float64."""
    points = p.cast(as_tensor(points), "float64")
    if points.shape not in ((4, 2), (1, 4, 2), (batch, 4, 2)):
        raise ValueError(f"[perspective_transform] expected {name} (4, 2) or ({batch}, 4, 2), got {points.shape}")
    points = p.reshape(points, (-1, 4, 2))
    ones = p.broadcast_to(p.scalar(1.0, "float64"), (points.shape[0], 1))
    return [p.concatenate([points[:, i], ones], -1) for i in range(4)]


def _rotated(vectors):
    return p.concatenate([vectors[:, 1:], vectors[:, :1]], -1)


def _cross(a, b):
    return _rotated(p.subtract(p.multiply(a, _rotated(b)), p.multiply(_rotated(a), b)))


def _adjugate_rows(columns):
    """Rows of the adjugate of a matrix with the given columns (N, 3)."""
    a, b, c = columns
    return [_cross(b, c), _cross(c, a), _cross(a, b)]


def _basis(points):
    """The first three points, weighted so that they add up to a multiple of the fourth."""
    rows = _adjugate_rows(points[:3])
    return [
        p.multiply(point, p.sum(p.multiply(row, points[3]), -1, keepdims=True))
        for point, row in zip(points[:3], rows, strict=True)
    ]

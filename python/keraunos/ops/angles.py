"""`keras.ops`: trigonometry, and the parts of complex numbers, which real tensors have too."""

import math

from keraunos.graph import primitives as p
from keraunos.ops.creation import ones_like, zeros_like
from keraunos.ops.promotion import floating, precise


def deg2rad(x):
    """Degrees as radians.

    >>> from keraunos import ops
    >>> ops.deg2rad([180.0]).numpy().round(4)
    array([3.1416], dtype=float32)
    """
    return p.multiply(*precise(x), math.pi / 180)


def rad2deg(x):
    """Radians as degrees.

    >>> from keraunos import ops
    >>> ops.rad2deg([3.14159265]).numpy().round(4)
    array([180.], dtype=float32)
    """
    return p.multiply(*precise(x), 180 / math.pi)


def hypot(x1, x2):
    """sqrt(x1 * x1 + x2 * x2), without overflow on the way.

    >>> from keraunos import ops
    >>> ops.hypot([3.0, 3e38], [4.0, 0.0]).numpy()
    array([5.e+00, 3.e+38], dtype=float32)
    """
    return p.hypot(*precise(x1, x2))


def sinc(x):
    """sin(pi x) / (pi x), 1 at 0.

    >>> from keraunos import ops
    >>> ops.sinc([0.0, 0.5]).numpy().round(4)
    array([1.    , 0.6366], dtype=float32)
    """
    x = floating(x)
    zero = p.equal(x, 0)
    turned = p.multiply(p.where(zero, p.scalar(1, x.dtype), x), math.pi)
    return p.where(zero, p.scalar(1, x.dtype), p.divide(p.sin(turned), turned))


def real(x):
    """The real part of `x`: `x` itself, because there are no complex tensors.

    >>> from keraunos import ops
    >>> ops.real([1.0, -2.0]).numpy()
    array([ 1., -2.], dtype=float32)
    """
    return p.as_tensor(x)


def imag(x):
    """The imaginary part of `x`: zeros, because there are no complex tensors.

    >>> from keraunos import ops
    >>> ops.imag([1.0, -2.0]).numpy()
    array([0., 0.], dtype=float32)
    """
    return zeros_like(x)


def conjugate(x):
    """The complex conjugate of `x`: `x` itself, because there are no complex tensors.

    >>> from keraunos import ops
    >>> ops.conjugate([1.0, -2.0]).numpy()
    array([ 1., -2.], dtype=float32)
    """
    return p.as_tensor(x)


conj = conjugate


def isreal(x):
    """Whether elements have no imaginary part: all true.

    >>> from keraunos import ops
    >>> ops.isreal([1.0, -2.0]).numpy()
    array([ True,  True])
    """
    return ones_like(x, dtype="bool")


def angle(x):
    """The angle of `x` in the complex plane, in radians: 0 for positive numbers, pi for negative ones.

    >>> from keraunos import ops
    >>> ops.angle([1.0, -2.0]).numpy().round(4)
    array([0.    , 3.1416], dtype=float32)
    """
    return p.arctan2(0.0, p.stop_gradient(floating(x)))


def _no_complex(tag, instead):
    raise NotImplementedError(f"[{tag}] there are no complex tensors; {instead}")


def polar(abs_, angle):
    """Complex numbers from their absolute values and angles. There are no complex tensors, so this raises.

    Args:
        abs_: absolute values.
        angle: angles in radians, in the shape of `abs_`.

    Raises:
        NotImplementedError: always, with what to compute instead.

    >>> from keraunos import ops
    >>> ops.polar(1.0, 0.0)
    Traceback (most recent call last):
    NotImplementedError: [polar] there are no complex tensors; compute abs_ * cos(angle) and abs_ * sin(angle)
    """
    _no_complex("polar", "compute abs_ * cos(angle) and abs_ * sin(angle)")


def view_as_complex(x):
    """`x`, `(..., 2)`, as complex numbers `(...)`. There are no complex tensors, so this raises.

    Args:
        x: real and imaginary parts on the last axis.

    Raises:
        NotImplementedError: always, with what to compute instead.

    >>> from keraunos import ops
    >>> ops.view_as_complex([1.0, 0.0])
    Traceback (most recent call last):
    NotImplementedError: [view_as_complex] there are no complex tensors; use x[..., 0] and x[..., 1] as two tensors
    """
    _no_complex("view_as_complex", "use x[..., 0] and x[..., 1] as two tensors")


def view_as_real(x):
    """Complex numbers `(...)` as real and imaginary parts `(..., 2)`. There are no complex tensors, so this raises.

    Args:
        x: complex numbers.

    Raises:
        NotImplementedError: always, with what to compute instead.

    >>> from keraunos import ops
    >>> ops.view_as_real([1.0])
    Traceback (most recent call last):
    NotImplementedError: [view_as_real] there are no complex tensors; stack the real and imaginary parts with ops.stack
    """
    _no_complex("view_as_real", "stack the real and imaginary parts with ops.stack")

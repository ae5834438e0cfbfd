"""Variance scaling and its named cases: deviations that follow from the number of inputs and outputs of a unit."""

import math

from keraunos import random
from keraunos.initializers.initializer import RandomInitializer

# Standard deviation of a unit normal cut at two deviations: sqrt(1 - 2 * 2 * pdf(2) / (cdf(2) - cdf(-2))).
TRUNCATED_STDDEV = 0.87962566103423978

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "normal", "untruncated_normal", "uniform")


def compute_fans(shape, input_axes=None, output_axes=None):
    """Number of inputs and outputs of a unit whose weights have shape `shape`.

    A kernel `(..., I, O)` has `I` and `O` times the product of the leading (window) axes.

    >>> from keraunos.initializers.scaling import compute_fans
    >>> compute_fans((3, 3, 16, 32))
    (144, 288)
    """
    shape = tuple(shape)
    if input_axes is not None or output_axes is not None:
        inputs = [axis % len(shape) for axis in _listed(input_axes)]
        outputs = [axis % len(shape) for axis in _listed(output_axes)]
        window = math.prod(n for axis, n in enumerate(shape) if axis not in inputs and axis not in outputs)
        return (
            int(window * math.prod(shape[axis] for axis in inputs)),
            int(window * math.prod(shape[axis] for axis in outputs)),
        )
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    window = math.prod(shape[:-2])
    return int(window * shape[-2]), int(window * shape[-1])


def _listed(axes):
    return () if axes is None else (axes,) if isinstance(axes, int) else tuple(axes)


class VarianceScaling(RandomInitializer):
    """Mean zero and variance `scale / n`, with `n` the number of inputs, of outputs or their mean.

    Args:
        scale: positive factor.
        mode: `"fan_in"`, `"fan_out"` or `"fan_avg"`: what `n` is.
        distribution: `"truncated_normal"` (`"normal"` means the same), `"untruncated_normal"` or `"uniform"`.
        seed: see `RandomInitializer`.
        input_axes, output_axes: axes that count as inputs and outputs; default the last but one and the last.

    Raises:
        ValueError: for a scale that is not positive, unknown modes and distributions.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.VarianceScaling(2.0, "fan_out", seed=1)((4, 3)).shape
    (4, 3)
    """

    def __init__(
        self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, input_axes=None, output_axes=None
    ):
        super().__init__(seed)
        if scale <= 0:
            raise ValueError(f"[variance_scaling] scale must be positive, got {scale}")
        if mode not in _MODES:
            raise ValueError(f"[variance_scaling] mode must be one of {', '.join(_MODES)}, got {mode!r}")
        distribution = distribution.lower()
        if distribution not in _DISTRIBUTIONS:
            raise ValueError(
                f"[variance_scaling] distribution must be one of {', '.join(_DISTRIBUTIONS)}, got {distribution!r}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = "truncated_normal" if distribution == "normal" else distribution
        self.input_axes = input_axes
        self.output_axes = output_axes

    def __call__(self, shape, dtype=None):
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
        variance = self.scale / max(1.0, fans[self.mode])
        shape = tuple(shape)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, -limit, limit, dtype=dtype, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, math.sqrt(variance), dtype=dtype, seed=self.seed)
        return random.truncated_normal(shape, 0.0, math.sqrt(variance) / TRUNCATED_STDDEV, dtype=dtype, seed=self.seed)

    def get_config(self):
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _NamedScaling(VarianceScaling):
    """A `VarianceScaling` with fixed scale, mode and distribution, given by class attributes."""

    _arguments = ()

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(*self._arguments, seed=seed, input_axes=input_axes, output_axes=output_axes)

    def get_config(self):
        return {
            "seed": super().get_config()["seed"],
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class GlorotUniform(_NamedScaling):
    """Uniform on `[-limit, limit)`, `limit = sqrt(6 / (fan_in + fan_out))` (Glorot and Bengio, 2010).

    Args:
        seed, input_axes, output_axes: see `VarianceScaling`.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.GlorotUniform(seed=1)((4, 3)).shape
    (4, 3)
    """

    _arguments = (1.0, "fan_avg", "uniform")


class GlorotNormal(_NamedScaling):
    """Truncated normal with variance `2 / (fan_in + fan_out)` (Glorot and Bengio, 2010).

    Args:
        seed, input_axes, output_axes: see `VarianceScaling`.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.GlorotNormal(seed=1)((4, 3)).shape
    (4, 3)
    """

    _arguments = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_NamedScaling):
    """Uniform on `[-limit, limit)`, `limit = sqrt(6 / fan_in)`: for units followed by relu (He et al., 2015).

    Args:
        seed, input_axes, output_axes: see `VarianceScaling`.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.HeUniform(seed=1)((4, 3)).shape
    (4, 3)
    """

    _arguments = (2.0, "fan_in", "uniform")


class HeNormal(_NamedScaling):
    """Truncated normal with variance `2 / fan_in`: for units followed by relu (He et al., 2015).

    Args:
        seed, input_axes, output_axes: see `VarianceScaling`.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.HeNormal(seed=1)((4, 3)).shape
    (4, 3)
    """

    _arguments = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_NamedScaling):
    """Uniform on `[-limit, limit)`, `limit = sqrt(3 / fan_in)` (LeCun et al., 1998): for selu and tanh units.

    Args:
        seed, input_axes, output_axes: see `VarianceScaling`.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.LecunUniform(seed=1)((4, 3)).shape
    (4, 3)
    """

    _arguments = (1.0, "fan_in", "uniform")


class LecunNormal(_NamedScaling):
    """Truncated normal with variance `1 / fan_in` (LeCun et al., 1998): for selu units.

    Args:
        seed, input_axes, output_axes: see `VarianceScaling`.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.LecunNormal(seed=1)((4, 3)).shape
    (4, 3)
    """

    _arguments = (1.0, "fan_in", "truncated_normal")

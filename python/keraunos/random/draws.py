"""Random tensors: `keras.random` on the Philox primitives."""

import numpy as np

from keraunos import config
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.random.seed_generator import draw_seed


def float_dtype(tag, dtype):
    """`dtype`, by default `keras.config.floatx()`, of draws that are no integers."""
    dtype = dtypes.standardize(dtype or config.floatx())
    if not dtypes.is_float(dtype):
        raise ValueError(f"[{tag}] dtype must be a float dtype, got {dtype}")
    return dtype


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Uniform draws from [minval, maxval), float32 or float64.

    >>> import keraunos as keras
    >>> keras.random.uniform((2, 3), seed=1).shape
    (2, 3)
    """
    return p.random_uniform(draw_seed(seed), shape, float_dtype("uniform", dtype), minval, maxval)


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal draws.

    >>> import keraunos as keras
    >>> keras.random.normal((2, 3), mean=5.0, seed=1).shape
    (2, 3)
    """
    return p.random_normal(draw_seed(seed), shape, float_dtype("normal", dtype), mean, stddev)


# Distribution function of the standard normal at -2 and 2, times 2, less 1: erf(-sqrt 2), erf(sqrt 2).
_EDGE = 0.9544997361036416


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal draws within two standard deviations, by inversion: sqrt(2) erfinv(u) with u uniform in +-erf(sqrt(2)).

    >>> import keraunos as keras, numpy as np
    >>> bool(np.abs(keras.random.truncated_normal((100,), seed=1)).max() <= 2)
    True
    """
    u = p.random_uniform(draw_seed(seed), shape, float_dtype("truncated_normal", dtype), -_EDGE, _EDGE)
    z = p.minimum(p.maximum(p.multiply(p.erfinv(u), float(np.sqrt(2))), -2.0), 2.0)
    return p.add(p.multiply(z, float(stddev)), float(mean))


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Integers from [minval, maxval).

    >>> import keraunos as keras
    >>> sorted(set(keras.random.randint((100,), 0, 3, seed=1).numpy().tolist()))
    [0, 1, 2]
    """
    u = p.random_uniform(draw_seed(seed), shape, "float64")
    return p.cast(p.floor(p.add(p.multiply(u, float(maxval - minval)), float(minval))), dtype)


def categorical(logits, num_samples, dtype="int32", seed=None):
    """(N, num_samples) classes drawn with probabilities softmax(logits), logits (N, C), by the Gumbel-max rule.

    >>> import keraunos as keras, numpy as np
    >>> keras.random.categorical(np.zeros((2, 5)), 3, seed=1).shape
    (2, 3)
    """
    (logits,) = p.meet(logits, floats=True)
    rows, columns = logits.shape
    u = p.random_uniform(draw_seed(seed), (rows, num_samples, columns), logits.dtype, 1e-20, 1.0)
    gumbel = p.negative(p.log(p.negative(p.log(u))))
    return p.cast(p.argmax(p.add(p.reshape(logits, (rows, 1, columns)), gumbel), -1), dtype)


def dropout(inputs, rate, noise_shape=None, seed=None):
    """`inputs / (1 - rate)` with probability 1 - rate, else 0; one decision per element of `noise_shape`.

    >>> import keraunos as keras, numpy as np
    >>> sorted(set(keras.random.dropout(np.ones(100), 0.5, seed=1).numpy().tolist()))
    [0.0, 2.0]
    """
    seed = draw_seed(seed)
    inputs = p.as_tensor(inputs)
    if noise_shape is None or tuple(noise_shape) == inputs.shape:
        return p.dropout(inputs, seed, rate)
    shape = [n if s is None else s for n, s in zip(inputs.shape, noise_shape, strict=True)]
    return p.multiply(inputs, p.dropout(p.as_tensor(np.ones(shape), inputs.dtype), seed, rate))


def shuffle(x, axis=0, seed=None):
    """`x` with its slices along `axis` in random order.

    >>> import keraunos as keras, numpy as np
    >>> sorted(keras.random.shuffle(np.arange(4), seed=1).numpy().tolist())
    [0, 1, 2, 3]
    """
    x = p.as_tensor(x)
    order = p.argsort(p.random_uniform(draw_seed(seed), (x.shape[axis],), "float64"))
    axes = [axis, *[a for a in range(x.ndim) if a != axis]]
    return p.transpose(p.take(p.transpose(x, axes), order), np.argsort(axes).tolist())

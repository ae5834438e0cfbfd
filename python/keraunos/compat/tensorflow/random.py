"""`tf.random`."""

from keraunos import random as _random
from keraunos.utils import set_random_seed


def set_seed(seed):
    """Seeds everything, as `keras.utils.set_random_seed` does."""
    set_random_seed(seed)


def normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Normal draws."""
    return _random.normal(tuple(shape), mean, stddev, dtype, seed)


def uniform(shape, minval=0, maxval=None, dtype="float32", seed=None, name=None):
    """Uniform draws from [minval, maxval); integers for an integer dtype."""
    if "int" in str(dtype):
        return _random.randint(tuple(shape), minval, maxval, str(dtype), seed)
    return _random.uniform(tuple(shape), minval, 1 if maxval is None else maxval, dtype, seed)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Normal draws within two deviations."""
    return _random.truncated_normal(tuple(shape), mean, stddev, dtype, seed)


def shuffle(value, seed=None, name=None):
    """Slices in random order."""
    return _random.shuffle(value, seed=seed)


def categorical(logits, num_samples, dtype="int64", seed=None, name=None):
    """Classes drawn by their logits."""
    return _random.categorical(logits, num_samples, dtype, seed)


class Generator:
    """`tf.random.Generator`: draws from a seed of its own."""

    def __init__(self, seed=None):
        self._seeds = _random.SeedGenerator(seed)

    @classmethod
    def from_seed(cls, seed, alg=None):
        """A generator that begins at `seed`."""
        return cls(seed)

    def normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Normal draws."""
        return normal(shape, mean, stddev, dtype, self._seeds)

    def uniform(self, shape, minval=0, maxval=None, dtype="float32", name=None):
        """Uniform draws."""
        return uniform(shape, minval, maxval, dtype, self._seeds)


def __getattr__(name):
    raise AttributeError(f"[compat] tf.random.{name} is not covered by keraunos")

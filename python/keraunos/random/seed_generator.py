"""SeedGenerator: a stream of Philox keys, kept in a Variable so that it advances inside a Program too."""

import os

import numpy as np

from keraunos.graph.variable import Variable

_STEP = np.array([0, 1], np.int64)


def fresh_seed():
    """A seed for generators that were given none: from the global generator once a seed was set, else from the
    system."""
    if _global["seed"] is None:
        return int.from_bytes(os.urandom(7), "little")
    _global["drawn"] += 1
    # SplitMix64's finaliser (Steele et al., OOPSLA 2014) spreads neighbouring (seed, number) pairs over all keys.
    z = (_global["seed"] * 0x9E3779B97F4A7C15 + _global["drawn"] * 0xBF58476D1CE4E5B9) & (2**64 - 1)
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
    return (z ^ (z >> 31)) & (2**62 - 1)


_global = {"seed": None, "drawn": 0, "generator": None}


def set_global_seed(seed):
    """From now on, generators without a seed of their own are derived from `seed`, in order of creation."""
    _global.update(seed=int(seed), drawn=0, generator=None)


def global_generator():
    """The generator behind draws that name no seed."""
    if _global["generator"] is None:
        _global["generator"] = SeedGenerator()
    return _global["generator"]


class SeedGenerator:
    """A stateful source of seeds.

    Args:
        seed: int; None: derived from the seed of `utils.set_random_seed`, or from the system's entropy.
        name: accepted for compatibility.
        kwargs: accepted for compatibility (`backend` in Keras).

    Example:

    >>> import keraunos
    >>> seeds = keraunos.random.SeedGenerator(7)
    >>> keraunos.random.uniform((2,), seed=seeds).shape
    (2,)
    """

    def __init__(self, seed=None, name=None, **kwargs):
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, (int, np.integer))):
            raise TypeError(f"[seed_generator] seed must be an integer or None, got {seed!r}")
        self._initial = seed
        key = fresh_seed() if seed is None else int(seed)
        self.name = name or "seed_generator"
        self.state = Variable(np.array([key, 0], np.int64), trainable=False, name="seed_generator_state")

    def next(self, ordered=True):
        """The next seed, int64[2] (key, counter); the counter advances."""
        seed = self.state.value
        self.state.assign(seed + _STEP)
        return seed

    def get_config(self):
        """The seed that the generator was made with."""
        return {"seed": self._initial}

    @classmethod
    def from_config(cls, config):
        """A generator at the start of its stream."""
        return cls(**config)


def draw_seed(seed):
    """`seed` (int, SeedGenerator, tensor or None) as int64[2]."""
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        return global_generator().next()
    if isinstance(seed, (int, np.integer)):
        return np.array([int(seed), 0], np.int64)
    return seed


# Counters of the draws that a function makes from one seed given as a tensor lie so far apart, out of the way of the
# caller's own.
_STRIDE = 1 << 40


def offset_seed(seed, offset):
    """The seed of the draw number `offset` of a function that was given `seed`; generators move by themselves."""
    if seed is None or isinstance(seed, SeedGenerator) or offset == 0:
        return seed
    if isinstance(seed, (int, np.integer)):
        return int(seed) + offset
    return seed + np.array([0, offset * _STRIDE], np.int64)

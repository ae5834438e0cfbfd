"""State of the whole package: names and seeds."""

import random

import numpy as np


def clear_session(free_memory=True):
    """Starts counting layer names from the beginning and forgets the policy of `config.set_dtype_policy`, as a fresh
    process would.

    >>> import keraunos as keras
    >>> keras.utils.clear_session()
    >>> keras.layers.Dense(1).name
    'dense'
    """
    from keraunos import _naming, dtype_policies

    _naming.reset_names()
    dtype_policies._global["policy"] = None


def set_random_seed(seed):
    """Seeds everything: weights, dropout, shuffling, and the generators of Python and NumPy.

    Args:
        seed: int from 0 to 2**32 - 1.

    Example:

    >>> import keraunos as keras
    >>> keras.utils.set_random_seed(1)
    """
    from keraunos.random.seed_generator import set_global_seed

    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise ValueError(f"[set_random_seed] seed must be an integer from 0 to 2**32 - 1, got {seed!r}")
    random.seed(int(seed))
    np.random.seed(int(seed))
    set_global_seed(int(seed))

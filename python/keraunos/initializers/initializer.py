"""What every initializer is: a callable `(shape, dtype) -> tensor` that can be saved."""

from keraunos.random.seed_generator import fresh_seed
from keraunos.saving import serialization


class Initializer:
    """Base class: subclasses implement `__call__(shape, dtype=None)` and `get_config`.

    Example:

    >>> import keraunos as keras
    >>> class Sevens(keras.initializers.Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return 7 * keras.ops.ones(shape, dtype=dtype)
    >>> keras.layers.Dense(2, kernel_initializer=Sevens()).kernel_initializer((1, 1)).numpy()
    array([[7.]], dtype=float32)
    """

    def __call__(self, shape, dtype=None):
        """Values of shape `shape` and dtype `dtype`."""
        raise NotImplementedError(f"[initializer] {type(self).__name__} must implement __call__(shape, dtype=None)")

    def get_config(self):
        """Constructor arguments, for saving."""
        return {}

    @classmethod
    def from_config(cls, config):
        """The initializer that `get_config` described."""
        return cls(**config)

    def clone(self):
        """A new initializer with the same arguments."""
        return self.from_config(self.get_config())


class RandomInitializer(Initializer):
    """Base class of initializers that draw random numbers.

    Args:
        seed: `None`: another stream for every instance, following `keras.utils.set_random_seed`; an int: the same
            values on every call; a `SeedGenerator`: other values on every call.

    Raises:
        ValueError: for any other seed.

    Example:

    >>> import keraunos as keras
    >>> isinstance(keras.initializers.RandomNormal(seed=1), keras.initializers.RandomInitializer)
    True
    """

    def __init__(self, seed=None):
        if isinstance(seed, dict):
            seed = serialization.deserialize_keras_object(seed)
        if not (seed is None or isinstance(seed, int) or hasattr(seed, "next")):
            raise ValueError(f"[initializer] seed must be None, an int or a SeedGenerator, got {seed!r}")
        self._given_seed = seed
        self.seed = fresh_seed() if seed is None else seed

    def get_config(self):
        return {"seed": serialization.serialize_keras_object(self._given_seed)}

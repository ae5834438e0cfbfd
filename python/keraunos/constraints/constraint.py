"""What every constraint is: a callable `weight -> projected weight` that can be saved."""


class Constraint:
    """Base class: subclasses implement `__call__(w)`, which returns a tensor of the shape of `w`.

    Example:

    >>> import keraunos as keras
    >>> class Halves(keras.constraints.Constraint):
    ...     def __call__(self, w):
    ...         return w * 0.5
    >>> Halves()(keras.ops.ones((2,))).numpy()
    array([0.5, 0.5], dtype=float32)
    """

    def __call__(self, w):
        """The projection of `w`."""
        raise NotImplementedError(f"[constraint] {type(self).__name__} must implement __call__(w)")

    def get_config(self):
        """Constructor arguments, for saving."""
        return {}

    @classmethod
    def from_config(cls, config):
        """The constraint that `get_config` described."""
        return cls(**config)

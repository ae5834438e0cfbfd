"""DType policies: the dtype a layer computes in and the dtype its weights have."""

from keraunos import config

SUPPORTED = ("float32", "float64")
# For metrics that count and layers that pass data on.
_OTHERS = ("int32", "int64", "uint8", "bool")
_ABBREVIATIONS = {"float": "float32", "int": "int64"}


class DTypePolicy:
    """The dtype of a layer's computation and of its weights.

    Args:
        name: `"float32"` or `"float64"`; default: `keraunos.config.floatx()`.

    Raises:
        ValueError: for other dtypes.

    Example:

    >>> DTypePolicy("float64").compute_dtype
    'float64'
    """

    def __init__(self, name=None):
        name = config.floatx() if name is None else str(name)
        name = _ABBREVIATIONS.get(name, name)
        if name not in SUPPORTED and name not in _OTHERS:
            raise ValueError(f"[dtype] expected one of {', '.join(SUPPORTED)}, got {name!r}")
        self.name = name

    @property
    def compute_dtype(self):
        """Dtype of the computation."""
        return self.name

    @property
    def variable_dtype(self):
        """Dtype of the weights."""
        return self.name

    def get_config(self):
        """The arguments of the constructor."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config):
        """The policy that `get_config` described."""
        return cls(**config)

    def __eq__(self, other):
        return isinstance(other, DTypePolicy) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f'<DTypePolicy "{self.name}">'


def get(identifier=None):
    """A `DTypePolicy` from a policy, its serialized form, a dtype or its name."""
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return DTypePolicy(**identifier.get("config", {}))
    if identifier is None or isinstance(identifier, str):
        return DTypePolicy(identifier)
    import numpy as np

    return DTypePolicy(np.dtype(identifier).name)

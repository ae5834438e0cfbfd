"""DType policies: the dtype a layer computes in and the dtype its weights have."""

import re
from collections.abc import MutableMapping

from keraunos import config
from keraunos.graph import dtypes

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
_ABBREVIATIONS = {"float": "float32", "int": "int64"}


class DTypePolicy:
    """The dtype of a layer's computation and of its weights.

    Args:
        name: the name of a dtype, for both, or `"mixed_bfloat16"` or `"mixed_float16"`: weights in float32,
            computation in the half; default: the global policy, see `keraunos.config.set_dtype_policy`.

    Raises:
        TypeError: when `name` is not a string.
        ValueError: for names that are no dtype.

    Example:

    >>> import keraunos as keras
    >>> policy = keras.DTypePolicy("mixed_bfloat16")
    >>> policy.compute_dtype, policy.variable_dtype
    ('bfloat16', 'float32')

    Source: https://keras.io/api/mixed_precision/policy/
    """

    def __init__(self, name=None):
        name = dtype_policy().name if name is None else name
        if not isinstance(name, str):
            raise TypeError(f"[dtype] expected the name of a policy, such as 'mixed_bfloat16', got {name!r}")
        name = _ABBREVIATIONS.get(name, name)
        if name not in _MIXED and name not in dtypes.IDS:
            known = ", ".join([*_MIXED, *dtypes.IDS])
            raise ValueError(f"[dtype] expected one of {known}, got {name!r}")
        self._name = name

    @property
    def name(self):
        """Name of the policy."""
        return self._name

    @property
    def compute_dtype(self):
        """Dtype of the computation: floating inputs are cast to it, and weights where they are read."""
        return _MIXED.get(self._name, self._name)

    @property
    def variable_dtype(self):
        """Dtype of the weights."""
        return "float32" if self._name in _MIXED else self._name

    @property
    def quantization_mode(self):
        """None: no policy here quantizes."""
        return None

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


class DTypePolicyMap(DTypePolicy, MutableMapping):
    """Policies by the paths of layers, for layers that hold others.

    Args:
        default_policy: policy, or its name, of paths that are not in the map; default: the global policy.
        policy_map: dict of paths, or regular expressions that match whole paths, and policies.

    Raises:
        ValueError: when a key is set twice, and when a path matches several keys.
        TypeError: when `policy_map` is not a dict.

    Example:

    >>> from keraunos.dtype_policies import DTypePolicy, DTypePolicyMap
    >>> policies = DTypePolicyMap("float32", {"encoder/.*": DTypePolicy("mixed_bfloat16")})
    >>> policies["encoder/dense"].name, policies["decoder/dense"].name
    ('mixed_bfloat16', 'float32')

    Source: https://keras.io/api/mixed_precision/policy/
    """

    _public_module = "keras.dtype_policies"

    def __init__(self, default_policy=None, policy_map=None):
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError("[dtype] the default policy of a DTypePolicyMap cannot be a DTypePolicyMap")
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(f"[dtype] policy_map must be a dict, got {type(policy_map).__name__}")
        self._default_policy_arg = default_policy
        self._policy_map = policy_map or {}

    @property
    def default_policy(self):
        """The policy of paths that are not in the map."""
        return get(self._default_policy_arg)

    @property
    def name(self):
        """`map_` and the name of the default policy."""
        return f"map_{self.default_policy.name}"

    @property
    def compute_dtype(self):
        """That of the default policy."""
        return self.default_policy.compute_dtype

    @property
    def variable_dtype(self):
        """That of the default policy."""
        return self.default_policy.variable_dtype

    def __getitem__(self, key):
        if key in self._policy_map:
            return self._policy_map[key]
        matching = [pattern for pattern in self._policy_map if re.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(f"[dtype] path {key!r} matches several keys of the DTypePolicyMap: {matching}")
        return self._policy_map[matching[0]] if matching else self.default_policy

    def __setitem__(self, key, policy):
        if key in self._policy_map:
            raise ValueError(f"[dtype] the DTypePolicyMap has a policy for {key!r} already; delete it first")
        self._policy_map[key] = get(policy)

    def __delitem__(self, key):
        del self._policy_map[key]

    def __contains__(self, key):
        return key in self._policy_map

    def __len__(self):
        return len(self._policy_map)

    def __iter__(self):
        return iter(self._policy_map)

    def __eq__(self, other):
        return self is other

    __hash__ = object.__hash__

    def get_config(self):
        """The arguments of the constructor."""
        policies = {key: serialize(policy) for key, policy in self._policy_map.items()}
        return {"default_policy": self._default_policy_arg, "policy_map": policies}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The map that `get_config` described."""
        policies = {key: deserialize(policy, custom_objects) for key, policy in config["policy_map"].items()}
        return cls(config["default_policy"], policies)

    def __repr__(self):
        mapping = [(key, policy.name) for key, policy in self._policy_map.items()]
        return f"<DTypePolicyMap default_policy={self.default_policy.name}, mapping={mapping}>"


FloatDTypePolicy = DTypePolicy


_global = {"policy": None}


def dtype_policy():
    """The policy of layers that are given none: the last of `set_dtype_policy`, else `keraunos.config.floatx()`.

    >>> import keraunos as keras
    >>> keras.config.dtype_policy()
    <DTypePolicy "float32">
    """
    return _global["policy"] or DTypePolicy(config.floatx())


def set_dtype_policy(policy):
    """Sets the policy of layers that are created from now on and given none.

    Args:
        policy: a `DTypePolicy`, or its name, such as `"mixed_bfloat16"`.

    Raises:
        ValueError: for anything else.

    >>> import keraunos as keras
    >>> keras.config.set_dtype_policy("mixed_bfloat16")
    >>> keras.config.dtype_policy()
    <DTypePolicy "mixed_bfloat16">
    >>> keras.config.set_dtype_policy("float32")
    """
    if not isinstance(policy, (str, DTypePolicy)):
        raise ValueError(f"[dtype] expected a DTypePolicy or its name, such as 'mixed_bfloat16', got {policy!r}")
    _global["policy"] = DTypePolicy(policy) if isinstance(policy, str) else policy


def get(identifier=None):
    """A `DTypePolicy` from a policy, its serialized form, a dtype or its name; None: the global policy.

    >>> import keraunos as keras
    >>> keras.dtype_policies.get("bfloat16")
    <DTypePolicy "bfloat16">
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    return DTypePolicy(identifier if isinstance(identifier, str) else dtypes.standardize(identifier))


def serialize(dtype_policy):
    """The dict form of a policy.

    >>> import keraunos as keras
    >>> keras.dtype_policies.serialize(keras.DTypePolicy("float32"))["config"]
    {'name': 'float32'}
    """
    from keraunos.saving import serialize_keras_object

    return serialize_keras_object(dtype_policy)


def deserialize(config, custom_objects=None):
    """The policy of a dict.

    >>> from keraunos.dtype_policies import DTypePolicy, deserialize, serialize
    >>> deserialize(serialize(DTypePolicy("mixed_float16")))
    <DTypePolicy "mixed_float16">
    """
    name = config["class_name"]
    known = {"DTypePolicy": DTypePolicy, "FloatDTypePolicy": DTypePolicy, "DTypePolicyMap": DTypePolicyMap}
    cls = (custom_objects or {}).get(name) or known.get(name)
    if cls is None:
        raise ValueError(f"[dtype] expected the dict of one of {', '.join(known)}, got {name!r}")
    return cls.from_config(config["config"])

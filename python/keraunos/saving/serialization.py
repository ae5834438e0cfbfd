"""Objects to plain dictionaries and back, in the format of Keras 3 files.

An object becomes `{"module": "keras.layers", "class_name": "Dense", "config": {...}, "registered_name": null}`. Reading
one back looks classes up in this package and in the registry alone; it never imports or calls what a file names.
"""

import importlib
import inspect
import types

import numpy as np

from keraunos._naming import nearest
from keraunos.saving import registration

_PACKAGES = (
    "layers", "models", "initializers", "regularizers", "constraints", "activations", "losses", "metrics", "optimizers",
    "optimizers.schedules", "random", "dtype_policies", "callbacks", "layers.feature_space", "distillation",
    "applications.layers",
)  # fmt: skip
_PRIMITIVES = (str, bool, int, float, type(None))


def public_module(cls):
    """The module Keras files name for a class of this package: `keraunos.layers.dense` gives `keras.layers`."""
    explicit = cls.__dict__.get("_public_module")
    if explicit is not None:
        return explicit
    parts = cls.__module__.split(".")
    if parts[0] != "keraunos":
        return cls.__module__
    if parts[1:3] == ["optimizers", "schedules"]:
        return "keras.optimizers.schedules"
    return "keras" if parts[1] == "dtype_policies" else ".".join(["keras", *parts[1:2]])


def serialize_keras_object(obj):
    """`obj` as a structure of dicts, lists, strings and numbers.

    Args:
        obj: a Keras object with `get_config`, a function, a number, string, array, or a (nested) list, tuple or dict.

    Raises:
        ValueError: for lambdas and objects without `get_config`.

    Example:

    >>> import keraunos as keras
    >>> keras.saving.serialize_keras_object(keras.initializers.Zeros())["class_name"]
    'Zeros'
    """
    if isinstance(obj, _PRIMITIVES):
        return obj
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, list):
        return [serialize_keras_object(item) for item in obj]
    if isinstance(obj, tuple):
        return {"class_name": "__tuple__", "config": {"value": [serialize_keras_object(item) for item in obj]}}
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, np.ndarray) or type(obj).__name__ in ("Tensor", "Variable") and hasattr(obj, "numpy"):
        array = np.asarray(obj)
        return {"class_name": "__numpy__", "config": {"value": array.tolist(), "dtype": array.dtype.name}}
    if isinstance(obj, np.dtype):
        return obj.name
    if isinstance(obj, slice):
        bounds = {name: serialize_keras_object(getattr(obj, name)) for name in ("start", "stop", "step")}
        return {"class_name": "__slice__", "config": bounds}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, types.FunctionType) or inspect.isbuiltin(obj):
        return _serialize_function(obj)
    if inspect.isclass(obj):
        return _entry(obj, "type", obj.__name__)
    if not hasattr(obj, "get_config"):
        raise ValueError(f"[saving] expected an object with get_config(), got {type(obj).__name__}: {obj!r}")
    entry = _entry(type(obj), type(obj).__name__, obj.get_config())
    build_config = obj.get_build_config() if hasattr(obj, "get_build_config") else None
    if build_config is not None:
        entry["build_config"] = serialize_shapes(build_config)
    if hasattr(obj, "get_compile_config"):
        compile_config = obj.get_compile_config()
        if compile_config is not None:
            entry["compile_config"] = compile_config
    return entry


def serialize_shapes(config):
    """Shapes as lists, as JSON has them."""
    if isinstance(config, dict):
        return {key: serialize_shapes(value) for key, value in config.items()}
    return [serialize_shapes(item) for item in config] if isinstance(config, (list, tuple)) else config


def _serialize_function(function):
    if function.__name__ == "<lambda>":
        raise ValueError(
            "[saving] a lambda has no name to be found by; use a function with register_keras_serializable"
        )
    name = registration.get_registered_name(function)
    registered = "function" if name == function.__name__ else name
    return {"module": "builtins", "class_name": "function", "config": function.__name__, "registered_name": registered}


def _entry(target, class_name, config):
    module = public_module(target)
    own = module == "keras" or module.startswith("keras.") and not module.startswith("keras.src")
    name = registration.get_registered_name(target)
    registered = name if not own or name != target.__name__ else None
    return {"module": module, "class_name": class_name, "config": config, "registered_name": registered}


def deserialize_keras_object(config, custom_objects=None, safe_mode=True, **kwargs):
    """The object that `serialize_keras_object` wrote.

    Args:
        config: dict (or nested structure of them).
        custom_objects: dict of name -> class or function that take precedence over this package's.
        safe_mode: accepted for compatibility; code in files is never run.

    Raises:
        ValueError: for a class that is neither of this package nor registered.

    Example:

    >>> import keraunos as keras
    >>> layer = keras.layers.Dense(3, activation="relu")
    >>> keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer)).units
    3
    """
    if config is None or isinstance(config, (bool, int, float)):
        return config
    if isinstance(config, str):
        found = registration.get_registered_object(config, custom_objects, kwargs.get("module_objects"))
        return config if found is None else found
    if isinstance(config, (list, tuple)):
        return [deserialize_keras_object(item, custom_objects) for item in config]
    if not isinstance(config, dict):
        raise TypeError(f"[saving] expected a serialized object, got {type(config).__name__}: {config!r}")
    if "class_name" not in config or "config" not in config:
        return {key: deserialize_keras_object(value, custom_objects) for key, value in config.items()}
    class_name, inner = config["class_name"], config["config"]
    if class_name in _LITERALS:
        return _LITERALS[class_name](inner, custom_objects)
    if class_name in ("function", "type"):
        return find_object(inner, config.get("module"), config.get("registered_name"), custom_objects)
    cls = find_object(class_name, config.get("module"), config.get("registered_name"), custom_objects)
    with registration.CustomObjectScope(custom_objects):
        obj = cls.from_config(dict(inner)) if hasattr(cls, "from_config") else cls(**inner)
        build_config = config.get("build_config")
        if build_config and hasattr(obj, "build_from_config") and not getattr(obj, "built", True):
            obj.build_from_config(build_config)
        compile_config = config.get("compile_config")
        if compile_config and hasattr(obj, "compile_from_config"):
            obj.compile_from_config(compile_config)
    return obj


_LITERALS = {
    "__tuple__": lambda inner, custom: tuple(deserialize_keras_object(item, custom) for item in inner["value"]),
    "__bytes__": lambda inner, custom: inner["value"].encode("utf-8"),
    "__numpy__": lambda inner, custom: np.array(inner["value"], dtype=inner["dtype"]),
    "__tensor__": lambda inner, custom: np.array(inner["value"], dtype=inner["dtype"]),
    "__slice__": lambda inner, custom: slice(inner["start"], inner["stop"], inner["step"]),
    "__ellipsis__": lambda inner, custom: Ellipsis,
}


def find_object(name, module=None, registered_name=None, custom_objects=None):
    """The class or function a serialized object names.

    Looks at `custom_objects`, the active scopes and the registry first (by registered and by plain name), then at the
    package that `module` names, then at all of this package's.
    """
    for key in (registered_name, name):
        found = registration.get_registered_object(key, custom_objects) if key else None
        if found is not None:
            return found
    if module is not None and module != "builtins" and not module.startswith("keras"):
        raise ValueError(
            f"[saving] {module}.{name} is not part of the package; pass custom_objects={{{name!r}: ...}} "
            "or register it with keras.saving.register_keras_serializable"
        )
    candidates = [package for package in _PACKAGES if module and module == f"keras.{package}"]
    known = set()
    for package in candidates or _PACKAGES:
        namespace = _package(package)
        if namespace is None:
            continue
        if name in dir(namespace):
            return getattr(namespace, name)
        known.update(key for key in dir(namespace) if not key.startswith("_"))
    raise ValueError(f"[saving] unknown class or function {name!r}; {nearest(name, known)}")


def _package(name):
    try:
        return importlib.import_module(f"keraunos.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"keraunos.{name}":
            raise
        return None

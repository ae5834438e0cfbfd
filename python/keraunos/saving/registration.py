"""The registry of user classes and functions that serialized models may refer to by name."""

import inspect
import threading

_objects = {}
_names = {}
_local = threading.local()


def _scoped():
    return _local.__dict__.setdefault("scopes", [])


class CustomObjectScope:
    """Makes objects known by name to deserialization inside a `with` block.

    Args:
        custom_objects: dict of name -> class or function.

    Example:

    >>> import keraunos as keras
    >>> with keras.saving.custom_object_scope({"shift": lambda x: x + 1}):
    ...     layer = keras.layers.Activation("shift")
    """

    def __init__(self, custom_objects):
        self.custom_objects = custom_objects or {}

    def __enter__(self):
        _scoped().append(self.custom_objects)
        return self

    def __exit__(self, *exception):
        _scoped().pop()


custom_object_scope = CustomObjectScope


def get_custom_objects():
    """The dict of globally registered objects; adding to it registers them.

    >>> from keraunos.saving import get_custom_objects
    >>> isinstance(get_custom_objects(), dict)
    True
    """
    return _objects


def register_keras_serializable(package="Custom", name=None):
    """Decorator: registers a class or function under `"package>name"`, so that files that use it can be loaded.

    Args:
        package: prefix that keeps names of different projects apart.
        name: default: the name of the class or function.

    Raises:
        ValueError: for a class without `get_config`.

    Example:

    >>> import keraunos as keras
    >>> @keras.saving.register_keras_serializable(package="doc")
    ... def shift(x):
    ...     return x + 1
    >>> keras.saving.get_registered_name(shift)
    'doc>shift'
    """

    def register(target):
        registered = f"{package}>{name or target.__name__}"
        if inspect.isclass(target) and not hasattr(target, "get_config"):
            raise ValueError(f"[saving] {target.__name__} needs a get_config() method before it can be registered")
        _objects[registered] = target
        _names[target] = registered
        return target

    return register


def get_registered_name(obj):
    """The name `obj` was registered under, else its `__name__`.

    >>> from keraunos.saving import get_registered_name
    >>> get_registered_name(len)
    'len'
    """
    try:
        return _names.get(obj, obj.__name__)
    except TypeError:
        return obj.__name__


def get_registered_object(name, custom_objects=None, module_objects=None):
    """The object known as `name`: in `custom_objects`, the active scopes, the registry, `module_objects`; or None.

    >>> from keraunos.saving import get_registered_object
    >>> get_registered_object("twice", {"twice": abs})
    <built-in function abs>
    """
    for known in (custom_objects or {}, *reversed(_scoped()), _objects, module_objects or {}):
        if name in known:
            return known[name]
    return None

"""Objects as dictionaries in the form of Keras 2: `{"class_name": ..., "config": ...}`, functions as their names."""

import inspect

from keraunos._naming import nearest
from keraunos.saving import registration

__all__ = ["deserialize_keras_object", "serialize_keras_object"]


def serialize_keras_object(instance):
    """An object in the form of Keras 2.

    Args:
        instance: object with `get_config`, function, or None.

    Raises:
        ValueError: for anything else.

    >>> import keraunos as keras
    >>> keras.legacy.saving.serialize_keras_object(keras.initializers.Constant(2.0))
    {'class_name': 'Constant', 'config': {'value': 2.0}}
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config"):
        config = {key: _inner(value) for key, value in instance.get_config().items()}
        return {"class_name": registration.get_registered_name(type(instance)), "config": config}
    if hasattr(instance, "__name__"):
        return registration.get_registered_name(instance)
    raise ValueError(f"[saving] expected an object with get_config(), or a function, got {instance!r}")


def _inner(value):
    return serialize_keras_object(value) if hasattr(value, "get_config") or inspect.isfunction(value) else value


def deserialize_keras_object(identifier, module_objects=None, custom_objects=None, printable_module_name="object"):
    """The object that Keras 2, or `serialize_keras_object` above, wrote.

    Args:
        identifier: dict, name, function, or None. Classes that are named are instantiated.
        module_objects: dict of name -> class or function to look names up in.
        custom_objects: the same; they come first.
        printable_module_name: what kind of object it is, for messages.

    Raises:
        ValueError: for unknown names, and anything else.

    >>> import keraunos as keras
    >>> known = {"Constant": keras.initializers.Constant}
    >>> written = {"class_name": "Constant", "config": {"value": 2.0}}
    >>> keras.legacy.saving.deserialize_keras_object(written, known).value
    2.0
    """
    if identifier is None or inspect.isfunction(identifier):
        return identifier
    if isinstance(identifier, str):
        found = _find(identifier, module_objects, custom_objects, printable_module_name)
        return found() if inspect.isclass(found) else found
    if not isinstance(identifier, dict) or not {"class_name", "config"} <= set(identifier):
        raise ValueError(
            f"[saving] expected a name or a dict with class_name and config for the {printable_module_name}, "
            f"got {identifier!r}"
        )
    cls = _find(identifier["class_name"], module_objects, custom_objects, printable_module_name)
    config = {
        key: deserialize_keras_object(value, module_objects, custom_objects, printable_module_name)
        if isinstance(value, dict) and {"class_name", "config"} <= set(value)
        else value
        for key, value in identifier["config"].items()
    }
    with registration.CustomObjectScope(custom_objects):
        return cls.from_config(config) if hasattr(cls, "from_config") else cls(**config)


def _find(name, module_objects, custom_objects, kind):
    found = registration.get_registered_object(name, custom_objects, module_objects)
    if found is None:
        known = {**(module_objects or {}), **(custom_objects or {})}
        raise ValueError(
            f"[saving] unknown {kind} {name!r}; {nearest(name, known) if known else 'give custom_objects'}"
        )
    return found

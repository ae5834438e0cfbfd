"""One way to turn "glorot_uniform", a dict, a class or an instance into an object, shared by all packages."""

import importlib
import inspect

from keraunos._naming import nearest, snake_case
from keraunos.saving import registration
from keraunos.saving.serialization import deserialize_keras_object


def folded(name):
    """Names are equal when they are equal without case, underscores and blanks."""
    return name.replace("_", "").replace(" ", "").replace("-", "").lower()


class Namespace:
    """The objects of one package by name.

    Args:
        tag: what they are, for error messages.
        package: module whose attributes they are.
        names: their names.
        aliases: other name -> name.
    """

    def __init__(self, tag, package, names, aliases=None):
        self.tag = tag
        self.package = package
        self.names = tuple(names)
        self.aliases = {folded(alias): name for alias, name in (aliases or {}).items()}
        self.exact = set(self.names)
        self.by_folded_name = {}
        for name in self.names:
            self.by_folded_name.setdefault(folded(name), []).append(name)

    def find(self, name):
        """The object called `name`. Lower-case names prefer functions over classes of the same folded name."""
        custom = registration.get_registered_object(name)
        if custom is not None:
            return custom
        if name not in self.exact:
            candidates = self.by_folded_name.get(folded(name), [])
            lower = [candidate for candidate in candidates if candidate == candidate.lower()]
            matches = lower or candidates or [self.aliases.get(folded(name))]
            if name != name.lower():
                matches = candidates or matches
            if matches[0] is None:
                hints = [n if n == n.lower() else snake_case(n) for n in self.names]
                raise ValueError(f"[{self.tag}] unknown {self.tag} {name!r}; {nearest(name, hints)}")
            name = matches[0]
        return getattr(importlib.import_module(self.package), name)

    def get(self, identifier, base=None):
        """An instance (or function) for `identifier`: a name, a serialized dict, a class, an instance or a function."""
        if identifier is None:
            return None
        if isinstance(identifier, str):
            found = self.find(identifier)
        elif isinstance(identifier, dict):
            found = self.deserialize(identifier)
        else:
            found = identifier
        if inspect.isclass(found):
            found = found()
        if callable(found) or base is not None and isinstance(found, base):
            return found
        raise ValueError(
            f"[{self.tag}] expected a name, a {self.tag} object or a callable, got "
            f"{type(identifier).__name__}: {identifier!r}"
        )

    def deserialize(self, config, custom_objects=None):
        """The object of a serialized dict or name; one without a module is looked up in this package first."""
        if isinstance(config, str):
            with registration.CustomObjectScope(custom_objects):
                return self.find(config)
        if isinstance(config, dict) and config.get("module") is None and isinstance(config.get("class_name"), str):
            with registration.CustomObjectScope(custom_objects):
                try:
                    cls = self.find(config["class_name"])
                except ValueError:
                    cls = None
                if inspect.isclass(cls):
                    return cls.from_config(dict(config.get("config", {})))
        return deserialize_keras_object(config, custom_objects=custom_objects)

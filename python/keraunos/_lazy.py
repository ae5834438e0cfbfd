"""Lazy package attributes (PEP 562): a name is imported when somebody asks for it, so that `import keraunos` stays
cheap."""

import importlib


def attach(package, members, modules=(), wrap=None):
    """Returns `__getattr__`, `__dir__` and `__all__` for a package's `__init__`.

    Args:
        package: `__name__` of the package.
        members: public name -> submodule that defines it, ".package.module" in another package; ":attribute" behind it
            where the names differ.
        modules: names of submodules that are public themselves.
        wrap: a function of (value, name of the package) that gives what takes the place of a member.
    """
    names = sorted({*members, *modules})

    def resolve(name):
        if name in members:
            module, _, attribute = members[name].partition(":")
            value = getattr(importlib.import_module(f".{module}", package), attribute or name)
            value = value if wrap is None else wrap(value, package)
        elif name in modules:
            value = importlib.import_module(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(importlib.import_module(package), name, value)
        return value

    return resolve, lambda: names, names

"""Models in pickles and copies: their config, their arrays and what layers keep in files, all in memory."""

import inspect
import os
import tempfile

import numpy as np

from keraunos.saving.keras_archive import Folders
from keraunos.saving.serialization import deserialize_keras_object, serialize_keras_object
from keraunos.saving.state import load_state, save_state


class Arrays(dict):
    """The arrays of one layer or optimizer by name."""

    def shape(self, name):
        """Shape of an array, None where there is none."""
        return np.shape(self[name]) if name in self else None


class Memory(dict):
    """`Arrays` by the path of their owner, for `save_state` and `load_state`."""

    def make(self, path, name=None):
        """The arrays of an object, to be filled."""
        return self.setdefault(path, Arrays())

    def get(self, path):
        """The arrays of an object, empty where it has none."""
        return self[path] if path in self else Arrays()


def reduced(model):
    """What `Model.__reduce__` returns: how to make the model again, with its weights and its optimizer's state.

    Classes and functions of the user's are referred to by pickle itself, so they must be importable where it is read.
    """
    state, files = Memory(), {}
    with tempfile.TemporaryDirectory() as folder:
        assets = Folders(folder)
        if model.built:
            save_state(model, state, assets)
        for name in assets.files():
            with open(os.path.join(folder, name), "rb") as file:
                files[name] = file.read()
    return restored, (serialize_keras_object(model), _custom(model), state, files)


def restored(config, custom, state, files):
    """The model that `reduced` took apart."""
    model = deserialize_keras_object(config, custom_objects=custom)
    with tempfile.TemporaryDirectory() as folder:
        assets = Folders(folder)
        for name, content in files.items():
            with open(os.path.join(assets.make(os.path.dirname(name)), os.path.basename(name)), "wb") as file:
                file.write(content)
        load_state(model, state, assets)
    return model


def _custom(model):
    """{name in configs: class or function} of everything in the model that is not part of this package."""
    found, stack, seen = {}, [model, getattr(model, "_compile_arguments", None)], set()
    while stack:
        item = stack.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, (list, tuple)):
            stack += item
        else:
            target = item if inspect.isfunction(item) or inspect.isclass(item) else type(item)
            if _is_own(target):
                found[target.__name__] = target
            if hasattr(item, "get_config"):
                stack += list(vars(item).values())
    return found


def _is_own(target):
    """Whether a class or function is the user's rather than Python's, NumPy's or this package's."""
    module = (getattr(target, "__module__", None) or "builtins").split(".")[0]
    return module not in ("keraunos", "builtins", "numpy") and (
        hasattr(target, "get_config") or inspect.isfunction(target)
    )

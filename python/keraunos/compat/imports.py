"""The imports of other libraries' names: a finder that gives modules of this package for `keras` and `tensorflow`."""

import importlib
import importlib.abc
import importlib.util
import sys

# The names that scripts import -> the modules behind them.
_ROOTS = {
    "keras": "keraunos",
    "tensorflow.keras": "keraunos",
    "tensorflow": "keraunos.compat.tensorflow",
    "tf_keras": "keraunos",
}
# Where older versions of Keras kept what is elsewhere now.
_MOVED = {
    "keraunos.layers.experimental": "keraunos.layers",
    "keraunos.layers.experimental.preprocessing": "keraunos.layers",
    "keraunos.layers.preprocessing": "keraunos.layers",
    "keraunos.optimizers.experimental": "keraunos.optimizers",
    "keraunos.utils.np_utils": "keraunos.utils",
    "keraunos.models.functional": "keraunos.models",
    "keraunos.layers.core": "keraunos.layers",
    "keraunos.layers.convolutional": "keraunos.layers",
    "keraunos.layers.normalization": "keraunos.layers",
    "keraunos.layers.merge": "keraunos.layers",
    "keraunos.wrappers.scikit_learn": "keraunos.wrappers",
    "keraunos.engine": None,
    "keraunos.src": None,
}


def target_of(name):
    """The module of this package behind an import of `name`, or None for other libraries' names.

    >>> from keraunos.compat.imports import target_of
    >>> target_of("tensorflow.keras.layers"), target_of("numpy")
    ('keraunos.layers', None)
    """
    for root in sorted(_ROOTS, key=len, reverse=True):
        if name == root or name.startswith(root + "."):
            return _ROOTS[root] + name[len(root) :]
    return None


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds this package's modules under other names."""

    def find_spec(self, name, path=None, target=None):
        """The spec of a module that `create_module` then looks up; an error for one that is not covered."""
        behind = target_of(name)
        if behind is None:
            return None
        behind = _MOVED.get(behind, behind)
        if behind is None or not _exists(behind):
            raise ModuleNotFoundError(f"[compat] {name} is not covered by keraunos", name=name)
        return importlib.util.spec_from_loader(name, self, origin=behind, is_package=True)

    def create_module(self, spec):
        """The module itself, which thereby has two names."""
        module = importlib.import_module(spec.origin)
        # `import` sets the attributes of a new module; this one keeps its own.
        spec.loader_state = {
            key: module.__dict__.get(key) for key in ("__spec__", "__loader__", "__package__", "__path__")
        }
        return module

    def exec_module(self, module):
        """Nothing is left to do: the module is there, with the attributes that it had before."""
        for key, value in module.__spec__.loader_state.items():
            if value is not None:
                setattr(module, key, value)


def _exists(name):
    """Whether a name leads to a module or package; it is imported on the way."""
    try:
        return importlib.import_module(name) is not None
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(error.name + ".")):
            return False
        raise


_finder = Finder()


def install():
    """Makes imports of `keras` and `tensorflow` in this process lead to this package.

    Raises:
        RuntimeError: when one of them has been imported already.

    >>> import keraunos as keras
    >>> keras.compat.install()
    >>> from tensorflow.keras.layers import Dense
    >>> Dense is keras.layers.Dense
    True
    >>> keras.compat.uninstall()
    """
    if _finder in sys.meta_path:
        return
    present = [name for name in ("keras", "tensorflow") if name in sys.modules]
    if present:
        raise RuntimeError(f"[compat] {present[0]} has been imported already; begin with a fresh process or kernel")
    sys.meta_path.insert(0, _finder)


def uninstall():
    """Takes back what `install` did, for imports to come."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name in [name for name in sys.modules if target_of(name) is not None]:
        del sys.modules[name]


def load_ipython_extension(ipython):
    """`%load_ext keraunos`: from then on, imports in the notebook lead to this package.

    >>> import keraunos as keras
    >>> keras.load_ipython_extension(None)
    >>> keras.compat.uninstall()
    """
    install()

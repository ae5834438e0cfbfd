"""The version, as the installed package's metadata has it (written once, in pyproject.toml)."""

from importlib import metadata

try:
    __version__ = metadata.version("keraunos")
except metadata.PackageNotFoundError:  # run from the sources
    __version__ = "0+source"


def version():
    """The version of the package, as in `keraunos.__version__`.

    >>> import keraunos as keras
    >>> keras.version() == keras.__version__
    True
    """
    return __version__

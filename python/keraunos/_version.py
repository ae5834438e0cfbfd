"""The version, as the installed package's metadata has it (written once, in pyproject.toml)."""

from importlib import metadata

try:
    __version__ = metadata.version("keraunos")
except metadata.PackageNotFoundError:  # run from the sources
    __version__ = "0+source"

"""The version, as the installed package's metadata has it (written once, in pyproject.toml)."""

from importlib import metadata

__version__ = metadata.version("keraunos")

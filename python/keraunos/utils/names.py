"""Names of other packages that `keras.utils` has too."""

from keraunos.backend.dtypes import standardize_dtype
from keraunos.config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)

__all__ = [
    "disable_interactive_logging",
    "enable_interactive_logging",
    "is_interactive_logging_enabled",
    "standardize_dtype",
]

"""Settings under their names in `keras.backend`."""

from keraunos._naming import unique_name
from keraunos.config import epsilon, floatx, image_data_format, set_epsilon, set_floatx, set_image_data_format
from keraunos.config.switches import backend
from keraunos.symbolic.keras_tensor import is_keras_tensor
from keraunos.utils.session import clear_session

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "is_keras_tensor",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]


def get_uid(prefix=""):
    """How many names with a prefix there have been, this one included.

    Args:
        prefix: str. Counts are those of automatic names, which `clear_session` starts anew.

    >>> import keraunos as keras
    >>> keras.backend.get_uid("example"), keras.backend.get_uid("example")
    (1, 2)
    """
    name = unique_name(prefix)
    return int(name[len(prefix) + 1 :] or 0) + 1

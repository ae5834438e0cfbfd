"""Checks of arguments that convolutions, pooling and image ops share."""

from keraunos import _naming, config


def int_tuple(tag, name, value, length, minimum=1):
    """`value` (an int or `length` ints) as a tuple of `length` ints.

    Args:
        tag: who asks, for the message.
        name: the argument's name.
        minimum: smallest number allowed.

    Raises:
        ValueError: for anything else.

    >>> from keraunos._arguments import int_tuple
    >>> int_tuple("conv2d", "strides", 2, 2)
    (2, 2)
    """
    values = (value,) * length if _is_int(value) else tuple(value) if isinstance(value, (tuple, list)) else ()
    if len(values) != length or not all(_is_int(v) and v >= minimum for v in values):
        raise ValueError(
            f"[{tag}] {name} must be an integer of at least {minimum}"
            f"{f', or {length} of them' if length > 1 else ''}; got {value!r}"
        )
    return tuple(int(v) for v in values)


def _is_int(value):
    return hasattr(value, "__index__") and not isinstance(value, bool) and getattr(value, "shape", ()) == ()


def one_of(tag, name, value, allowed):
    """`value`, if it is one of the strings `allowed`; raises ValueError with the closest one else."""
    if value not in allowed:
        listed = ", ".join(repr(a) for a in allowed)
        raise ValueError(f"[{tag}] {name} must be one of {listed}; got {value!r}, {_naming.nearest(value, allowed)}")
    return value


def data_format(tag, value):
    """`"channels_last"` or `"channels_first"`; None: the setting of `keras.config`.

    >>> from keraunos._arguments import data_format
    >>> data_format("conv2d", None)
    'channels_last'
    """
    return one_of(tag, "data_format", value or config.image_data_format(), ("channels_last", "channels_first"))

"""Automatic names: "Dense" becomes "dense", the next one "dense_1"."""

import difflib
import re
import threading

_local = threading.local()


def snake_case(name):
    """Keras's lower-case form of a class name.

    >>> snake_case("LeakyReLU"), snake_case("RMSprop"), snake_case("Conv2D")
    ('leaky_re_lu', 'rm_sprop', 'conv2d')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def unique_name(prefix):
    """`prefix` the first time it is asked for, then `prefix_1`, `prefix_2`, ..."""
    counts = _local.__dict__.setdefault("counts", {})
    number = counts.get(prefix, 0)
    counts[prefix] = number + 1
    return f"{prefix}_{number}" if number else prefix


def automatic_name(cls):
    """The next free name for an instance of `cls`."""
    return unique_name(snake_case(cls.__name__))


def reset_names():
    """Starts counting from the beginning, as `clear_session` does."""
    _local.__dict__.pop("counts", None)


def nearest(name, known):
    """A hint for error messages: the known name closest to `name`, or a few of them."""
    known = sorted(known)
    by_lower_case = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(str(name).lower(), by_lower_case, n=1)
    if close:
        return f"did you mean {by_lower_case[close[0]]!r}?"
    return f"known are {', '.join(known[:8])}{', ...' if len(known) > 8 else ''}"

"""`tf.strings`: arrays of strings, on the host."""

import re

import numpy as np


def _each(function, value):
    found = np.vectorize(function, otypes=[object])(np.asarray(value, object))
    return found.item() if found.ndim == 0 else found


def lower(input, encoding="", name=None):
    """Lower case."""
    return _each(lambda text: text.lower(), input)


def upper(input, encoding="", name=None):
    """Upper case."""
    return _each(lambda text: text.upper(), input)


def strip(input, name=None):
    """Without blanks at both ends."""
    return _each(lambda text: text.strip(), input)


def length(input, unit="BYTE", name=None):
    """Number of bytes or characters."""
    count = _each(lambda text: len(text.encode()) if unit == "BYTE" and isinstance(text, str) else len(text), input)
    return np.asarray(count, "int32")


def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    """Every match of `pattern` replaced."""
    # TensorFlow's patterns are RE2's, whose replacements name groups as Python's do.
    return _each(lambda text: re.sub(pattern, rewrite, text, count=0 if replace_global else 1), input)


def join(inputs, separator="", name=None):
    """Strings one after another, element by element."""
    total = np.asarray(inputs[0], object)
    for part in inputs[1:]:
        total = total + separator + np.asarray(part, object)
    return str(total) if np.ndim(total) == 0 else total


def split(input, sep=None, maxsplit=-1, name=None):
    """A list of the parts of one string; a list of such lists for an array."""
    if np.ndim(input) == 0:
        return (input.item() if hasattr(input, "item") else input).split(sep, maxsplit)
    return [split(text, sep, maxsplit) for text in np.asarray(input, object)]


def __getattr__(name):
    raise AttributeError(f"[compat] tf.strings.{name} is not covered by keraunos")

"""Names: "Dense" becomes "dense", the next one "dense_1"; a scope is a prefix of paths."""

import difflib
import re
import threading

_local = threading.local()


def snake_case(name):
    """Keras's lower-case form of a class name.

    >>> from keraunos._naming import snake_case
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


class name_scope:
    """A prefix, in a `with` block, for the paths of variables that are created and layers that are built there.

    Args:
        name: the prefix; must not contain `/`.
        caller, deduplicate: entering the same name for the same caller twice in a row adds it once.
        override_parent: path that replaces the scopes around this one.

    Raises:
        ValueError: for a name with `/`, or one that is no string.

    Example:

    >>> import keraunos as keras
    >>> with keras.name_scope("encoder"):
    ...     weight = keras.Variable(0.0, name="scale")
    >>> weight.path
    'encoder/scale'
    """

    def __init__(self, name, caller=None, deduplicate=True, override_parent=None):
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"[name_scope] name must be a string without '/', got {name!r}")
        self.name, self.caller, self.deduplicate = name, caller, deduplicate
        self.override_parent = override_parent
        self._entered = []  # per entrance, whether it added a prefix

    def __enter__(self):
        scopes = _local.__dict__.setdefault("scopes", [])
        around = scopes[-1] if scopes else None
        same = around is not None and self.caller is not None and self.caller is around.caller
        self._entered.append(not (self.deduplicate and same and self.name == around.name))
        if self._entered[-1]:
            scopes.append(self)
        return self

    def __exit__(self, *exception):
        if self._entered.pop():
            _local.scopes.pop()


def scoped(path):
    """`path` after the names of the scopes in force."""
    parts = []
    for scope in _local.__dict__.get("scopes", ()):
        if scope.override_parent is not None:
            parts = [part for part in scope.override_parent.split("/") if part]
        parts.append(scope.name)
    return "/".join([*parts, path])


def nearest(name, known):
    """A hint for error messages: the known name closest to `name`, or a few of them."""
    known = sorted(known)
    by_lower_case = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(str(name).lower(), by_lower_case, n=1)
    if close:
        return f"did you mean {by_lower_case[close[0]]!r}?"
    return f"known are {', '.join(known[:8])}{', ...' if len(known) > 8 else ''}"

"""`keras.tree`: nested lists, tuples and dicts, taken apart, walked through and put together again.

Branches are `list`, `tuple`, named tuples, `deque`, `dict`, `OrderedDict` and `defaultdict`; all else, `None` and other
subclasses included, is a leaf. Values of a dict come in the order of their sorted keys, whatever order they were
entered in; those of an `OrderedDict` in its own. Rules: https://keras.io/api/utils/tree_utils/ and optree, which Keras
uses.
"""

import collections
import reprlib
import warnings

__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]

_shown = reprlib.repr  # shortened: leaves may be large
_MAPPINGS = (dict, collections.OrderedDict, collections.defaultdict)


class MAP_TO_NONE:
    """What a function given to `traverse` returns to put `None` in the place of a part.

    >>> from keraunos import tree
    >>> tree.traverse(lambda part: tree.MAP_TO_NONE if part == 1 else None, [1, 2])
    [None, 2]
    """


def _sorted_keys(keys):
    """Keys in order; those of several types by the name of the type first; as they are where nothing sorts them."""
    for rule in (None, lambda key: (type(key).__qualname__, key)):
        try:
            return sorted(keys, key=rule)
        except TypeError:
            continue
    return list(keys)


def _branch(structure):
    """(keys, children, function that builds such a branch from new children), None for a leaf."""
    kind = type(structure)
    if kind in (list, tuple):
        return range(len(structure)), structure, kind
    if kind in _MAPPINGS:
        keys = list(structure) if kind is collections.OrderedDict else _sorted_keys(structure)
        return keys, [structure[key] for key in keys], lambda children: _mapping(structure, keys, children)
    if kind is collections.deque:
        rebuild = lambda children: collections.deque(children, structure.maxlen)  # noqa: E731
    elif isinstance(structure, tuple) and hasattr(kind, "_make"):
        rebuild = kind._make
    elif isinstance(structure, tuple) and hasattr(kind, "n_sequence_fields"):  # such as time.struct_time
        rebuild = kind
    else:
        return None
    return range(len(structure)), list(structure), rebuild


def _mapping(like, keys, children):
    values = dict(zip(keys, children, strict=True))
    ordered = {key: values[key] for key in like}
    if type(like) is collections.defaultdict:
        return collections.defaultdict(like.default_factory, ordered)
    return type(like)(ordered)


def _family(structure):
    """Branches of one family with the same keys are the same structure."""
    return dict if type(structure) in _MAPPINGS else type(structure)


def _matching(structure, others, tag):
    """The children of every one of `others`, which must be branches like `structure`."""
    keys = _branch(structure)[0]
    rows = []
    for other in others:
        same = _family(other) is _family(structure)
        if not same or len(other) != len(keys) or (_family(other) is dict and set(other) != set(keys)):
            raise ValueError(f"[{tag}] expected the structure of {_shown(structure)}, got {_shown(other)}")
        rows.append([other[key] for key in keys])
    return rows


def is_nested(structure):
    """Whether `structure` is a branch rather than a leaf.

    Args:
        structure: anything.

    >>> from keraunos import tree
    >>> tree.is_nested({"a": 1}), tree.is_nested("text")
    (True, False)
    """
    return _branch(structure) is not None


def flatten(structure):
    """The leaves, from left to right.

    Args:
        structure: anything; a leaf gives a list of itself.

    >>> from keraunos import tree
    >>> tree.flatten({"b": [1, 2], "a": None})
    [None, 1, 2]
    """
    branch = _branch(structure)
    return [structure] if branch is None else [leaf for child in branch[1] for leaf in flatten(child)]


def flatten_with_path(structure):
    """The leaves with the way to each.

    Args:
        structure: anything.

    Returns:
        List of (path, leaf); a path is a tuple of keys and indices.

    >>> from keraunos import tree
    >>> tree.flatten_with_path([{"a": 42}])
    [((0, 'a'), 42)]
    """
    branch = _branch(structure)
    if branch is None:
        return [((), structure)]
    return [((key, *path), leaf) for key, child in zip(*branch[:2], strict=True)
            for path, leaf in flatten_with_path(child)]  # fmt: skip


def map_structure(func, *structures, none_is_leaf=True):
    """A function of every leaf, or of the leaves in one place of several structures.

    Args:
        func: function of as many arguments as there are structures.
        *structures: structures of one form.
        none_is_leaf: whether `func` gets `None`, too; otherwise it stays as it is.

    Returns:
        The results in the form of the first structure.

    Raises:
        TypeError: when `func` is no function.
        ValueError: for structures of different forms, and for none at all.

    >>> from keraunos import tree
    >>> tree.map_structure(lambda a, b: a + b, {"x": 1}, {"x": 10})
    {'x': 11}
    """
    if not callable(func):
        raise TypeError(f"[map_structure] expected a function, got {func!r}")
    if not structures:
        raise ValueError("[map_structure] expected at least one structure")
    return _map(func, structures, none_is_leaf)


def _map(func, structures, none_is_leaf):
    first, *others = structures
    branch = _branch(first)
    if branch is None:
        missing = [s is None and not none_is_leaf for s in structures]
        if any(missing) and not all(missing) or any(is_nested(other) for other in others):
            raise ValueError(f"[map_structure] expected the structure of {_shown(first)}, got {_shown(others[0])}")
        return None if any(missing) else func(*structures)
    rows = zip(branch[1], *_matching(first, others, "map_structure"), strict=True)
    return branch[2]([_map(func, row, none_is_leaf) for row in rows])


def map_structure_up_to(shallow_structure, func, *structures):
    """`map_structure` that goes no deeper than another structure.

    Args:
        shallow_structure: what lies at its leaves is given to `func`, leaf or not.
        func: function of as many arguments as there are structures.
        *structures: structures of the form of `shallow_structure`, or deeper.

    Raises:
        TypeError: when `func` is no function.
        ValueError: for structures of another form, and for none at all.

    >>> from keraunos import tree
    >>> tree.map_structure_up_to([None, None], len, [[1, 2, 3], [4]])
    [3, 1]
    """
    if not callable(func):
        raise TypeError(f"[map_structure_up_to] expected a function, got {func!r}")
    if not structures:
        raise ValueError("[map_structure_up_to] expected at least one structure")
    branch = _branch(shallow_structure)
    if branch is None:
        return func(*structures)
    rows = _matching(shallow_structure, structures, "map_structure_up_to")
    return branch[2]([map_structure_up_to(*pair) for pair in _pairs(branch[1], func, rows)])


def _pairs(shallow, func, rows):
    return ((child, func, *parts) for child, *parts in zip(shallow, *rows, strict=True))


def assert_same_structure(a, b, check_types=None):
    """Raises unless two structures have the same branches.

    Args:
        a, b: structures. Leaves may differ; `dict`, `OrderedDict` and `defaultdict` with the same keys are the same.
        check_types: without effect, as in Keras.

    Raises:
        ValueError: when they differ.

    >>> from keraunos import tree
    >>> tree.assert_same_structure([1, {"a": 2}], [3, {"a": 4}])
    """
    if check_types is not None:
        warnings.warn(
            "[assert_same_structure] check_types has no effect; assert_same_paths is the comparison without types",
            DeprecationWarning,
            stacklevel=2,
        )
    _map(lambda *leaves: None, (a, b), True)


def assert_same_paths(a, b):
    """Raises unless the leaves of two structures have the same paths, whatever the types of the branches.

    Args:
        a, b: structures.

    Raises:
        ValueError: with the paths that only one of them has.

    >>> from keraunos import tree
    >>> tree.assert_same_paths([0, 1], (2, 3))
    """
    paths = [{path for path, _ in flatten_with_path(s)} for s in (a, b)]
    if paths[0] != paths[1]:
        raise ValueError(
            f"[assert_same_paths] only in a: {sorted(paths[0] - paths[1], key=repr)}, "
            f"only in b: {sorted(paths[1] - paths[0], key=repr)}"
        )


def pack_sequence_as(structure, flat_sequence):
    """Leaves in the form of a structure: the inverse of `flatten`.

    Args:
        structure: the form.
        flat_sequence: iterable of the leaves.

    Raises:
        TypeError: when `flat_sequence` is not iterable.
        ValueError: for too few or too many leaves.

    >>> from keraunos import tree
    >>> tree.pack_sequence_as({"b": 0, "a": [0, 0]}, [1, 2, 3])
    {'b': 3, 'a': [1, 2]}
    """
    leaves = list(flat_sequence)
    expected = len(flatten(structure))
    if len(leaves) != expected:
        raise ValueError(f"[pack_sequence_as] expected {expected} leaves for {_shown(structure)}, got {len(leaves)}")
    rest = iter(leaves)
    return _map(lambda _: next(rest), (structure,), True)


def traverse(func, structure, top_down=True):
    """A function of every part of a structure, branches and leaves, depth first.

    Args:
        func: gets a part. `None` goes on into the part's children (`top_down`) or keeps the part; any other result
            replaces it, `MAP_TO_NONE` by `None`.
        structure: anything.
        top_down: whether a branch comes before its children rather than after.

    Returns:
        The structure with the replacements.

    Raises:
        TypeError: when `func` is no function.

    >>> from keraunos import tree
    >>> tree.traverse(lambda part: len(part) if isinstance(part, tuple) else None, [(1, 2), 3])
    [2, 3]
    """
    if not callable(func):
        raise TypeError(f"[traverse] expected a function, got {func!r}")
    result = func(structure) if top_down else None
    if result is None:
        branch = _branch(structure)
        if branch is not None:
            structure = branch[2]([traverse(func, child, top_down) for child in branch[1]])
        result = None if top_down else func(structure)
    if result is None:
        return structure
    return None if result is MAP_TO_NONE else result


def lists_to_tuples(structure):
    """The structure with tuples for its lists.

    Args:
        structure: anything.

    >>> from keraunos import tree
    >>> tree.lists_to_tuples([1, {"a": [2]}])
    (1, {'a': (2,)})
    """
    return traverse(lambda part: tuple(part) if isinstance(part, list) else None, structure, top_down=False)


def map_shape_structure(func, structure):
    """A function of every shape; lists and tuples of nothing but ints and `None` are shapes.

    Args:
        func: function of a shape; other leaves are given to it as well.
        structure: anything.

    >>> from keraunos import tree
    >>> tree.map_shape_structure(len, {"a": (None, 3), "b": [(2,)]})
    {'a': 2, 'b': [1]}
    """
    shape = isinstance(structure, (list, tuple)) and all(isinstance(n, (int, type(None))) for n in structure)
    branch = None if shape else _branch(structure)
    if branch is None:
        return func(structure)
    return branch[2]([map_shape_structure(func, child) for child in branch[1]])

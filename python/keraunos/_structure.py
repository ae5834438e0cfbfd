"""Nested tuples, lists and dicts of arrays or tensors: taking them apart and putting them together.

The leaves of a dict come in the order of its sorted keys, as in `keras.tree`, so that two dicts with the same keys meet
leaf by leaf.
"""


def ordered(dictionary):
    """The values of a dict by sorted keys; in their own order where keys cannot be compared."""
    try:
        return [dictionary[key] for key in sorted(dictionary)]
    except TypeError:
        return list(dictionary.values())


def flatten(structure):
    """Leaves of nested lists, tuples and dicts; None is no leaf."""
    if isinstance(structure, dict):
        structure = ordered(structure)
    elif not isinstance(structure, (list, tuple)):
        return [] if structure is None else [structure]
    return [leaf for value in structure for leaf in flatten(value)]


def pack(structure, leaves):
    """`leaves` (an iterator) in the form of `structure`."""
    if isinstance(structure, dict):
        try:
            found = {key: pack(structure[key], leaves) for key in sorted(structure)}
        except TypeError:
            return {key: pack(value, leaves) for key, value in structure.items()}
        return {key: found[key] for key in structure}
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(pack(value, leaves) for value in structure))
    if isinstance(structure, (list, tuple)):
        return (tuple if isinstance(structure, tuple) else list)(pack(value, leaves) for value in structure)
    return None if structure is None else next(leaves)


def map_leaves(structure, function):
    """Applies `function` to every leaf."""
    return pack(structure, iter([function(leaf) for leaf in flatten(structure)]))

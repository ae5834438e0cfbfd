"""Nested tuples, lists and dicts of arrays or tensors: taking them apart and putting them together."""


def flatten(structure):
    """Leaves of nested lists, tuples and dicts; None is no leaf."""
    if isinstance(structure, dict):
        return [leaf for value in structure.values() for leaf in flatten(value)]
    if isinstance(structure, (list, tuple)):
        return [leaf for value in structure for leaf in flatten(value)]
    return [] if structure is None else [structure]


def pack(structure, leaves):
    """`leaves` (an iterator) in the form of `structure`."""
    if isinstance(structure, dict):
        return {key: pack(value, leaves) for key, value in structure.items()}
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(pack(value, leaves) for value in structure))
    if isinstance(structure, (list, tuple)):
        return type(structure)(pack(value, leaves) for value in structure)
    return None if structure is None else next(leaves)


def map_leaves(structure, function):
    """Applies `function` to every leaf."""
    return pack(structure, iter([function(leaf) for leaf in flatten(structure)]))

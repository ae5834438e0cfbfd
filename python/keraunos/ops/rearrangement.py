"""`keras.ops`: axes rearranged by a pattern of names."""

import re

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor


def rearrange(tensor, pattern, **axes_lengths):
    """`tensor` with its axes taken apart, permuted and put together as a pattern says.

    Args:
        tensor: tensor.
        pattern: `"names of its axes -> names of the result's"`; names in parentheses are one axis, the last one
            fastest.
        axes_lengths: extents of named axes; in each parenthesis on the left one may be left open.

    Raises:
        ValueError: for a pattern that does not fit the tensor.

    Source: Rogozhnikov, "Einops: clear and reliable tensor manipulations with Einstein-like notation", ICLR 2022.

    >>> from keraunos import ops
    >>> ops.rearrange(ops.ones((2, 6, 4, 3)), "b (h s) w c -> b h w (s c)", s=2).shape
    (2, 3, 4, 6)
    """
    tensor = as_tensor(tensor)
    left, arrow, right = pattern.partition("->")
    source, target = _groups(left), _groups(right)
    names = [name for group in source for name in group]
    wanted = [name for group in target for name in group]
    if not arrow or len(source) != tensor.ndim or len(set(names)) != len(names) or sorted(names) != sorted(wanted):
        raise ValueError(
            f"[rearrange] {pattern!r} does not fit a tensor of shape {tensor.shape}: expected one name or parenthesis "
            "per axis on the left, and the same names on the right"
        )
    extents = dict(axes_lengths)
    for group, extent in zip(source, tensor.shape, strict=True):
        _measure(pattern, group, extent, extents)
    apart = p.reshape(tensor, [extents[name] for name in names])
    moved = p.transpose(apart, [names.index(name) for name in wanted])
    return p.reshape(moved, [_product(extents[name] for name in group) for group in target])


def _groups(side):
    """The names of each axis: `"a (b c)"` gives [["a"], ["b", "c"]]."""
    return [re.findall(r"\w+", group) for group in re.findall(r"\w+|\([^)]*\)", side)]


def _measure(pattern, group, extent, extents):
    """Adds the extents of a group's names to `extents`."""
    known = _product(extents[name] for name in group if name in extents)
    open_names = [name for name in group if name not in extents]
    if len(open_names) == 1 and known and extent % known == 0:
        extents[open_names[0]] = extent // known
    elif open_names or known != extent:
        raise ValueError(
            f"[rearrange] {pattern!r}: ({' '.join(group)}) with {extents} does not fit an axis of {extent} elements"
        )


def _product(extents):
    product = 1
    for extent in extents:
        product *= extent
    return product

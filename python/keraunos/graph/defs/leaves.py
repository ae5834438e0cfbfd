"""Leaves of a graph: inputs, variables and constants. They lower to buffers, not to instructions."""

from keraunos.graph.opdef import define


def _no_instruction(node, builder):
    """The builder has given the leaf its buffer already."""


def _leaf(name, reference):
    define(name, infer=None, reference=reference, lower=_no_instruction)


_leaf("placeholder", None)
_leaf("variable", None)
_leaf("constant", lambda value: value)

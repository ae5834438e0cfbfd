"""Nested tuples, lists and dicts of arrays or tensors, for what lies above the graph."""

from keraunos.graph.structure import flatten as flatten
from keraunos.graph.structure import map_leaves as map_leaves
from keraunos.graph.structure import pack as pack

"""keras.tree: the order of leaves, what is a branch, and structures that do not fit. Expectations are what Keras 3.15.1
with optree gives."""

import collections
import time

import numpy as np
import pytest
from keraunos import tree

Point = collections.namedtuple("Point", "x y")


class OwnDict(dict):
    """No branch: only the types themselves are."""


@pytest.mark.parametrize(
    ("structure", "leaves"),
    [
        (5, [5]),
        (None, [None]),
        ([], []),
        ({}, []),
        ([[1, None], (2,), []], [1, None, 2]),
        ({"b": 1, "a": [2, 3]}, [2, 3, 1]),
        ({100: "w", 6: "h"}, ["h", "w"]),
        ({"a": 1, 2: "b"}, ["b", 1]),  # int before str
        (collections.OrderedDict(b=1, a=2), [1, 2]),
        (collections.defaultdict(list, b=1, a=2), [2, 1]),
        (Point(1, (2, 3)), [1, 2, 3]),
        (collections.deque([1, 2]), [1, 2]),
        (time.gmtime(0), [1970, 1, 1, 0, 0, 0, 3, 1, 0]),
        (OwnDict(a=1), [OwnDict(a=1)]),
        (collections.Counter("a"), [collections.Counter("a")]),
        ({1, 2}, [{1, 2}]),
        ("ab", ["ab"]),
        (range(2), [range(2)]),
    ],
)
def test_leaves_and_back(structure, leaves):
    assert tree.flatten(structure) == leaves
    assert [leaf for _, leaf in tree.flatten_with_path(structure)] == leaves
    assert tree.is_nested(structure) == (leaves != [structure])
    again = tree.pack_sequence_as(structure, iter(leaves))
    assert again == structure and type(again) is type(structure)


def test_packing_keeps_the_order_of_keys_and_what_a_container_knows():
    assert list(tree.pack_sequence_as({"b": 0, "a": 0}, [1, 2]).items()) == [("b", 2), ("a", 1)]
    assert tree.pack_sequence_as(collections.deque([0], 3), [1]).maxlen == 3
    assert tree.pack_sequence_as(collections.defaultdict(int, a=0), [1])["unknown"] == 0


@pytest.mark.parametrize("leaves", [[1], [1, 2, 3]])
def test_packing_needs_as_many_leaves(leaves):
    with pytest.raises(ValueError, match="expected 2 leaves"):
        tree.pack_sequence_as((0, 0), leaves)


def test_paths():
    structure = [{"foo": 42, "a": (1, Point(3, 4))}]
    assert tree.flatten_with_path(structure) == [
        ((0, "a", 0), 1), ((0, "a", 1, 0), 3), ((0, "a", 1, 1), 4), ((0, "foo"), 42),
    ]  # fmt: skip
    assert tree.flatten_with_path(3) == [((), 3)]
    tree.assert_same_paths([0, 1], (2, 3))
    tree.assert_same_paths([0, 1], {0: 1, 1: 2})
    with pytest.raises(ValueError, match=r"only in a: \[\(1,\)\], only in b: \[\('b',\)\]"):
        tree.assert_same_paths([0, 1], {0: 1, "b": 2})


def test_mapping_several_structures():
    both = tree.map_structure(lambda a, b: (a, b), collections.OrderedDict(b=1, a=2), {"a": 3, "b": 4})
    assert both == collections.OrderedDict(b=(1, 4), a=(2, 3)) and type(both) is collections.OrderedDict
    assert tree.map_structure(np.add, Point(1, 2), Point(3, 4)) == Point(4, 6)
    assert tree.map_structure(lambda a: (a,), [None, 1]) == [(None,), (1,)]
    assert tree.map_structure(lambda a, b: (a, b), [None, 1], [None, 2], none_is_leaf=False) == [None, (1, 2)]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1, 2], (1, 2)),
        ([1, 2], [1, 2, 3]),
        ([1, 2], [1, [2]]),
        ([1, [2]], [1, 2]),
        ([], [1]),
        (1, [1]),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        (Point(1, 2), (1, 2)),
        (Point(1, 2), collections.namedtuple("Point", "x y")(1, 2)),
        ({0: 1}, [1]),
    ],
)
def test_structures_that_differ(a, b):
    for first, second in ((a, b), (b, a)):
        with pytest.raises(ValueError, match="expected the structure of"):
            tree.map_structure(lambda x, y: None, first, second)
        with pytest.raises(ValueError, match="expected the structure of"):
            tree.assert_same_structure(first, second)


def test_structures_that_do_not():
    tree.assert_same_structure([1, {"a": None}], [None, collections.defaultdict(int, a=3)])
    with pytest.warns(DeprecationWarning, match="assert_same_paths"):
        tree.assert_same_structure([1], [2], check_types=False)


@pytest.mark.parametrize("pair", [([None, 1], [2, 3]), ([2, 1], [None, 3])])
def test_none_against_a_leaf_when_none_is_no_leaf(pair):
    with pytest.raises(ValueError, match="expected the structure of"):
        tree.map_structure(lambda a, b: a, *pair, none_is_leaf=False)


def test_mapping_up_to():
    assert tree.map_structure_up_to([1, [1]], str, [[1, 1], [2]]) == ["[1, 1]", ["2"]]
    assert tree.map_structure_up_to(None, len, [[1], [2]]) == 2
    assert tree.map_structure_up_to([0, 0], lambda a, b: (a, b), [[1], 2], [3, 4]) == [([1], 3), (2, 4)]
    for shallow in ([1, [1]], [1, (1,)]):
        with pytest.raises(ValueError, match="expected the structure of"):
            tree.map_structure_up_to(shallow, str, [1, 2] if shallow[1] == [1] else [1, [2]])


def test_mapping_shapes():
    found = tree.map_shape_structure(lambda s: ("S", s), {"a": (1, None), "b": [(2, 3), [4, 5]], "c": [(), "x"]})
    assert found == {"a": ("S", (1, None)), "b": [("S", (2, 3)), ("S", [4, 5])], "c": [("S", ()), ("S", "x")]}


def test_traversing():
    structure, seen = [(1, 2), [3], {"b": 5, "a": None}], []
    assert tree.traverse(seen.append, structure) == structure
    assert seen == [structure, (1, 2), 1, 2, [3], 3, {"b": 5, "a": None}, None, 5]
    seen.clear()
    assert tree.traverse(seen.append, structure, top_down=False) == structure
    assert seen == [1, 2, (1, 2), 3, [3], None, 5, {"b": 5, "a": None}, structure]
    replaced = tree.traverse(lambda s: tree.MAP_TO_NONE if s == 1 else 9 if s == [3] else None, structure)
    assert replaced == [(None, 2), 9, {"b": 5, "a": None}]
    assert tree.lists_to_tuples([1, {"a": [2, (3, [4])]}]) == (1, {"a": (2, (3, (4,)))})


@pytest.mark.parametrize("call", [
    lambda: tree.map_structure(3, [1]), lambda: tree.map_structure_up_to(1, 3, [1]), lambda: tree.traverse(3, [1]),
])  # fmt: skip
def test_what_is_no_function(call):
    with pytest.raises(TypeError, match="expected a function, got 3"):
        call()


def test_no_structure_at_all():
    for call in (lambda: tree.map_structure(len), lambda: tree.map_structure_up_to([1], len)):
        with pytest.raises(ValueError, match="at least one structure"):
            call()


def test_messages_stay_short():
    with pytest.raises(ValueError) as raised:
        tree.map_structure(lambda a, b: a, list(range(10_000)), [1])
    assert len(str(raised.value)) < 120

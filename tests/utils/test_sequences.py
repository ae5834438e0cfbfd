"""pad_sequences against a loop, and what it does not take. Values of Keras: tests/parity."""

import keraunos as keras
import numpy as np
import pytest
from keraunos.utils import pad_sequences

RAGGED = [[1, 2, 3, 4], [], [5], (6, 7), np.array([8, 9, 10])]


@pytest.mark.parametrize("maxlen", [None, 0, 1, 3, 6])
@pytest.mark.parametrize("truncating", ["pre", "post"])
@pytest.mark.parametrize("padding", ["pre", "post"])
def test_by_definition(padding, truncating, maxlen):
    found = pad_sequences(RAGGED, maxlen, "float32", padding, truncating, -1)
    length = 4 if maxlen is None else maxlen
    assert found.shape == (5, length) and found.dtype == np.float32
    for row, sequence in zip(found.tolist(), RAGGED, strict=True):
        kept = list(sequence)
        while len(kept) > length:
            kept.pop(0 if truncating == "pre" else -1)
        while len(kept) < length:
            kept.insert(0 if padding == "pre" else len(kept), -1)
        assert row == kept


def test_elements_of_several_numbers_and_text():
    found = pad_sequences([[[1, 2]], [[3, 4], [5, 6]], []], value=9)
    assert found.tolist() == [[[9, 9], [1, 2]], [[3, 4], [5, 6]], [[9, 9], [9, 9]]]
    words = pad_sequences([["a"], ["long word", "b"]], dtype=object, value="", padding="post")
    assert words.tolist() == [["a", ""], ["long word", "b"]]
    assert pad_sequences([]).shape == (0, 0) and pad_sequences([[], []]).shape == (2, 0)


def test_the_older_place():
    assert keras.preprocessing.sequence.pad_sequences is pad_sequences


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (([1, [2]],), "got int: 1"),
        ((5,), "got int: 5"),
        (([[1], [[2]]],), r"sequence 1: expected elements of shape \(\), got \(1,\)"),
        (([["a"]], None, "int32", "pre", "pre", "x"), "use dtype=object"),
        (([[1]], None, "int32", "before"), "padding must be one of"),
        (([[1]], None, "int32", "pre", "ost"), "did you mean 'post'"),
    ],
)
def test_errors(arguments, match):
    with pytest.raises(ValueError, match=match):
        pad_sequences(*arguments)

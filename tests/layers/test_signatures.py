"""Arguments of layers: their names, order and defaults are those of Keras 3.15, which signatures.txt holds: names of
layers, then what they are called with; lines that are indented go on."""

import inspect
import pathlib
import re

import pytest
from keraunos import layers

TABLE = re.sub(r"\n +", " ", (pathlib.Path(__file__).parent / "signatures.txt").read_text()).splitlines()
SIGNATURES = [
    (name, "(" + signature)
    for names, _, signature in (line.partition(" (") for line in TABLE)
    for name in names.split()
]


def one_number(signature):
    """`signature` with strides of `(1, 1)`, one per axis, as the `1` that stands for it."""
    return re.sub(r"\b(strides|dilation_rate)=\((\d)(?:, \2)+\)", r"\1=\2", signature)


@pytest.mark.parametrize(("name", "signature"), SIGNATURES)
def test_signature(name, signature):
    layer = getattr(layers, name)
    found = inspect.signature(layer.__init__ if inspect.isclass(layer) else layer)
    found = found.replace(parameters=[p for p in found.parameters.values() if p.name != "self"])
    assert one_number(str(found)) == one_number(signature)


def test_the_table_is_whole():
    assert len(SIGNATURES) == len({name for name, _ in SIGNATURES}) == 154

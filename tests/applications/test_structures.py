"""Models are those of Keras, layer by layer and variable by variable: structures.py says how the table was made."""

import json

import keraunos as keras
import pytest
from structures import CASES, FILE, QUICK, found, without_values

TABLE = json.loads(FILE.read_text())


def test_the_table_has_every_case():
    assert list(TABLE) == list(CASES)
    assert {CASES[name][0] for name in CASES} == {
        name for name in keras.applications.__all__ if callable(getattr(keras.applications, name))
    }


@pytest.mark.parametrize("name", QUICK)
def test_layers_and_variables_are_those_of_keras(name):
    with without_values():
        assert found(keras, name) == TABLE[name]

"""Every test begins and ends with the default policy."""

import keraunos as keras
import pytest


@pytest.fixture(autouse=True)
def default_policy(monkeypatch):
    monkeypatch.setitem(keras.dtype_policies._global, "policy", None)
    yield
    keras.config.set_floatx("float32")

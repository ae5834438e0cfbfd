"""KERAUNOS_TEST_DEVICE=gpu runs any test on a GPU, with exact float32 products: what holds on the CPU holds there. A
Program that falls back to the CPU fails its test, unless KERAUNOS_TEST_FALLBACK=1."""

import os

import keraunos as keras
import pytest

DEVICE = os.environ.get("KERAUNOS_TEST_DEVICE")


@pytest.fixture(autouse=DEVICE is not None)
def on_device(monkeypatch):
    from keraunos.runtime import devices

    def refuse(message):
        raise AssertionError(message)

    if os.environ.get("KERAUNOS_TEST_FALLBACK") != "1":
        monkeypatch.setattr(devices, "warn_once", refuse)
    keras.config.set_tensor_float_32(False)
    keras.config.set_device(DEVICE or "auto")
    yield
    keras.config.set_device("auto")
    keras.config.set_tensor_float_32(True)

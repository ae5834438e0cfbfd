"""Tests of what only a GPU has: memory, mirrors, exchange with other libraries, graphs. They run on a GPU or on the
emulator (tests/cuda/emulate.sh), and are skipped where there is neither. What holds of every op and layer is tested by
the other suites with KERAUNOS_TEST_DEVICE=gpu."""

import keraunos as keras
import pytest
from keraunos.runtime import cuda


def pytest_collection_modifyitems(items):
    if cuda.count() == 0:
        skip = pytest.mark.skip(reason=f"no GPU: {cuda.missing()}")
        for item in items:
            if "tests/gpu/" in str(item.path):
                item.add_marker(skip)


@pytest.fixture(autouse=True)
def exact():
    keras.config.set_tensor_float_32(False)
    yield
    keras.config.set_tensor_float_32(True)
    keras.config.set_device("auto")


@pytest.fixture
def emulator():
    if cuda.count() == 0 or not cuda.module().emulated:
        pytest.skip("only the emulator notes launches and runs threads in other orders")
    yield cuda.module()
    cuda.module().set_thread_order("forward")

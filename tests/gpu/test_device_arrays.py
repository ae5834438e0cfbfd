"""Memory of the GPU: copies, views, exchange by DLPack, and that it is given back."""

import gc

import keraunos as keras
import numpy as np
import pytest
from foreign import Foreign
from keraunos import layers, ops
from keraunos.graph.device_tensor import DeviceTensor
from keraunos.runtime import cuda
from keraunos.runtime.device_array import DeviceArray
from keraunos.runtime.device_rows import DeviceRows

DTYPES = ["bool", "uint8", "int32", "int64", "float16", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 5), (2, 0, 4), (7, 1, 9)])
def test_there_and_back(shape, dtype):
    array = np.random.default_rng(1).integers(0, 2, shape).astype(dtype)
    found = np.empty_like(array)
    DeviceArray.of(array, dtype, 0).download(found)
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dlpack_both_ways_is_the_same_memory(dtype):
    array = np.arange(12).reshape(3, 4).astype(dtype)
    foreign = Foreign(array)
    tensor = ops.convert_to_tensor(foreign)
    assert isinstance(tensor, DeviceTensor) and tensor.array.address == foreign.held.address
    assert tensor.dtype == dtype and tensor.shape == (3, 4)
    np.testing.assert_array_equal(np.asarray(tensor), array)
    assert foreign.streams == [cuda.module().stream(0)]  # the producer was told whom to wait for


def test_what_is_lent_outlives_the_lender():
    tensor = ops.convert_to_tensor(Foreign(np.full((1000,), 3, "float32")))
    gc.collect()
    others = [DeviceArray.of(np.zeros(1000, "float32"), "float32", 0) for _ in range(8)]
    assert float(ops.sum(tensor)) == 3000 and len(others) == 8


def test_eager_ops_stay_where_their_operands_are():
    x = Foreign(np.arange(6, dtype="float32").reshape(2, 3))
    y = ops.relu(ops.matmul(x, np.ones((3, 2), "float32")) - 4)
    assert isinstance(y, DeviceTensor) and y.device == "gpu:0"
    np.testing.assert_array_equal(np.asarray(y), [[0, 0], [8, 8]])


def test_a_dtype_on_the_way_in():
    tensor = ops.convert_to_tensor(Foreign(np.arange(4)), dtype="float32")
    assert tensor.dtype == "float32"
    np.testing.assert_array_equal(np.asarray(tensor), [0, 1, 2, 3])


def test_views_of_device_tensors_copy_nothing():
    tensor = ops.convert_to_tensor(Foreign(np.arange(6, dtype="float32")))
    assert ops.reshape(tensor, (2, 3)).array.address == tensor.array.address


def test_rows_are_views_and_numpy_gets_copies():
    rows = DeviceRows.of(Foreign(np.arange(12, dtype="float32").reshape(4, 3)))
    part = rows[1:3]
    assert part.array.address == rows.array.address + 12 and part.shape == (2, 3)
    np.testing.assert_array_equal(np.asarray(part), [[3, 4, 5], [6, 7, 8]])
    assert rows[4:].shape == (0, 3) and rows[-1:].shape == (1, 3)
    np.testing.assert_array_equal(rows[::2], [[0, 1, 2], [6, 7, 8]])
    assert DeviceRows.of(Foreign(np.arange(3)))[:, None].shape == (3, 1)


def test_copies_beyond_a_block_are_refused():
    block = cuda.module().Block(0, 16)
    with pytest.raises(ValueError, match=r"\[copy\]"):
        block.upload(np.zeros(5, "float32"))
    with pytest.raises(ValueError, match=r"\[copy\]"):
        block.download(np.zeros(2, "float32"), 9)
    with pytest.raises(ValueError):
        block.upload(np.zeros((4, 4), "float32")[:, :2])


def test_too_much_memory_is_a_memory_error():
    with pytest.raises(MemoryError, match=r"\[cuda\] cudaMalloc"):
        cuda.module().Block(0, 1 << 50)


def test_memory_returns_when_a_model_goes():
    gc.collect()
    before = cuda.module().memory(0)["used"]
    with keras.device("gpu"):
        model = keras.Sequential([keras.Input((64,)), layers.Dense(512), layers.Dense(512), layers.Dense(1)])
        model.compile("adam", "mse")
        model.fit(np.zeros((96, 64), "float32"), np.zeros((96, 1), "float32"), verbose=0)
        used = cuda.module().memory(0)["used"] - before
    weights = sum(v.nbytes for v in model.variables)
    live = sum(v.nbytes for v in (*model.variables, *model.optimizer.variables))
    assert used >= live > weights
    del model
    gc.collect()
    report = cuda.module().memory(0)
    # Other tests' operations keep their Programs; what the cache keeps is bounded.
    assert report["used"] - before < live
    assert report["cached"] <= max(16 << 20, report["used"] // 5)

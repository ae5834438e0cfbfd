"""Names of devices, the choice between them, and what is said when one is missing."""

import warnings

import keraunos as keras
import numpy as np
import pytest
from keraunos import _cpu, layers, ops
from keraunos.graph.device_tensor import DeviceTensor
from keraunos.runtime import cuda, devices, gpu


def test_devices_are_listed():
    assert keras.devices()[:2] == ["cpu", "gpu:0"]


@pytest.mark.parametrize("name, canonical", [("gpu", "gpu:0"), ("cuda:0", "gpu:0"), ("GPU:0", "gpu:0"), ("cpu", "cpu")])
def test_names(name, canonical):
    keras.config.set_device(name)
    assert keras.config.device() == canonical


@pytest.mark.parametrize("name", ["gpu:7", "tpu", "", "gpu:x"])
def test_a_device_that_is_not_there(name):
    with pytest.raises(ValueError, match=r"\[device\] expected 'auto' or one of cpu, gpu:0"):
        keras.config.set_device(name)


def test_the_innermost_scope_counts():
    keras.config.set_device("cpu")
    with keras.device("gpu"):
        assert isinstance(ops.ones((2,)) + 1, DeviceTensor)
        with keras.device("cpu"):
            assert not isinstance(ops.ones((2,)) + 1, DeviceTensor)
        assert isinstance(ops.ones((2,)) + 1, DeviceTensor)
    assert not isinstance(ops.ones((2,)) + 1, DeviceTensor)


def test_scopes_end_with_exceptions():
    with pytest.raises(RuntimeError), keras.device("gpu"):
        raise RuntimeError
    assert devices.setting() == "auto"


def small_and_large(rows, width):
    model = keras.Sequential([layers.Dense(width), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.zeros((rows, width), "float32"), np.zeros((rows, 1), "float32"), batch_size=rows, verbose=0)
    return model


def test_the_choice_is_free_and_follows_the_work():
    assert small_and_large(8, 4)._programs.target.name == "cpu"
    assert small_and_large(512, 700)._programs.target.name == "gpu:0"


# docs/cuda.md names these: layouts that only a processor wants are never asked of a GPU, the others run on the CPU.
LAYOUTS = {"gemm_add", "gemm_pack", "gemm_packed", "gemm_packed_bias", "winograd_conv", "winograd_conv_bias",
           "winograd_kernels", "winograd_inputs", "winograd_output_grads", "winograd_kernel_grads"}  # fmt: skip
CPU_ALONE = {"cholesky", "triangular_solve", "lu", "qr", "eigh", "svd", "fft"}


def test_every_other_kernel_of_the_cpu_is_there_in_every_dtype():
    on_gpu = cuda.kernels()
    missing = {row["name"]: set(row["dtypes"]) - on_gpu[row["name"]] for row in _cpu.op_table()}
    assert {name for name, dtypes in missing.items() if dtypes} == LAYOUTS | CPU_ALONE
    assert not any(on_gpu[name] for name in LAYOUTS | CPU_ALONE)


@pytest.mark.parametrize("name, run", [
    ("cholesky", lambda: ops.cholesky(np.eye(3, dtype="float32"))),
    ("triangular_solve", lambda: ops.solve_triangular(np.eye(3, dtype="float32"), np.ones((3, 1), "float32"))),
    ("lu", lambda: ops.lu_factor(np.eye(3, dtype="float32"))),
    ("qr", lambda: ops.qr(np.eye(3, dtype="float32"))),
    ("eigh", lambda: ops.eigh(np.eye(3, dtype="float32"))),
    ("svd", lambda: ops.svd(np.eye(3, dtype="float32"))),
    ("fft", lambda: ops.fft((np.ones(4, "float32"), np.zeros(4, "float32")))),
])  # fmt: skip
def test_what_runs_on_the_cpu_alone_says_so(name, run, monkeypatch):
    monkeypatch.setattr(devices, "_warned", set())
    with keras.device("gpu"), pytest.warns(UserWarning, match=rf"gpu:0 has no kernel for .*{name}\.float32"):
        got = run()
    with keras.device("cpu"):
        wanted = run()
    for a, b in zip(keras.tree.flatten(got), keras.tree.flatten(wanted), strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_has_no_kernel_is_named_once_and_runs_on_the_cpu(monkeypatch):
    everything = cuda.kernels()
    monkeypatch.setattr(cuda, "kernels", lambda: {**everything, "softplus": frozenset()})
    monkeypatch.setattr(devices, "_warned", set())
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(2, name="first"), layers.Activation("softplus", name="bent")]
    )
    x = np.ones((4, 3), "float32")
    with keras.device("cpu"):
        wanted = model.predict(x, verbose=0)
    with (
        keras.device("gpu"),
        pytest.warns(UserWarning, match=r"gpu:0 has no kernel for softplus.float32 \(layer .*bent\)"),
    ):
        got = model.predict(x, verbose=0)
    np.testing.assert_array_equal(got, wanted)
    with keras.device("gpu"), warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict(x[:2], verbose=0)


def test_exact_products_are_asked_for(monkeypatch):
    asked = []
    original = gpu.DeviceProgram.__init__
    monkeypatch.setattr(
        gpu.DeviceProgram, "__init__", lambda self, *a: (asked.append(a[2]), original(self, *a)) and None
    )
    with keras.device("gpu"):
        keras.function(lambda x: x @ x)(np.ones((3, 3), "float32"))
        keras.config.set_tensor_float_32(True)
        keras.function(lambda x: x @ x)(np.ones((3, 3), "float32"))
    assert asked == [True, False]


def test_tensor_float_32_rounds_factors():
    """1 + 2^-12 has 12 bits of mantissa; TF32 keeps 10."""
    x = np.full((64, 64), 1 + 2.0**-12, "float32")
    exact = 64 * (1 + 2.0**-12) ** 2
    with keras.device("gpu"):
        assert abs(float(ops.matmul(x, x)[0, 0]) - exact) <= 64 * exact * 2.0**-24
        keras.config.set_tensor_float_32(True)
        rounded = keras.function(lambda a: ops.matmul(a, a))(x)
    assert float(rounded[0, 0]) == 64

"""Cases of convolutions: sizes by hand, results against sums in double."""

import numpy as np
import pytest
from keraunos import config

from benchmarks.kernels.cases import prepare, prepare_direct, tolerance
from benchmarks.kernels.convolutions import LAYERS, Layer, _cases_of


def test_sizes_of_known_layers():
    by_name = {layer.name: layer for layer in LAYERS}
    assert len(by_name) == len(LAYERS)
    stem = by_name["ResNet 7x7/2 3->64 at 224, batch 8"]
    assert stem.shapes == ((8, 224, 224, 3), (7, 7, 3, 64), (8, 112, 112, 64))
    assert stem.flops == 2 * 8 * 112 * 112 * 64 * 7 * 7 * 3
    valid = by_name["LeNet 5x5 6->16 at 14 valid, batch 32"]
    assert valid.shapes == ((32, 14, 14, 6), (5, 5, 6, 16), (32, 10, 10, 16))
    depthwise = by_name["MobileNet depthwise 3x3 64->64 at 56, batch 8"]
    assert depthwise.shapes[1] == (3, 3, 1, 64)
    assert depthwise.flops == 2 * 8 * 56 * 56 * 64 * 9


def reference(layer, arrays, what):
    """Sums in double, tap by tap, with every picture padded by zeros."""
    kernel, low, stride, out = layer.kernel, layer.padding, layer.stride, layer.output
    pads = ((0, 0), (low, low), (low, low), (0, 0))
    first, second = (a.astype("float64") for a in arrays)
    x = np.pad(np.zeros(layer.shapes[0]) if what == "dx" else first, pads)
    y, dw = np.zeros(layer.shapes[2]), np.zeros(layer.shapes[1])
    for i in range(kernel):
        for j in range(kernel):
            read = x[:, i : i + out * stride : stride, j : j + out * stride : stride][:, :out, :out]
            if what == "dw":
                term = np.einsum("nhwc,nhwc->c", read, second) if layer.depthwise else 0
                dw[i, j] = term if layer.depthwise else np.einsum("nhwc,nhwf->cf", read, second)
            elif layer.depthwise:
                tap = second[i, j, 0]
                if what == "forward":
                    y += read * tap
                else:
                    read += first * tap
            elif what == "forward":
                y += read @ second[i, j]
            else:
                read += first @ second[i, j].T
    return {"forward": y, "dw": dw, "dx": x[:, low : low + layer.extent, low : low + layer.extent]}[what]


@pytest.mark.parametrize(
    "layer",
    [
        Layer("small", 3, 16, 24, 9, batch=2),
        Layer("small", 3, 3, 8, 8, batch=2, stride=2),
        Layer("small", 5, 6, 16, 11, batch=2, low=0),
        Layer("small", 1, 8, 16, 7, batch=2, stride=2),
        Layer("small", 3, 8, 8, 6, batch=2, depthwise=True),
    ],
    ids=lambda layer: layer.name,
)
def test_results(layer):
    found = list(_cases_of(layer, np.random.default_rng(3)))
    assert [case.name.rsplit(", ", 1)[1] for case in found] == ["forward", "dx", "dw"]
    for case in found:
        want = reference(layer, case.arrays, case.name.rsplit(", ", 1)[1])
        for prepared in (prepare, prepare_direct):
            run, result, _ = prepared(case)
            run(1)
            assert np.abs(result - want).max() <= tolerance(case, result)


def test_direct_kernels_use_no_transforms():
    case = next(_cases_of(Layer("large", 3, 64, 64, 28), np.random.default_rng(3)))
    assert any("winograd" in op for op in prepare(case)[2])
    assert not any("winograd" in op for op in prepare_direct(case)[2])
    assert config.winograd()

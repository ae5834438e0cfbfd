"""What keras.ops.image measures: likeness and edges, against loops and by hand."""

import numpy as np
import pytest
from derivative_checks import RNG, both, check_gradient
from keraunos import ops


def reference_ssim(x, y, peak, size, sigma, k1=0.01, k2=0.03):
    """One window at a time, moments with Gaussian weights; (H, W, C)."""
    places = np.arange(size) - (size - 1) / 2
    weights = np.exp(-(places[:, None] ** 2 + places**2) / (2 * sigma**2))
    weights /= weights.sum()
    c1, c2 = (k1 * peak) ** 2, (k2 * peak) ** 2
    found = []
    for i, j, c in np.ndindex(x.shape[0] - size + 1, x.shape[1] - size + 1, x.shape[2]):
        a, b = x[i : i + size, j : j + size, c], y[i : i + size, j : j + size, c]
        mean_a, mean_b = (weights * a).sum(), (weights * b).sum()
        variances = (weights * (a - mean_a) ** 2).sum() + (weights * (b - mean_b) ** 2).sum()
        covariance = (weights * (a - mean_a) * (b - mean_b)).sum()
        found.append(
            (2 * mean_a * mean_b + c1) * (2 * covariance + c2) / ((mean_a**2 + mean_b**2 + c1) * (variances + c2))
        )
    return np.mean(found)


def test_ssim():
    x, y = RNG.random((2, 2, 12, 13, 3))
    for named, arguments in [
        ({}, (1.0, 11, 1.5)),
        ({"max_val": 2.0, "filter_size": 4, "filter_sigma": 0.8}, (2.0, 4, 0.8)),
        ({"k1": 0.1, "k2": 0.2}, (1.0, 11, 1.5, 0.1, 0.2)),
    ]:
        want = [reference_ssim(a, b, *arguments) for a, b in zip(x, y, strict=True)]
        got = both(lambda a, b, named=named: ops.image.ssim(a, b, **named), x, y)
        # Variances are differences of squares: they lose the digits that mean and deviation have in common, few here.
        np.testing.assert_allclose(got, want, rtol=1e-10)
        first = ops.image.ssim(x.transpose(0, 3, 1, 2), y.transpose(0, 3, 1, 2), data_format="channels_first", **named)
        np.testing.assert_allclose(first, want, rtol=1e-10)
        np.testing.assert_allclose(ops.image.ssim(x[1], y[1], **named), want[1], rtol=1e-10)
    np.testing.assert_allclose(ops.image.ssim(x, x), 1, rtol=1e-12)
    check_gradient(lambda t: ops.image.ssim(t, y[:1, :6, :6, :1], filter_size=3), x[:1, :6, :6, :1])


def test_ssim_of_integers_and_errors():
    x = RNG.integers(0, 256, (2, 16, 16, 1)).astype("uint8")
    found = ops.image.ssim(x, x, max_val=255)
    assert found.dtype == "uint8" and found.numpy().tolist() == [1, 1]
    for bad in [(x, x[:, :8]), (x[:, :8], x[:, :8]), (x[0, :, :, 0], x[0, :, :, 0])]:
        with pytest.raises(ValueError, match=r"\[(ssim|conv)"):
            ops.image.ssim(*bad)


def test_psnr():
    x, y = RNG.random((2, 3, 4))
    want = 10 * np.log10(0.7**2 / np.mean((x - y) ** 2))
    np.testing.assert_allclose(both(lambda a, b: ops.psnr(a, b, 0.7), x, y), want, rtol=1e-13)
    assert float(ops.psnr(x, x, 1.0)) == np.inf
    # 3 - 25 of bytes is -22, not 234, and its square 484, not 228.
    low, high = np.full((2,), 3, "uint8"), np.full((2,), 25, "uint8")
    np.testing.assert_allclose(ops.psnr(low, high, 255), 20 * np.log10(255 / 22), rtol=1e-6)
    check_gradient(lambda t: ops.psnr(t, y, 1.0), x)
    with pytest.raises(ValueError, match="one shape"):
        ops.psnr(x, y[:2], 1.0)


def test_sobel_edges():
    x = RNG.normal(size=(2, 5, 6, 3))
    padded = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], "reflect")
    down, smooth = np.array([-1, 0, 1]), np.array([1, 2, 1])
    want = np.zeros((*x.shape, 2))
    for i, j in np.ndindex(3, 3):
        shifted = padded[:, i : i + 5, j : j + 6]
        want[..., 0] += down[i] * smooth[j] * shifted
        want[..., 1] += smooth[i] * down[j] * shifted
    np.testing.assert_allclose(both(ops.image.sobel_edges, x), want, rtol=1e-12, atol=1e-12)
    first = ops.image.sobel_edges(x.transpose(0, 3, 1, 2), data_format="channels_first")
    np.testing.assert_allclose(first, want.transpose(0, 3, 1, 2, 4), rtol=1e-12, atol=1e-12)
    bytes_ = RNG.integers(0, 256, (1, 4, 4, 1)).astype("uint8")
    edges = ops.image.sobel_edges(bytes_)
    assert edges.dtype == "float32"
    np.testing.assert_allclose(edges, ops.image.sobel_edges(bytes_.astype("float64")), atol=1e-3)
    check_gradient(ops.image.sobel_edges, x[:1, :4, :4, :1])
    with pytest.raises(ValueError, match="rank 4"):
        ops.image.sobel_edges(x[0])

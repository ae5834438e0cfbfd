"""What keras.ops.image moves: images resampled to other places and scales, and deformed."""

import keraunos as keras
import numpy as np
import pytest
from derivative_checks import RNG, both, check_gradient
from keraunos import ops

KERNELS = {
    "linear": (1, lambda d: max(0.0, 1 - d)),
    "cubic": (2, lambda d: 1.5 * d**3 - 2.5 * d**2 + 1 if d < 1 else -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2),
    "lanczos3": (3, lambda d: np.sinc(d) * np.sinc(d / 3)),
    "lanczos5": (5, lambda d: np.sinc(d) * np.sinc(d / 5)),
}


def resampled(line, size, scale, translation, method, antialias):
    """One pixel at a time: weights of all pixels by their distance, sum 1."""
    reach, kernel = KERNELS[method]
    stretch = max(1, 1 / scale) if antialias else 1
    out = np.zeros(size)
    for i in range(size):
        source = (i + 0.5 - translation) / scale - 0.5
        if not -0.5 <= source <= len(line) - 0.5:
            continue
        distances = [abs(source - j) / stretch for j in range(len(line))]
        weights = np.array([kernel(d) if d < reach else 0.0 for d in distances])
        out[i] = weights @ line / weights.sum() if abs(weights.sum()) > 1e-3 else 0
    return out


@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("method", list(KERNELS))
def test_scaling_and_moving(method, antialias):
    x = RNG.normal(size=(3, 9))
    for size, scale, move in [(9, 1.0, 0.0), (9, 1.0, 2.25), (20, 2.3, -1.7), (5, 0.4, 0.6), (4, 0.9, -30.0)]:
        want = [resampled(row, size, scale, move, method, antialias) for row in x]

        def run(t, size=size, scale=scale, move=move):
            scales, moves = np.array([scale]), np.array([move])
            return ops.image.scale_and_translate(t, (3, size), scales, moves, (1,), method, antialias)

        # Weights near the ends of a kernel, where the sum of few decides, amplify the error of sines.
        np.testing.assert_allclose(both(run, x, rtol=1e-10), want, rtol=1e-9, atol=1e-9)
        check_gradient(run, x[:3])
    both_axes = ops.image.scale_and_translate(x, (5, 12), np.array([1.5, 1.2]), np.array([0.2, 0.7]), (0, -1), method)
    rows = np.stack([resampled(row, 12, 1.2, 0.7, method, True) for row in x])
    want = np.stack([resampled(column, 5, 1.5, 0.2, method, True) for column in rows.T], 1)
    np.testing.assert_allclose(both_axes, want, rtol=1e-9, atol=1e-9)


def test_scaling_integers_by_symbolic_amounts():
    x = np.array([10, 10, 200, 200, 10, 100], "uint8")
    run = keras.function(lambda t, s, m: ops.image.scale_and_translate(t, (12,), s, m, (0,), "lanczos3"))
    got = run(x, np.array([2.0]), np.array([0.0]))
    # What the kernel overshoots is cut off at the smallest and the largest pixel.
    want = np.clip(np.round(resampled(x.astype(float), 12, 2.0, 0.0, "lanczos3", True)), 10, 200)
    assert got.dtype == "uint8"
    np.testing.assert_array_equal(got, want)
    # By the amount, too, there is a gradient: of a ramp that moves by 1 every pixel inside changes by -1.
    ramp = np.arange(8.0)
    by_move = keras.grad(lambda m: ops.image.scale_and_translate(ramp, (8,), [1.0], m, (0,), "linear")[4])
    np.testing.assert_allclose(by_move(np.array([0.25])), [-1], rtol=1e-12)


def test_errors_of_scaling():
    x = np.ones((4, 4))
    for bad in [([1.0], [0.0], (0, 1), "linear"), ([1.0], [0.0, 1.0], (0,), "linear"), ([1.0], [0.0], (0,), "nearest"),
                ([1.0], [0.0], (2,), "linear")]:  # fmt: skip
        with pytest.raises(ValueError, match="scale_and_translate"):
            ops.image.scale_and_translate(x, (4, 4), *bad)


@pytest.mark.parametrize("mode", ["constant", "nearest", "wrap", "mirror", "reflect"])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_elastic_deformations(mode, interpolation):
    x = RNG.random((2, 16, 12, 3)).astype("float32")
    run = lambda t, **o: ops.image.elastic_transform(  # noqa: E731
        t, alpha=8.0, sigma=2.0, interpolation=interpolation, fill_mode=mode, fill_value=9.0, seed=3, **o
    )
    moved = both(run, x, rtol=1e-5).numpy()
    assert moved.shape == x.shape and moved.dtype == "float32" and not np.allclose(moved, x)
    np.testing.assert_array_equal(moved, run(x))
    inside = moved[np.all(moved < 1, -1)]
    assert inside.min() >= 0 and len(inside) > 100
    # Values are those of the image, or of what fills.
    assert (moved.max() > 1) == (mode == "constant")
    if interpolation == "nearest":
        assert set(np.unique(moved)) <= {*np.unique(x), 9.0}
    first = run(x.transpose(0, 3, 1, 2), data_format="channels_first").numpy()
    np.testing.assert_allclose(first.transpose(0, 2, 3, 1), moved, rtol=1e-6)
    # Channels move together, images each on their own.
    same = np.repeat(x[:1, ..., :1], 3, -1).repeat(2, 0)
    moved = run(same).numpy()
    np.testing.assert_array_equal(moved[..., 0], moved[..., 2])
    assert not np.allclose(moved[0], moved[1])


def test_elastic_deformations_at_the_edges():
    x = RNG.integers(0, 256, (8, 9, 1)).astype("uint8")
    still = ops.image.elastic_transform(x, alpha=0.0, sigma=2.0, seed=1)
    assert still.dtype == "uint8"
    np.testing.assert_array_equal(still, x)
    moved, exact = (ops.image.elastic_transform(t, 8.0, 2.0, seed=1).numpy() for t in (x, x.astype("float32")))
    np.testing.assert_array_equal(moved, np.round(exact))
    assert not np.array_equal(moved, x)
    check_gradient(lambda t: ops.image.elastic_transform(t, 5.0, 1.0, seed=2), x[:4, :4] / 255.0)
    for bad in [{"fill_mode": "edge"}, {"interpolation": "bicubic"}]:
        with pytest.raises(ValueError, match="elastic_transform"):
            ops.image.elastic_transform(x, **bad)

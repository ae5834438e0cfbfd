"""Pixels moved between space and channels, and windows as columns, against loops."""

import numpy as np
import pytest
from derivative_checks import RNG, both, check_gradient
from keraunos import ops


@pytest.mark.parametrize("block", [2, 3])
def test_space_and_depth(block):
    x = RNG.normal(size=(2, 2, 3, 5 * block**2))
    want = np.zeros((2, 2 * block, 3 * block, 5))
    for i, j in np.ndindex(block, block):
        want[:, i::block, j::block] = x[..., (i * block + j) * 5 :][..., :5]
    wide = both(lambda t: ops.depth_to_space(t, block), x)
    np.testing.assert_array_equal(wide, want)
    np.testing.assert_array_equal(both(lambda t: ops.space_to_depth(t, block), want), x)
    first = x.transpose(0, 3, 1, 2)
    wide = ops.depth_to_space(first, block, "channels_first")
    np.testing.assert_array_equal(wide, want.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(ops.space_to_depth(wide, block, data_format="channels_first"), first)
    check_gradient(lambda t: ops.depth_to_space(t, block), x)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "float16"])
def test_space_and_depth_keep_dtypes(dtype):
    x = np.arange(8).reshape(1, 1, 2, 4).astype(dtype)
    assert ops.depth_to_space(x, 2).dtype == dtype
    np.testing.assert_array_equal(ops.space_to_depth(ops.depth_to_space(x, 2), 2), x)


def test_blocks_that_do_not_fit():
    for bad in [
        lambda: ops.depth_to_space(np.ones((1, 2, 2, 6)), 2),
        lambda: ops.depth_to_space(np.ones((2, 2, 4)), 2),
        lambda: ops.depth_to_space(np.ones((1, 2, 2, 4)), 1),
        lambda: ops.space_to_depth(np.ones((1, 3, 2, 4)), 2),
        lambda: ops.space_to_depth(np.ones((1, 2, 2, 4)), 2, "last"),
    ]:
        with pytest.raises(ValueError, match=r"depth_to_space|space_to_depth"):
            bad()


def columns(x, kernel, dilation, padding, stride):
    """Windows of (N, C, H, W) by two loops."""
    x = np.pad(x, [(0, 0), (0, 0), *((a, a) for a in padding)])
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    windows = [
        x[:, :, i : i + reach[0] : dilation[0], j : j + reach[1] : dilation[1]].reshape(x.shape[0], -1)
        for i in range(0, x.shape[2] - reach[0] + 1, stride[0])
        for j in range(0, x.shape[3] - reach[1] + 1, stride[1])
    ]
    return np.stack(windows, -1)


@pytest.mark.parametrize(
    "arguments",
    [((2, 2), (1, 1), (0, 0), (1, 1)), ((3, 2), (1, 2), (1, 0), (2, 1)), ((1, 3), (2, 3), (0, 2), (3, 2)),
     ((7, 6), (1, 1), (0, 0), (1, 1))],
)  # fmt: skip
def test_windows(arguments):
    x = RNG.normal(size=(2, 3, 7, 6))
    got = both(lambda t: ops.unfold(t, *arguments), x)
    np.testing.assert_array_equal(got, columns(x, *arguments))
    # `fold` is the transposed map: <unfold(x), y> = <x, fold(y)>; some 1000 products are added up.
    y = RNG.normal(size=got.shape)
    folded = both(lambda t: ops.fold(t, (7, 6), *arguments), y)
    assert folded.shape == x.shape
    np.testing.assert_allclose(np.sum(folded.numpy() * x), np.sum(got.numpy() * y), rtol=1e-10)
    check_gradient(lambda t: ops.unfold(t, *arguments), x[:1, :1])
    check_gradient(lambda t: ops.fold(t, (7, 6), *arguments), y[:1])


def test_windows_of_integers_and_one_number_for_two():
    x = np.arange(18, dtype="int32").reshape(1, 2, 3, 3)
    got = ops.unfold(x, 2, 1, 0, 1)
    assert got.dtype == "int32"
    np.testing.assert_array_equal(got, columns(x, (2, 2), (1, 1), (0, 0), (1, 1)))
    counted = ops.fold(ops.unfold(np.ones_like(x), 2), 3, 2)
    assert counted.numpy()[0, 1].tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


def test_windows_that_do_not_fit():
    x = np.ones((1, 2, 3, 3))
    for bad in [
        lambda: ops.unfold(x, 4),
        lambda: ops.unfold(x[0], 2),
        lambda: ops.unfold(x, 0),
        lambda: ops.unfold(x, 2, padding=-1),
        lambda: ops.unfold(x, 2, dilation=3),
        lambda: ops.fold(np.ones((1, 8, 5)), 3, 2),
        lambda: ops.fold(np.ones((1, 7, 4)), 3, 2),
        lambda: ops.fold(np.ones((8, 4)), 3, 2),
    ]:
        with pytest.raises(ValueError, match="fold"):
            bad()

"""Functions of keras.ops that NumPy does not have in this form: segments, scatters, sets, loops, derivatives."""

import keraunos as keras
import numpy as np
import pytest
from derivative_checks import RNG, both, check_gradient
from keraunos import ops

IDS = np.array([2, 0, 2, 5, 0, 2, -1, 7], "int32")
SEGMENTS = {
    "segment_sum": (np.sum, 0.0),
    "segment_prod": (np.prod, 1.0),
    "segment_max": (np.max, np.finfo("float64").min),
    "segment_min": (np.min, np.finfo("float64").max),
}


@pytest.mark.parametrize("name", SEGMENTS)
@pytest.mark.parametrize("shape", [(8,), (8, 3), (8, 2, 2)])
def test_segments(name, shape):
    reduce, empty = SEGMENTS[name]
    data = RNG.normal(size=shape)
    want = np.stack([reduce(data[IDS == s], 0) if (IDS == s).any() else np.full(shape[1:], empty) for s in range(6)])
    function = getattr(ops, name)
    np.testing.assert_allclose(both(lambda d, i: function(d, i, 6), data, IDS), want, rtol=1e-14)
    check_gradient(lambda d: function(d, IDS, 6)[::5], data)
    assert function(data, np.abs(IDS)).shape == (8, *shape[1:])
    assert function(data[:0], IDS[:0], 2).shape == (2, *shape[1:])


@pytest.mark.parametrize("name", SEGMENTS)
@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "bool"])
def test_segments_of_integers(name, dtype):
    data = np.array([3, 1, 0, 2]).astype(dtype)
    got = getattr(ops, name)(data, np.array([0, 0, 2, 0]), 2)
    reduce = {"segment_sum": np.sum, "segment_prod": np.prod, "segment_max": np.max, "segment_min": np.min}[name]
    assert got.dtype == dtype and got.shape == (2,)
    assert got.numpy()[0] == np.asarray(reduce(data[[0, 1, 3]])).astype(dtype)


def test_equals_of_a_segment_share_the_gradient():
    gradient = keras.grad(lambda d: ops.sum(ops.segment_max(d, [0, 0, 0, 1], 2)))(np.array([4.0, 1.0, 4.0, 2.0]))
    np.testing.assert_array_equal(gradient, [0.5, 0, 0.5, 1])


def test_products_with_zeros_have_gradients():
    x = np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 1.0], [4.0, 5.0, 6.0]])
    np.testing.assert_array_equal(
        both(keras.grad(lambda t: ops.sum(ops.prod(t, 1))), x), [[0, 6, 0], [0, 0, 0], [30, 24, 20]]
    )
    check_gradient(lambda t: ops.cumprod(t, 1), x)
    check_gradient(lambda t: ops.prod(t, (0, 2)), RNG.normal(size=(2, 3, 2)))
    check_gradient(lambda t: ops.segment_prod(t, [0, 1, 0], 2), x)


def test_scatter_update():
    inputs, indices = RNG.normal(size=(3, 4)), np.array([[1, 2], [0, 0], [1, 2], [5, 0], [2, -1]])
    updates = RNG.normal(size=5)
    inside = [((1, 2), 0), ((0, 0), 1), ((1, 2), 2)]
    for reduction, meet in [
        (None, lambda a, b: b), ("add", np.add), ("mul", np.multiply), ("max", np.maximum), ("min", np.minimum)
    ]:  # fmt: skip
        want = inputs.copy()
        for place, update in inside:
            want[place] = meet(want[place], updates[update])
        function = lambda x, u, r=reduction: ops.scatter_update(x, indices, u, r)  # noqa: E731
        np.testing.assert_allclose(both(function, inputs, updates), want, rtol=1e-14)
        check_gradient(lambda x, r=reduction: ops.scatter_update(x, indices, updates, r), inputs)
        check_gradient(lambda u, r=reduction: ops.scatter_update(inputs, indices, u, r), updates)
    rows = ops.scatter_update(np.zeros((3, 2), "int32"), [[2], [0]], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(rows, [[3, 4], [0, 0], [1, 2]])
    np.testing.assert_array_equal(ops.scatter_update(inputs, np.zeros((0, 2), "int32"), np.zeros(0)), inputs)
    with pytest.raises(ValueError, match=r"\[scatter_update\] reduction"):
        ops.scatter_update(inputs, indices, updates, "mean")


def test_slices_at_computed_places():
    x, part = RNG.normal(size=(4, 5)), RNG.normal(size=(2, 3))
    start = np.array([1, 2], "int32")
    moving = both(lambda x, s: ops.slice(x, [s[0], s[1]], (2, 3)), x, start)
    np.testing.assert_array_equal(moving, x[1:3, 2:5])
    np.testing.assert_array_equal(both(lambda x, s: ops.slice(x, [s[0], 0], (2, -1)), x, start), x[1:3])
    want = x.copy()
    want[1:3, 2:5] = part
    np.testing.assert_array_equal(both(lambda x, s, u: ops.slice_update(x, [s[0], s[1]], u), x, start, part), want)
    # Where the part would stick out it is moved inside.
    np.testing.assert_array_equal(
        both(lambda x, s, u: ops.slice_update(x, [s[0] * 9, s[1] * 9], u), x, start, part)[2:, 2:], part
    )
    check_gradient(lambda u: ops.slice_update(x, (1, 2), u), part)
    check_gradient(lambda t: ops.slice_update(t, (1, 2), part), x)
    with pytest.raises(ValueError, match=r"\[slice\].*does not lie inside"):
        ops.slice(x, (3, 0), (2, 5))
    with pytest.raises(ValueError, match=r"\[slice_update\].*do not fit"):
        ops.slice_update(x, (0, 0), np.ones((5, 5)))


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float64", "bool"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_unique(dtype, axis):
    x = RNG.integers(0, 2 if dtype == "bool" else 3, (6, 3)).astype(dtype)
    got = ops.unique(x, return_index=True, return_inverse=True, return_counts=True, axis=axis)
    want = np.unique(x, return_index=True, return_inverse=True, return_counts=True, axis=axis)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_array_equal(a.numpy().reshape(b.shape), b)
    assert [t.dtype for t in got] == [dtype, "int32", "int32", "int32"]
    assert got[2].shape == (x.shape if axis is None else (x.shape[axis],))


def test_unique_in_order_of_appearance():
    values, index, inverse, counts = ops.unique([5, 2, 5, 9, 2], False, True, True, True)
    assert [t.numpy().tolist() for t in (values, index, inverse, counts)] == [
        [5, 2, 9], [0, 1, 3], [0, 1, 0, 2, 1], [2, 2, 1]
    ]  # fmt: skip


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("size", [2, 3, 6])
def test_unique_of_a_size_is_compiled(size, in_order):
    x = np.array([5, 2, 5, 9, 2], "int32")
    values, index, counts = both(lambda t: ops.unique(t, in_order, True, False, True, size=size, fill_value=-1), x)
    whole = ops.unique(x, in_order, True, False, True)
    for got, want, fill in zip((values, index, counts), whole, (-1, 1, 0), strict=True):
        np.testing.assert_array_equal(got, np.concatenate([want.numpy(), [fill] * 9])[:size])


def test_what_depends_on_values_says_so():
    for call, words in [
        (ops.nonzero, r"\[nonzero\].*ops.where"),
        (ops.unique, r"\[unique\].*give size"),
        (ops.bincount, r"\[bincount\].*num_segments"),
        (lambda x: ops.segment_sum(x, x), r"\[segment_sum\] num_segments"),
        (ops.where, r"\[nonzero\]"),
    ]:
        with pytest.raises(TypeError, match=words):
            keras.function(call)(np.array([1, 0, 2], "int32"))


def test_bincount():
    x = np.array([[1, 1, 3], [0, 5, 5]])
    weights = RNG.normal(size=(2, 3))
    np.testing.assert_array_equal(ops.bincount(x[0], minlength=6), np.bincount(x[0], minlength=6))
    want = np.stack([np.bincount(r, w, 6) for r, w in zip(x, weights, strict=True)])
    np.testing.assert_allclose(ops.bincount(x, weights), want)
    check_gradient(lambda w: ops.bincount(x, w), weights)
    assert ops.bincount(np.zeros(0, int)).shape == (0,)
    with pytest.raises(ValueError, match=r"\[bincount\].*>= 0"):
        ops.bincount([-1])


@pytest.mark.parametrize("dtype", ["int32", "float32", "float64"])
def test_histogram(dtype):
    x = (RNG.normal(size=200) * 9).astype(dtype)
    for options in ({}, {"bins": 7}, {"bins": 4, "range": (-5, 6)}, {"bins": 1}):
        counts, edges = both(lambda t, o=options: ops.histogram(t, **o), x)
        want_edges = np.histogram_bin_edges(x, **({"bins": 10} | options)).astype(dtype)
        # NumPy spaces float32 edges in float32.
        np.testing.assert_allclose(edges, want_edges, atol=4 * np.finfo("float32").eps * np.abs(x).max())
        np.testing.assert_array_equal(counts, np.histogram(x, edges.numpy())[0])
        assert counts.dtype == edges.dtype == dtype


def test_searching_with_nan():
    sequence = np.array([-np.inf, 0.0, 0.0, 3.0, np.nan, np.nan])
    values = np.array([np.nan, 0.0, -np.inf, np.inf, 5.0, -1.0])
    for side in ("left", "right"):
        got = both(lambda s, v, side=side: ops.searchsorted(s, v, side), sequence, values)
        np.testing.assert_array_equal(got, np.searchsorted(sequence, values, side))
    assert ops.searchsorted(np.zeros(0), values).numpy().tolist() == [0] * 6
    with pytest.raises(ValueError, match=r"\[searchsorted\].*vector"):
        ops.searchsorted(np.zeros((2, 2)), values)


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_argpartition(axis):
    x = RNG.normal(size=(5, 7))
    for kth in (0, 3, -1):
        places = both(lambda t, k=kth: ops.argpartition(t, k, axis), x)
        chosen = np.take_along_axis(x if axis is not None else x.reshape(-1), places.numpy(), axis or 0)
        np.testing.assert_array_equal(np.take(chosen, kth, axis or 0), np.take(np.sort(x, axis), kth, axis or 0))
    with pytest.raises(ValueError, match=r"\[argpartition\] kth"):
        ops.argpartition(x, 35, axis)


def test_quantiles_of_infinities_and_nan():
    x = np.array([-np.inf, 1.0, np.inf, np.inf])
    assert float(ops.median([1.0, 2.0, np.inf])) == 2.0
    assert [float(ops.quantile(x, q)) for q in (0.0, 1 / 3, 0.7, 1.0)] == [-np.inf, 1.0, np.inf, np.inf]
    assert np.isnan(ops.quantile([1.0, np.nan], [0.0, 1.0])).all()
    assert np.isnan(ops.nanmedian([np.nan, np.nan]))
    assert ops.quantile(np.array([1, 2], "int64"), 0.5).dtype == "float32"
    np.testing.assert_array_equal(ops.quantile(x, 0.51, method="nearest"), np.inf)
    symbolic = keras.function(lambda t, q: ops.quantile(t, q, axis=1))(
        np.arange(8.0).reshape(2, 4), np.array([0.5, 1.0])
    )
    np.testing.assert_array_equal(symbolic, [[1.5, 5.5], [3, 7]])
    with pytest.raises(ValueError, match=r"\[quantile\] method must be one of"):
        ops.quantile(x, 0.5, method="cubic")
    with pytest.raises(ValueError, match=r"\[median\] of no elements"):
        ops.median(np.zeros((2, 0)), axis=1)


def test_next_floats():
    for dtype in ("float32", "float64"):
        tiny, most = np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max
        for x, toward in [(0.0, 1.0), (0.0, -1.0), (-0.0, 1.0), (most, np.inf), (-most, -np.inf), (1.0, 1.0), (tiny,
        0.0),
                          (-1.0, 0.0), (np.nan, 1.0), (1.0, np.nan), (np.inf, 0.0)]:  # fmt: skip
            x, toward = np.asarray(x, dtype), np.asarray(toward, dtype)
            with np.errstate(over="ignore"):
                np.testing.assert_array_equal(ops.nextafter(x, toward), np.nextafter(x, toward))


def test_views():
    x = np.arange(6, dtype="float32").reshape(2, 3)
    assert keras.function(lambda t: ops.view(t, "int32"))(x).numpy().tolist() == x.view("int32").tolist()
    np.testing.assert_array_equal(keras.function(lambda t: ops.view(t * 1, "uint8") + 0)(x), x.view("uint8"))
    variable = keras.Variable(x)
    read = ops.view(variable, "int32")
    variable.assign(x + 1)
    np.testing.assert_array_equal(read, x.view("int32"))
    with pytest.raises(ValueError, match=r"\[view\].*no whole number"):
        ops.view(x, "float64")
    with pytest.raises(TypeError, match=r"\[view\] expected uint8"):
        ops.view(x, "bool")


def test_bessel_function():
    # Reference by the integral i0(x) = mean over t of exp(x cos t), in long double; 200 points are exact to rounding.
    t = np.arange(200, dtype=np.longdouble) * (2 * np.pi / 200)
    x = np.concatenate([np.linspace(-40, 40, 81), [0.0, 19.999999, 20.0, 20.000001]])
    want = np.exp(x[:, None].astype(np.longdouble) * np.cos(t)).mean(1)
    # At most 40 products and sums in a series, and an exponential that multiplies the rounding of its argument by 40.
    np.testing.assert_allclose(ops.i0(x), want.astype("float64"), rtol=40 * np.finfo("float64").eps)
    np.testing.assert_allclose(ops.i0(x.astype("float32")), want.astype("float32"), rtol=40 * np.finfo("float32").eps)
    assert np.isnan(ops.i0([np.nan])) and ops.i0(np.array([90.0], "float32")).numpy() > 1e37
    for value in (-3.0, 0.5, 12.0):
        check_gradient(ops.i0, np.array([value]))
    check_gradient(lambda t: ops.i0(t) * 1e-9, np.array([25.0]))


def test_windows():
    for name in ("bartlett", "blackman", "hamming", "hanning"):
        for points in (0, 1, 2, 7):
            np.testing.assert_allclose(getattr(ops, name)(points), getattr(np, name)(points), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(ops.kaiser(8, 3.5), np.kaiser(8, 3.5), rtol=1e-6)


def test_there_are_no_complex_tensors():
    for call in (
        lambda: ops.polar(1.0, 1.0),
        lambda: ops.view_as_complex(np.ones((3, 2))),
        lambda: ops.view_as_real(1.0),
    ):
        with pytest.raises(NotImplementedError, match="no complex tensors; "):
            call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ops.rot90(np.ones(3)), r"\[rot90\].*two axes"),
        (lambda: ops.rot90(np.ones((3, 3)), axes=(0, -2)), r"\[rot90\] axes must differ"),
        (lambda: ops.cross(np.ones((2, 4)), np.ones((2, 3))), r"\[cross\].*2 or 3"),
        (lambda: ops.correlate(np.ones((2, 2)), np.ones(2)), r"\[correlate\].*vectors"),
        (lambda: ops.correlate(np.ones(2), np.ones(2), "all"), r"\[correlate\] mode"),
        (lambda: ops.vander(np.ones((2, 2))), r"\[vander\].*vector"),
        (lambda: ops.corrcoef(np.ones((2, 2, 2))), r"\[corrcoef\]"),
        (lambda: ops.diag(np.ones((2, 2, 2))), r"\[diag\].*ops.diagonal"),
        (lambda: ops.diagonal(np.ones((2, 2)), 0, 1, 1), r"\[diagonal\].*must differ"),
        (lambda: ops.diff(np.ones(2), -1), r"\[diff\]"),
        (lambda: ops.array_split(np.ones(2), 0), r"\[array_split\]"),
        (lambda: ops.unstack(np.ones(2), 3), r"\[unstack\].*num=3"),
        (lambda: ops.select([], []), r"\[select\]"),
        (lambda: ops.where(True, 1.0), r"\[where\].*both"),
        (lambda: ops.ldexp(1.0, 2.0), r"\[ldexp\].*integers"),
        (lambda: ops.linspace(0, 1, -1), r"\[linspace\].*negative"),
        (lambda: ops.rearrange(np.ones((2, 3)), "a b -> a"), r"\[rearrange\].*same names"),
        (lambda: ops.rearrange(np.ones((2, 3)), "a (b c) -> a b c", b=2), r"\[rearrange\].*3 elements"),
        (lambda: ops.cdist(np.ones((2, 3)), np.ones((2, 4))), r"\[cdist\]"),
        (lambda: ops.extract_sequences(np.ones(4), 0, 1), r"\[extract_sequences\] sequence_length"),
        (lambda: ops.segment_max(np.ones(3), np.zeros(2, int)), r"\[segment_max\].*\(3,\)"),
        (lambda: ops.tensordot(np.ones((2, 3)), np.ones((2, 3)), 1), r"\[tensordot\]"),
        (lambda: ops.moveaxis(np.ones((2, 3)), (0, 1), 0), r"\[moveaxis\]"),
        (lambda: ops.histogram(np.ones((2, 2))), r"\[histogram\].*vector"),
        (lambda: ops.histogram(np.ones(2), range=(2, 1)), r"\[histogram\].*range"),
        (lambda: ops.convert_to_tensor([1], sparse=True), r"\[convert_to_tensor\].*dense"),
        (lambda: ops.bincount([1], sparse=True), r"\[bincount\] sparse"),
        (lambda: ops.scatter(np.zeros((1, 3), int), np.ones(1), (2, 2)), r"\[scatter\].*1 to 2"),
    ],
)  # fmt: skip
def test_mistakes(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call()

"""keras.ops.linalg: against NumPy and by what defines each result, in float32 and float64, with gradients."""

import keraunos as keras
import numpy as np
import pytest
from derivative_checks import RNG, both, check_gradient, leaves
from keraunos import ops
from keraunos.ops import linalg

A = RNG.normal(size=(3, 5, 5)) + 2 * np.eye(5)
SPD = A @ A.swapaxes(-1, -2) + np.eye(5)
TALL, WIDE = RNG.normal(size=(6, 4)), RNG.normal(size=(2, 3, 5))
B, VECTORS = RNG.normal(size=(3, 5, 2)), RNG.normal(size=(3, 5))
ORDERS = [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]


def symmetric(x):
    return (x + ops.swapaxes(x, -1, -2)) / 2


CASES = {
    "det": (linalg.det, np.linalg.det, A),
    "inv": (linalg.inv, np.linalg.inv, A),
    "slogdet": (ops.slogdet, lambda x: tuple(np.linalg.slogdet(x)), A),
    "logdet": (ops.logdet, lambda x: np.linalg.slogdet(x)[1], SPD),
    "cholesky": (linalg.cholesky, np.linalg.cholesky, SPD),
    "cholesky upper": (
        lambda x: linalg.cholesky(x, upper=True),
        lambda x: np.linalg.cholesky(x).swapaxes(-1, -2),
        SPD,
    ),
    "cholesky_inverse": (lambda x: linalg.cholesky_inverse(linalg.cholesky(x)), np.linalg.inv, SPD),
    "cholesky_inverse upper": (lambda x: linalg.cholesky_inverse(linalg.cholesky(x, True), True), np.linalg.inv, SPD),
    "solve": (lambda x: linalg.solve(x, B), lambda x: np.linalg.solve(x, B), A),
    "solve vectors": (lambda x: linalg.solve(x, VECTORS), lambda x: np.linalg.solve(x, VECTORS[..., None])[..., 0], A),
    "solve broadcasts": (lambda x: linalg.solve(x[0], B), lambda x: np.linalg.solve(np.stack([x[0]] * 3), B), A),
    "solve_triangular": (lambda x: linalg.solve_triangular(x, B), lambda x: np.linalg.solve(np.triu(x), B), A),
    "solve_triangular lower": (
        lambda x: linalg.solve_triangular(x, VECTORS, lower=True),
        lambda x: np.linalg.solve(np.tril(x), VECTORS[..., None])[..., 0],
        A,
    ),
    "pinv tall": (linalg.pinv, np.linalg.pinv, TALL),
    "pinv wide": (linalg.pinv, np.linalg.pinv, WIDE),
    "lstsq": (
        lambda x: linalg.lstsq(x, VECTORS.reshape(-1)[:6]),
        lambda x: np.linalg.lstsq(x, VECTORS.reshape(-1)[:6], rcond=None)[0],
        TALL,
    ),
    "lstsq of more unknowns": (
        lambda x: linalg.lstsq(x[0], B[:, 0]),
        lambda x: np.linalg.lstsq(x[0], B[:, 0], rcond=None)[0],
        WIDE,
    ),
    "singular values": (lambda x: linalg.svd(x, compute_uv=False), lambda x: np.linalg.svd(x, compute_uv=False), WIDE),
    "eigenvalues": (lambda x: linalg.eigh(symmetric(x))[0], lambda x: np.linalg.eigvalsh(_symmetric(x)), A),
    "matrix_rank": (linalg.matrix_rank, lambda x: np.linalg.matrix_rank(x).astype("int32"), WIDE),
    **{
        f"norm {order} {axes} {keep}": (
            lambda x, order=order, axes=axes, keep=keep: linalg.norm(x, order, axes, keep),
            lambda x, order=order, axes=axes, keep=keep: np.linalg.norm(x, order, axes, keep),
            WIDE,
        )
        for order in ORDERS
        for axes, keep in [((-2, -1), False), ((2, 0), True)]
    },
    **{
        f"norm {order}": (
            lambda x, order=order: linalg.norm(x, order, 1),
            lambda x, order=order: np.linalg.norm(x, order, 1),
            WIDE,
        )
        for order in (None, 0, 1, 2, 3, 0.5, -2, np.inf, -np.inf)
    },
    "norm of a matrix": (lambda x: linalg.norm(x, 1), lambda x: np.linalg.norm(x, 1), TALL),
    "norm of all": (linalg.norm, np.linalg.norm, WIDE),
}


def _symmetric(x):
    return (x + x.swapaxes(-1, -2)) / 2


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_against_numpy(name, dtype):
    function, reference, x = CASES[name]
    x = x.astype(dtype)
    # These matrices have conditions up to some 30: a backward error of n eps, n up to 6, becomes 200 eps.
    tolerance = 400 * np.finfo(dtype).eps
    got = leaves(both(function, x, rtol=tolerance))
    want = leaves(reference(x.astype("float64")))
    for a, b in zip(got, want, strict=True):
        # Right-hand sides are float64.
        assert a.dtype == dtype or name.startswith(("solve", "lstsq", "matrix_rank"))
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1, np.abs(b).max()))


@pytest.mark.parametrize("name", [n for n in CASES if n not in ("matrix_rank", "norm 0")])
def test_gradients(name):
    function, _, x = CASES[name]
    # What reads one triangle alone is differentiated as a function of symmetric matrices.
    whole = (lambda t: function(symmetric(t))) if name.startswith(("cholesky", "logdet")) else function
    check_gradient(whole, x)


@pytest.mark.parametrize("shape", [(5, 5), (2, 6, 4), (4, 6), (1, 1)])
def test_vectors_have_gradients(shape):
    x = RNG.normal(size=shape)
    check_gradient(linalg.qr, x)
    check_gradient(lambda t: linalg.svd(t, full_matrices=False), x, rtol=1e-5, atol=1e-6)
    if shape[-1] == shape[-2]:
        check_gradient(lambda t: linalg.eigh(symmetric(t)), x, rtol=1e-5, atol=1e-6)
        check_gradient(lambda t: linalg.lu_factor(t)[0], x)


def test_gradients_of_right_hand_sides():
    check_gradient(lambda b: linalg.solve(A, b), B)
    check_gradient(lambda b: linalg.solve_triangular(A, b), B)
    check_gradient(lambda b: linalg.lstsq(TALL, b), RNG.normal(size=(6, 2)))


def test_gradients_have_gradients():
    slope = keras.grad(lambda t: ops.sum(linalg.inv(symmetric(t)) * SPD[0]))
    check_gradient(slope, SPD[1])
    check_gradient(keras.grad(lambda t: ops.logdet(symmetric(t))), SPD[0])
    check_gradient(keras.grad(lambda t: ops.sum(linalg.pinv(t) ** 2)), TALL, rtol=1e-5, atol=1e-6)


def test_equal_values_do_no_harm():
    """pinv(x) of an orthogonal x is x^T; its derivative is -x^T dx x^T, although no singular vector is determined."""
    q = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
    check_gradient(linalg.pinv, q)
    assert np.isfinite(keras.grad(lambda t: ops.sum(linalg.eigh(t)[1]))(np.eye(3))).all()
    assert np.isfinite(keras.grad(lambda t: ops.sum(linalg.svd(t)[0]))(np.zeros((3, 2)))).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1, 1), (33, 33), (2, 17, 5), (3, 40)])
def test_factors_multiply_to_the_matrix(shape, dtype):
    x = RNG.normal(size=shape).astype(dtype)
    rows, columns = shape[-2:]
    # n eps times the norm of the matrix, with the largest element of the difference below its norm.
    bound = 4 * max(rows, columns) * np.finfo(dtype).eps * np.linalg.norm(x, 2, (-2, -1)).max()
    for mode, extent in (("reduced", min(rows, columns)), ("complete", rows)):
        q, r = both(lambda t, m=mode: linalg.qr(t, m), x, rtol=bound)
        assert q.shape[-1] == r.shape[-2] == extent
        assert np.abs(q.numpy() @ r.numpy() - x).max() <= bound
        assert np.abs(np.swapaxes(q, -1, -2) @ q.numpy() - np.eye(extent)).max() <= bound
        assert not np.tril(r, -1).any()
    for full in (False, True):
        u, s, vt = linalg.svd(x, full_matrices=full)
        k = min(rows, columns)
        assert (u.shape[-1], s.shape[-1], vt.shape[-2]) == ((rows, k, columns) if full else (k, k, k))
        assert np.abs(u.numpy()[..., :k] * s.numpy()[..., None, :] @ vt.numpy()[..., :k, :] - x).max() <= bound
        for basis in (np.swapaxes(u, -1, -2), vt.numpy()):
            assert np.abs(basis @ np.swapaxes(basis, -1, -2) - np.eye(basis.shape[-2])).max() <= bound
    if rows == columns:
        factors, pivots = linalg.lu_factor(x)
        product = (np.tril(factors, -1) + np.eye(rows)) @ np.triu(factors)
        assert np.abs(product[pivots.numpy()] - x).max() <= bound
        values, vectors = linalg.eigh(_symmetric(x))
        assert np.abs(vectors.numpy() * values.numpy() @ vectors.numpy().T - _symmetric(x)).max() <= bound


def test_ranks_and_deficient_matrices():
    x = np.outer(RNG.normal(size=6), RNG.normal(size=4))
    assert int(linalg.matrix_rank(x)) == 1 and int(linalg.matrix_rank(np.zeros((3, 3)))) == 0
    assert int(linalg.matrix_rank(np.eye(4), tol=2.0)) == 0
    np.testing.assert_allclose(linalg.pinv(x), np.linalg.pinv(x), rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(linalg.pinv(np.zeros((2, 3))), np.zeros((3, 2)))
    assert float(linalg.det(np.ones((3, 3)))) == 0.0
    sign, log = ops.slogdet(np.zeros((2, 2)))
    assert (float(sign), float(log)) == (0.0, -np.inf)


def test_integers_halves_and_nothing():
    assert linalg.det([[1, 2], [4, 4]]).dtype == "float32" and float(linalg.det([[1, 2], [4, 4]])) == -4.0
    half = ops.cast([[2.0, 1.0], [0.5, 4.0]], "float16")
    assert linalg.inv(half).dtype == "float16"
    np.testing.assert_allclose(linalg.inv(half), np.linalg.inv([[2, 1], [0.5, 4]]), rtol=2e-3)
    assert linalg.inv(np.zeros((0, 3, 3))).shape == (0, 3, 3)
    assert linalg.inv(np.zeros((0, 0))).shape == (0, 0) and float(linalg.det(np.zeros((0, 0)))) == 1.0
    q, r = linalg.qr(np.zeros((3, 0)), "complete")
    assert q.numpy().tolist() == np.eye(3).tolist() and r.shape == (3, 0)
    assert [t.shape for t in linalg.svd(np.zeros((2, 0)))] == [(2, 2), (0,), (0, 0)]
    assert linalg.pinv(np.zeros((2, 0))).shape == (0, 2)


def test_what_is_not_finite_stays_so():
    x = A[0].copy()
    x[1, 1] = np.nan
    for function in (
        linalg.det,
        linalg.pinv,
        lambda t: linalg.svd(t)[1],
        lambda t: linalg.eigh(t)[0],
        lambda t: linalg.qr(t)[1],
    ):
        assert np.isnan(function(x)).any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: linalg.cholesky([[1.0, 2.0], [2.0, 1.0]]), r"\[cholesky\].*not positive definite"),
        (lambda: linalg.cholesky(np.ones((2, 3))), r"\[cholesky\].*square"),
        (lambda: linalg.inv([[1.0, 2.0], [2.0, 4.0]]), r"\[inv\].*singular"),
        (lambda: linalg.solve(np.zeros((2, 2)), np.ones(2)), r"\[solve\].*singular"),
        (lambda: linalg.solve(np.eye(2), np.ones(3)), r"\[solve\].*does not fit"),
        (lambda: linalg.solve_triangular(np.eye(2) * [1, 0], np.ones(2)), r"\[solve_triangular\].*zero"),
        (lambda: linalg.det(np.ones(3)), r"\[det\].*square matrices"),
        (lambda: linalg.qr(np.ones((2, 2)), "r"), r"\[qr\] mode"),
        (lambda: linalg.svd(np.ones(3)), r"\[svd\].*matrices"),
        (lambda: linalg.lstsq(np.ones((2, 2)), np.ones(3)), r"\[lstsq\]"),
        (lambda: linalg.norm(np.ones((2, 2)), 3), r"\[norm\] matrices have no norm 3"),
        (lambda: linalg.norm(np.ones(2), "nuc"), r"\[norm\] vectors have no norm"),
        (lambda: linalg.norm(np.ones((2, 2, 2)), 1, (0, 1, 2)), r"\[norm\].*one axis"),
        (lambda: linalg.matrix_rank(np.ones(2)), r"\[matrix_rank\]"),
    ],
)
def test_mistakes(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_inside_a_compiled_function_nothing_is_refused():
    assert np.isnan(keras.function(linalg.cholesky)(np.array([[1.0, 2.0], [2.0, 1.0]]))).all()
    assert not np.isfinite(keras.function(linalg.inv)(np.ones((2, 2)))).all()


def test_eigenvalues_that_may_be_complex_are_refused():
    with pytest.raises(NotImplementedError, match=r"\[eig\].*ops.eigh"):
        linalg.eig(np.eye(2))

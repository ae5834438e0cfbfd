"""Dtypes of results, as in Keras 3.15.1: tables of letters, one for each of the dtypes below; - where Keras fails."""

import numpy as np
import pytest
from keraunos import ops
from keraunos._structure import flatten

DTYPES = {"b": "bool", "u": "uint8", "i": "int32", "l": "int64", "f": "float32", "d": "float64"}
MATRIX = np.array([[1, 2, 3], [2, 1, 3], [3, 1, 2]])
POSITIVE = 3 * np.eye(3) + 1

# Results of bool, uint8, int32, int64, float32 and float64; of several results the same for each, or one after another.
# Sums of uint8 are uint32 in Keras, which does not exist here, and int32 here.
UNARY = """
b u i l f d: abs absolute imag trunc nan_to_num copy ravel amax amin max min nanmax nanmin sort diff flip fliplr
    flipud rot90 transpose tril triu diag diagonal diagflat zeros_like ones_like empty_like squeeze array
f f f f f d: angle arccos arccosh arcsin arcsinh arctan arctanh ceil cos cosh exp exp2 expm1 fabs floor log log10
    log1p log2 sin sinc sinh sqrt tan tanh mean median nanmean nanmedian nanstd nanvar std var norm average
    trapezoid
- u i l - -: bitwise_invert bitwise_not
f f f d f d: cbrt deg2rad i0 rad2deg corrcoef
- u i l f d: conj conjugate real round sign relu relu6 ptp unique
b b b b b b: isfinite isinf isnan isneginf isposinf isreal logical_not signbit all any
- - i l f d: negative
- - - - f d: reciprocal erf erfc erfinv rsqrt sigmoid softplus softmax log_softmax elu gelu silu selu celu
    hard_sigmoid hard_silu hard_tanh hard_shrink softsign sparse_plus sparse_sigmoid sparsemax squareplus
    tanh_shrink log_sigmoid normalize logsumexp det inv cholesky pinv logdet eigh qr slogdet svd
i u i l f d: square cumsum cumprod nancumsum nancumprod
i i i i i i: argmax argmin nanargmax nanargmin argsort count_nonzero nonzero
- f f f f d: leaky_relu
i i i l f d: nanprod nansum prod sum trace
- - - - i i: matrix_rank
- - - - fi di: lu_factor
"""

# Functions that need more than a matrix.
CALLS = {
    "argpartition": ("i i i i i i", lambda x: ops.argpartition(x[0], 1)),
    "array_split": ("b u i l f d", lambda x: ops.array_split(x, 2)),
    "bincount": ("i i i i i i", lambda x: ops.bincount(x[0])),
    "clip": ("i u i l f d", lambda x: ops.clip(x, 1, 2)),
    "clip by floats": ("- - - - f d", lambda x: ops.clip(x, 1.0, 2.0)),
    "digitize": ("i i i i i i", lambda x: ops.digitize(x, [1.0, 2.0])),
    "quantile": ("f f f f f d", lambda x: ops.quantile(x, 0.5)),
    "percentile": ("f f f f f d", lambda x: ops.percentile(x, 50)),
    "nanquantile": ("f f f f f d", lambda x: ops.nanquantile(x, 0.5)),
    "quantile lower": ("f f f f f d", lambda x: ops.quantile(x, 0.5, method="lower")),
    "searchsorted": ("- i i i i i", lambda x: ops.searchsorted(x[0], x[1])),
    "linspace": ("f f f f f d", lambda x: ops.linspace(x[0], x[1], num=4)),
    "logspace": ("f f f f f d", lambda x: ops.logspace(x[0, 0], x[0, 1], num=4)),
    "geomspace": ("- - f f f f", lambda x: ops.geomspace(x[0, 0], 5)),
    "arange": ("- - i l f d", lambda x: ops.arange(x[0, 2])),
    "full_like": ("b u i l f d", lambda x: ops.full_like(x, 2)),
    "repeat": ("b u i l f d", lambda x: ops.repeat(x, 2)),
    "take": ("b u i l f d", lambda x: ops.take(x, [0], 0)),
    "top_k": ("- ui ii li fi di", lambda x: ops.top_k(x, 1)),
    "one_hot": ("f f f f f f", lambda x: ops.one_hot(x, 3)),
    "segment_sum": ("- u i l f d", lambda x: ops.segment_sum(x, np.array([0, 0, 1]), 2)),
    "unravel_index": ("- u i l f d", lambda x: ops.unravel_index(x[0], (2, 5))),
    "max initial": ("b u i l f d", lambda x: ops.max(x, initial=2)),
    "vander": ("b u i l f d", lambda x: ops.vander(x[0])),
    "view": ("- u u u u u", lambda x: ops.view(x, "uint8")),
    "average weighed": ("f f f f f d", lambda x: ops.average(x, weights=x)),
    "fft": ("- - - - f d", lambda x: ops.fft((x, x))),
    "rfft": ("- - - - f d", ops.rfft),
}

# Rows: the dtype of the first argument; letters: that of the second.
BINARY = """
-uilfd uuilfd iiilfd llllfd fffffd dddddd: add subtract multiply floor_divide power maximum minimum fmax fmin cross
    kron
fffffd fffffd fffffd fffffd fffffd dddddd: divide true_divide arctan2 logaddexp logaddexp2 nextafter divide_no_nan
iuilfd uuilfd iiilfd llllfd fffffd dddddd: mod fmod
-ffdfd fffdfd fffdfd ddddfd fffffd dddddd: hypot heaviside
bbbbbb bbbbbb bbbbbb bbbbbb bbbbbb bbbbbb: equal not_equal logical_and logical_or logical_xor isclose allclose isin
-bbbbb bbbbbb bbbbbb bbbbbb bbbbbb bbbbbb: less less_equal greater greater_equal
-uil-- uuil-- iiil-- llll-- ------ ------: bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift
    left_shift right_shift gcd
------ -uil-- -iil-- -lll-- ------ ------: lcm
-fff-- -fff-- -fff-- -fff-- -fff-- -ddd--: ldexp
builfd uuilfd iiilfd llllfd fffffd dddddd: append dot inner matmul outer tensordot vdot where concatenate hstack
    vstack dstack einsum stack
------ ------ ------ ------ ----f- -----d: solve lstsq cdist
"""

# The same with True, 2 and 2.5 of Python in place of an argument (> the second, < the first).
SCALARS = """
-uilfd iuilfd fffffd: add> add< subtract> subtract< multiply> multiply< floor_divide> floor_divide< power> power<
    maximum> maximum< minimum> minimum< fmax> fmax< fmin> fmin<
fffffd fffffd fffffd: divide> divide< true_divide> true_divide< arctan2> arctan2< logaddexp> logaddexp<
    divide_no_nan> divide_no_nan<
iuilfd iiilfd fffffd: mod> mod< fmod> fmod<
-ffdfd fffdfd fffffd: hypot> hypot< heaviside> heaviside<
bbbbbb bbbbbb bbbbbb: equal> equal< logical_and> logical_and< isclose> isclose<
-bbbbb bbbbbb bbbbbb: less> less<
builfd iuilfd fffffd: where> where<
-uil-- iiil-- ------: bitwise_and> bitwise_and< bitwise_left_shift<
--il-- -uil-- ------: bitwise_left_shift>
builfd iiilfd fffffd: outer> outer<
"""

PAIRS = {
    "where": lambda x, y: ops.where(np.array([[True, False, True]]), x, y),
    "einsum": lambda x, y: ops.einsum("ij,jk->ik", x, y),
    "tensordot": lambda x, y: ops.tensordot(x, y, 1),
    **{n: lambda x, y, n=n: getattr(ops, n)([x, y]) for n in ("concatenate", "hstack", "vstack", "dstack", "stack")},
}


def rows(table):
    """(name, columns of the pattern) of every name in a table."""
    lines = table.strip().replace("\n    ", " ").split("\n")
    return [(name, line.split(":")[0].split()) for line in lines for name in line.split(":")[1].split()]


def check(what, result, letters):
    """`letters`: one for all results, or one for each."""
    found = [t.dtype for t in flatten(result)]
    want = [DTYPES[letter] for letter in letters] * (len(found) if len(letters) == 1 else 1)
    assert found == want, what


@pytest.mark.parametrize(("name", "pattern"), rows(UNARY))
def test_one_argument(name, pattern):
    matrix = POSITIVE if name in ("cholesky", "logdet", "inv", "eigh") else MATRIX
    for dtype, letters in zip(DTYPES.values(), pattern, strict=True):
        if letters != "-":
            check(f"{name} of {dtype}", getattr(ops, name)(matrix.astype(dtype)), letters)


@pytest.mark.parametrize("name", CALLS)
def test_further_arguments(name):
    pattern, call = CALLS[name]
    for dtype, letters in zip(DTYPES.values(), pattern.split(), strict=True):
        if letters != "-":
            check(f"{name} of {dtype}", call(ops.convert_to_tensor(MATRIX.astype(dtype))), letters)


@pytest.mark.parametrize(("name", "pattern"), rows(BINARY))
def test_two_arguments(name, pattern):
    call = PAIRS.get(name, getattr(ops, name))
    for first, letters in zip(DTYPES.values(), pattern, strict=True):
        for second, letter in zip(DTYPES.values(), letters, strict=True):
            if letter != "-":
                check(f"{name} of {first}, {second}", call(MATRIX.astype(first), MATRIX[::-1].astype(second)), letter)


@pytest.mark.parametrize(("name", "pattern"), rows(SCALARS))
def test_numbers_of_python(name, pattern):
    call = PAIRS.get(name[:-1], getattr(ops, name[:-1]))
    for number, letters in zip((True, 2, 2.5), pattern, strict=True):
        for dtype, letter in zip(DTYPES.values(), letters, strict=True):
            if letter != "-":
                pair = (ops.convert_to_tensor(MATRIX.astype(dtype)), number)
                check(f"{name} of {dtype}, {number}", call(*(pair if name[-1] == ">" else pair[::-1])), letter)

"""More cases of keras.ops that NumPy has too, in the form of numpy_cases.py: what is composed of other functions."""

import math
import warnings

import numpy as np
from keraunos import ops
from numpy_cases import RNG, A, B, C, M, pair

V = RNG.normal(size=5)
W = RNG.normal(size=3)
SQUARE = RNG.normal(size=(4, 4))
HOLES = np.where(RNG.random((3, 4, 5)) < 0.3, np.nan, RNG.normal(size=(3, 4, 5)))
HOLES[1, 2] = np.nan
FEW_HOLES = np.where(np.eye(4, 5), np.nan, RNG.normal(size=(3, 4, 5)))
SIGNED = np.array([[-1.5, 0.0, 2.5], [np.inf, -np.inf, np.nan], [-0.0, 1e300, -1e-300]])
NUMBERS = np.array([[5, 0, 3], [1, 1, 4]])
SIGNED_NUMBERS = np.array([[12, -7, 0], [255, -256, 2**40]])
FLAGS = np.array([[True, False, True], [False, False, True]])

SHAPE_OF = "fliplr flipud diagonal diagflat ptp cumprod cumsum corrcoef vander".split()
BITS = "bitwise_and bitwise_or bitwise_xor".split()
AXES = (None, 0, -1, (0, 2))
NAN_REDUCTIONS = "nansum nanprod nanmax nanmin nanmean nanvar nanmedian".split()


def same(name, *arguments, **options):
    """A case whose options are the same in both libraries, named after them."""
    return f"{name} {options or ''} {[np.shape(a) for a in arguments]}", pair(name, *arguments, **options)


def quietly(function):
    """`function` without NumPy's warnings about slices of NaN alone and cross products of two elements."""

    def call(*arguments, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*arguments, **options)

    return call


def hushed(name, *arguments, **options):
    ours, theirs, arguments = pair(name, *arguments, **options)
    return f"{name} quietly {options or ''} {[np.shape(a) for a in arguments]}", (ours, quietly(theirs), arguments)


def share(name, x, q, **options):
    """A case of quantiles: of `x` alone, because shares at the ends of [0, 1] cannot move."""
    ours, theirs = getattr(ops, name), quietly(getattr(np, name))
    return f"{name} {q} {options}", (lambda x: ours(x, q, **options), lambda x: theirs(x, q, **options), (x,))


MORE = dict(
    [
        *[same(name, SQUARE if name != "vander" else V) for name in SHAPE_OF],
        *[same(name, A) for name in "sinc i0 angle fabs real imag conj conjugate deg2rad rad2deg".split()],
        *[same(name, SIGNED) for name in "isposinf isneginf signbit isreal isfinite isnan isinf angle".split()],
        *[same(name, A, B) for name in "inner kron fmax fmin logaddexp2 heaviside".split()],
        *[same(name, SIGNED, SIGNED[::-1]) for name in "fmax fmin heaviside isclose nextafter".split()],
        same("nextafter", A.astype("float32"), B.astype("float32")),
        *[hushed(name, HOLES, axis=a, keepdims=k) for name in NAN_REDUCTIONS for a in AXES for k in (False, True)],
        *[hushed("nanstd", FEW_HOLES, axis=a) for a in AXES],
        *[hushed(n, np.where(np.isnan(HOLES), 0.5, HOLES), axis=a) for n in ("nanargmax", "nanargmin") for a in (None,
        1)], *[same(name, C, axis=a) for name in ("cumprod", "cumsum") for a in (None, 0, 1, -1)],
        *[same("prod", np.array([[2.0, 0, 3], [0, 0, 1], [4, 5, 6]]), axis=a) for a in (None, 0, 1)],
        *[same("median", C, axis=a, keepdims=k) for a in AXES for k in (False, True)],
        *[same("ptp", C, axis=a, keepdims=True) for a in AXES],
        *[same(name, FLAGS, axis=1) for name in "sum prod max min any all cumsum cumprod sort argmax".split()],
        *[same(name, FLAGS) for name in ("square", "diff")],
        *[same(f"nancum{kind}", HOLES, axis=a) for kind in ("sum", "prod") for a in (None, 1)],
        *[same("rot90", C, k=k, axes=axes) for k in (-1, 0, 1, 2, 3, 5) for axes in ((0, 1), (2, 0))],
        *[same("roll", C, shift=s, axis=a) for s, a in [(1, 0), ((1, -2), (0, 2)), (2, (1, 2)), (-7, None)]],
        *[same("diagonal", C, offset=k, axis1=a, axis2=b) for k, a, b in [(0, 0, 1), (1, 1, 2), (-1, 2, 0), (9, 0, 1)]],
        *[same("trace", C, offset=k, axis1=a, axis2=b) for k, a, b in [(0, 0, 1), (1, 1, 2), (-1, 2, 0)]],
        *[hushed("cross", A[:, :n], B[:, :m]) for n, m in ((3, 3), (2, 3), (3, 2))],
        same("cross", RNG.normal(size=(3, 5)), RNG.normal(size=(3, 5)), axis=0),
        same("cross", RNG.normal(size=(3, 2)), RNG.normal(size=(2, 3)), axisa=0, axisc=0),
        hushed("cross", A[:, :2], B[0, :2]),
        *[same("correlate", V, W, mode=m) for m in ("valid", "same", "full")],
        *[same("vander", V, N=n, increasing=i) for n in (0, 1, 3, 7) for i in (False, True)],
        *[same("kron", a, b) for a, b in [(V, SQUARE), (SQUARE, V), (C, A)]],
        *[same("inner", a, b) for a, b in [(V, V), (C, A), (A, np.float64(2.0))]],
        *[same("diff", A, n=n, axis=0) for n in (0, 1, 2)],
        *[same("searchsorted", np.sort(V), M, side=s) for s in ("left", "right")],
        same("isin", NUMBERS, np.array([1, 3])),
        same("isin", NUMBERS, np.array([], int), invert=True),
        *[same("clip", NUMBERS, 1, 3)],
        *[same(name, SIGNED) for name in ("cbrt", "trunc")],
        *[same(name, A, B) for name in ("hypot", "fmod")],
        same("hypot", SIGNED, SIGNED[::-1]),
        *[same(name, SIGNED_NUMBERS, NUMBERS) for name in (*BITS, "gcd", "lcm", "fmod", "left_shift", "right_shift")],
        *[same(name, FLAGS, FLAGS[::-1]) for name in BITS],
        *[same(name, x) for name in ("bitwise_not", "bitwise_invert") for x in (SIGNED_NUMBERS, FLAGS)],
        same("trunc", NUMBERS),
        *[same("round", A * 1000, decimals=d) for d in (-2, 0, 3)],
        *[same("round", NUMBERS * 117, decimals=d) for d in (-2, 0, 3)],
        *[same("linspace", V[0], V[1], num=n, endpoint=e) for n in (0, 1, 7) for e in (False, True)],
        *[same("linspace", A, B, num=3, axis=a) for a in (0, 1, -1)],
        *[same("logspace", A[0], B[0], num=4, base=b) for b in (2.0, 10.0)],
        same("geomspace", A, B, num=5, axis=1, dtype="float64"),
        same("geomspace", -A[0], -B[0], num=5, endpoint=False, dtype="float64"),
        same("ldexp", SIGNED, np.array([3, -4, 1])),
        same("ldexp", np.array([2.0**-1000, 1.0, 3.0]), np.array([2000, 1023, -1000])),
        same("unravel_index", NUMBERS, shape=(2, 3)),
        *[share("quantile", C, q, axis=a, method=m) for q in (0.0, 0.31, np.array([0.2, 0.5, 1.0])) for a in AXES
          for m in ("linear", "lower", "higher", "midpoint")],
        *[share("nanquantile", HOLES, q, axis=a, keepdims=True) for q in (0.4, np.array([0.25, 0.5])) for a in AXES],
        *[share("percentile", C, 30, axis=1, keepdims=k) for k in (False, True)],
        *[share("nanpercentile", HOLES, 75, axis=a) for a in AXES],
    ]
)  # fmt: skip

MORE |= {
    "correlate short": (ops.correlate, lambda a, b: np.correlate(a, b, "valid"), (W, V)),
    "corrcoef of a vector": (ops.corrcoef, np.corrcoef, (V,)),
    **{
        f"trapezoid {axis}": (
            lambda y, axis=axis: ops.trapezoid(y, dx=0.5, axis=axis),
            lambda y, axis=axis: y.sum(axis) / 2 - (y.take(0, axis) + y.take(-1, axis)) / 4,
            (C,),
        )
        for axis in (0, 1, -1)
    },
    "trapezoid of places": (
        lambda y, x: ops.trapezoid(y, x, axis=1),
        lambda y, x: (np.diff(x, axis=1) * (y[:, 1:] + y[:, :-1]) / 2).sum(1),
        (A, np.cumsum(B, 1)),
    ),
    "trapezoid of a vector of places": (
        lambda y, x: ops.trapezoid(y, x, axis=0),
        lambda y, x: (np.diff(x)[:, None] * (y[1:] + y[:-1]) / 2).sum(0),
        (A, np.cumsum(B[0, :3])),
    ),
    "select": (
        lambda x: ops.select([x > 1.5, x > 1.0], [x * 2, -x], 7.0),
        lambda x: np.select([x > 1.5, x > 1.0], [x * 2, -x], 7.0),
        (A,),
    ),
    "where alone": (lambda x: ops.where(ops.convert_to_tensor(x) > 0, x, 0.0), lambda x: np.where(x > 0, x, 0.0), (V,)),
    "get_item": (lambda x: ops.get_item(x, (slice(None), [0, 2], None)), lambda x: x[:, [0, 2]][:, :, None], (A,)),
    "array_split": (lambda x: ops.array_split(x, 3, 1), lambda x: np.array_split(x, 3, 1), (A,)),
    "array_split at": (lambda x: ops.array_split(x, [1, 3], 1), lambda x: np.array_split(x, [1, 3], 1), (A,)),
    "hsplit": (lambda x: ops.hsplit(x, 2), lambda x: np.hsplit(x, 2), (A,)),
    "vsplit": (lambda x: ops.vsplit(x, [1]), lambda x: np.vsplit(x, [1]), (A,)),
    "dsplit": (lambda x: ops.dsplit(x, 2), lambda x: np.dsplit(x, 2), (C,)),
    "dstack": (lambda a, b: ops.dstack([a, b]), lambda a, b: np.dstack([a, b]), (A, B)),
    "dstack of vectors": (lambda a, b: ops.dstack([a, b]), lambda a, b: np.dstack([a, b]), (V, V + 1)),
    "hstack of scalars": (lambda a: ops.hstack([a[0], a[1]]), lambda a: np.hstack([a[0], a[1]]), (V,)),
    "vstack of scalars": (lambda a: ops.vstack([a[0], a[1]]), lambda a: np.vstack([a[0], a[1]]), (V,)),
    "max initial": (lambda x: ops.max(x, 1, initial=1.2), lambda x: np.max(x, 1, initial=1.2), (A,)),
    "min initial of nothing": (
        lambda x: ops.min(x[:, :0], 1, True, 3.0),
        lambda x: np.min(x[:, :0], 1, keepdims=True, initial=3.0),
        (A,),
    ),
    "take_along_axis broadcasts": (
        lambda x: ops.take_along_axis(x, np.array([[[1], [0]]]), 1),
        lambda x: np.take_along_axis(x, np.broadcast_to(np.array([[[1], [0]]]), (2, 2, 4)), 1),
        (C,),
    ),
    "view": (lambda x: ops.view(x, "int32"), lambda x: x.view("int32"), (A,)),
    "view back": (lambda x: ops.view(ops.view(x, "uint8"), "float64"), lambda x: x, (NUMBERS * 1.5,)),
    "cdist": (
        ops.cdist,
        lambda x, y: np.sqrt(((x[:, None] - y[None]) ** 2).sum(-1)),
        (A, RNG.normal(size=(5, 4))),
    ),
    "extract_sequences": (
        lambda x: ops.extract_sequences(x, 3, 2),
        lambda x: np.stack([x[..., i : i + 3] for i in (0, 2)], -2),
        (RNG.normal(size=(2, 6)),),
    ),
    "rearrange": (
        lambda x: ops.rearrange(x, "a (b c) d -> (d b) c a", c=3),
        lambda x: x.reshape(2, 1, 3, 4).transpose(3, 1, 2, 0).reshape(4, 3, 2),
        (C,),
    ),
    "einsum of an ellipsis": (
        lambda x, y: ops.einsum("...ij,jk->...ik", x, y),
        lambda x, y: np.einsum("...ij,jk->...ik", x, y),
        (C, M),
    ),
    "einsum of ellipses that broadcast": (
        lambda x, y: ops.einsum("...i,...i", x, y, optimize="optimal"),
        lambda x, y: np.einsum("...i,...i", x, y),
        (C, A),
    ),
    "digitize": (
        lambda x: ops.digitize(x, [0.5, 1.0, 1.5]),
        lambda x: np.digitize(x, [0.5, 1.0, 1.5]),
        (A,),
    ),
    "erfc": (ops.erfc, np.vectorize(math.erfc), (np.linspace(-3, 9, 13),)),
    "full of a tensor": (lambda x: ops.full((2, 3), x), lambda x: np.full((2, 3), x), (W,)),
}

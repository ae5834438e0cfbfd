"""Elementwise ops: a table of references and gradients. Operands broadcast; kernels see strides of 0."""

import math

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.opdef import define

FLOATS, INTEGERS, NUMBERS, ALL = "floats", "integers", "numbers", "all"
_KINDS = {
    FLOATS: dtypes.FLOATS,
    INTEGERS: dtypes.INTEGERS,
    NUMBERS: (*dtypes.INTEGERS, *dtypes.FLOATS),
    ALL: tuple(dtypes.IDS),
}

# Rough cost of one element in ns on one core; it only decides what is worth sharing between threads.
_CHEAP, _DIVIDE, _FUNCTION, _SLOW = 0.04, 0.15, 0.3, 5.0


def broadcast_shape(name, shapes):
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = " and ".join(str(s) for s in shapes)
        raise ValueError(f"[{name}] operands of shape {listed} cannot be broadcast together") from None


def _infer(name, allowed, result):
    def infer(inputs, **attrs):
        for tensor in inputs:
            if tensor.dtype not in _KINDS[allowed]:
                raise TypeError(f"[{name}] expected {allowed}, got dtype {tensor.dtype}; use ops.cast")
        first = inputs[-1]
        shape = first.shape if len({t.shape for t in inputs}) == 1 else broadcast_shape(name, [t.shape for t in inputs])
        return [(shape, result or first.dtype)]

    return infer


def iteration_space(output_shape, operand_shapes):
    """Loop extents and operand strides (elements) of an elementwise op over contiguous operands.

    Axis 0 stays alone, because the units of a group are its indices; other axes are merged where every operand allows it.
    Returns (dims, strides per operand); at most 6 dims.
    """
    shape = list(output_shape) or [1]
    while len(shape) > 1 and shape[0] == 1:
        shape.pop(0)
    strides = []
    for operand in operand_shapes:
        padded = ([1] * (len(shape) - len(operand)) + list(operand))[-len(shape) :]
        step, row = 1, [0] * len(shape)
        for axis in range(len(shape) - 1, -1, -1):
            if padded[axis] != 1:
                row[axis] = step
                step *= padded[axis]
        strides.append(row)
    axis = len(shape) - 1
    while axis > 1:
        if shape[axis] == 1 or all(s[axis - 1] == s[axis] * shape[axis] for s in strides):
            if shape[axis] == 1:
                for s in strides:
                    s[axis] = s[axis - 1]
            shape[axis - 1] *= shape.pop(axis)
            for s in strides:
                s[axis - 1] = s.pop(axis)
        elif shape[axis - 1] == 1:
            shape.pop(axis - 1)
            for s in strides:
                s.pop(axis - 1)
        axis -= 1
    if len(shape) > 6:
        raise ValueError(
            f"[elementwise] broadcasting pattern needs more than 6 axes: {operand_shapes} -> {output_shape}"
        )
    return shape, strides


def lower_elementwise(node, builder, cost=_CHEAP, scalar=0.0):
    output = node.outputs[0]
    dims, strides = iteration_space(output.shape, [t.shape for t in node.inputs])
    rank = len(dims)
    table = [row + [0] * (6 - rank) for row in strides] + [[0] * 6] * (3 - len(strides))
    params = (rank, *dims, *[0] * (6 - rank), *[s for row in table for s in row], float(scalar))
    builder.emit(
        node.op.name,
        node.inputs[-1].dtype,
        params,
        reads=[builder.buffer(t) for t in node.inputs],
        writes=[builder.buffer(output)],
        units=dims[0],
        row_reads=[row[0] != 0 for row in strides],
        row_writes=[True],
        nanoseconds=output.size * cost,
    )


def _samples(name, arity, allowed, domain):
    shapes = {1: [((7,),), ((3, 17),), ((),), ((0, 4),)],
              2: [((5, 33), (5, 33)), ((4, 19), (19,)), ((6, 1), (6, 21)), ((2, 3, 5), (3, 1)), ((9,), ())],
              3: [((4, 17), (4, 17), (4, 17)), ((4, 1), (3,), ())]}[arity]  # fmt: skip

    def draw(rng, shape, dtype):
        if dtype == "bool":
            return rng.random(shape) < 0.5
        if dtype in dtypes.INTEGERS:
            return rng.integers(0 if dtype == "uint8" else -9, 9, shape).astype(dtype)
        low, high = domain
        return rng.uniform(low, high, shape).astype(dtype)

    def sample(rng):
        cases = []
        for dtype in [d for d in _KINDS[allowed] if d not in dtypes.HALVES]:
            for operands in shapes:
                arrays = [draw(rng, s, dtype) for s in operands]
                if name == "where":
                    arrays[0] = draw(rng, operands[0], "bool")
                cases.append((arrays, {}))
        return cases

    return sample


def declare(name, reference, gradient=None, *, arity=1, kind=FLOATS, result=None, domain=(-2.0, 2.0), cost=_CHEAP):
    """Declares one elementwise op.

    Args:
        name: row in `ops.inc`.
        reference: NumPy function of the operands.
        gradient: `(dy, *inputs, output) -> cotangent(s)`; None: not differentiable.
        arity: number of operands.
        kind: operand dtypes, `"floats"`, `"integers"`, `"numbers"` or `"all"`.
        result: dtype of the result when it is not that of the operands.
        domain: where the generated tests draw floats from.
        cost: ns per element.
    """

    def rule(node, dy):
        found = gradient(dy, *node.inputs, node.outputs[0])
        return found if isinstance(found, tuple) else (found,)

    def quiet(*arrays):
        with np.errstate(all="ignore"):
            return reference(*arrays)

    define(
        name,
        infer=_infer(name, kind, result) if name != "where" else _infer_where,
        reference=quiet,
        gradient=rule if gradient else None,
        lower=lambda node, builder: lower_elementwise(node, builder, cost),
        sample=_samples(name, arity, kind, domain),
        elementwise=True,
    )
    if arity < 3:
        p.add_elementwise(name, arity, kind)


def _infer_where(inputs):
    condition, a, b = inputs
    if condition.dtype != "bool" or a.dtype != b.dtype:
        raise TypeError(
            f"[where] expected a bool condition and equal dtypes, got {condition.dtype}, {a.dtype}, {b.dtype}"
        )
    return [(broadcast_shape("where", [t.shape for t in inputs]), a.dtype)]


_erf = np.vectorize(math.erf, otypes=[float])
_erfc = np.vectorize(math.erfc, otypes=[float])


def _erfinv(x):
    """Newton's method on erf from Winitzki's approximation (2008); doubles."""
    x = np.asarray(x, np.float64)
    log = np.log1p(-x * x)
    t = 2 / (math.pi * 0.147) + log / 2
    y = np.sign(x) * np.sqrt(np.maximum(np.sqrt(t * t - log / 0.147) - t, 0))
    inside = np.abs(x) < 1
    y = np.where(inside, y, np.where(np.abs(x) == 1, np.sign(x) * np.inf, np.nan))
    for _ in range(4):
        step = (_erf(np.where(inside, y, 0)) - x) * math.sqrt(math.pi) / 2 * np.exp(np.where(inside, y, 0) ** 2)
        y = np.where(inside, y - step, y)
    return y


def _sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x)))).astype(x.dtype)


def _integer_power(a, b):
    if a.dtype.kind == "f":
        return np.power(a, b)
    return np.where(b < 0, 0, np.power(a, np.where(b < 0, 0, b))).astype(a.dtype)


def _floor_divide(a, b):
    return (
        np.where(b == 0, 0, np.floor_divide(a, np.where(b == 0, 1, b)))
        if a.dtype.kind != "f"
        else np.floor_divide(a, b)
    )


def _fmod(a, b):
    return np.where(b == 0, 0, np.fmod(a, np.where(b == 0, 1, b))) if a.dtype.kind != "f" else np.fmod(a, b)


def _shift(shift, outside):
    """NumPy's shift, for distances that are none as if it were done bit by bit."""

    def function(a, b):
        valid = (b >= 0) & (b < a.dtype.itemsize * 8)
        return np.where(valid, shift(a, np.where(valid, b, 0)), outside(a)).astype(a.dtype)

    return function


def _mod(a, b):
    return np.where(b == 0, 0, np.mod(a, np.where(b == 0, 1, b))) if a.dtype.kind != "f" else np.mod(a, b)


declare("negative", np.negative, lambda dy, x, y: p.negative(dy), kind=NUMBERS)
declare("absolute", np.abs, lambda dy, x, y: p.multiply(dy, p.sign(x)), kind=NUMBERS)
declare("sign", np.sign, lambda dy, x, y: None, kind=NUMBERS)
declare("square", np.square, lambda dy, x, y: p.multiply(dy, p.multiply(x, 2)), kind=NUMBERS)
declare(
    "reciprocal", np.reciprocal, lambda dy, x, y: p.negative(p.multiply(dy, p.square(y))), domain=(0.3, 3), cost=_DIVIDE
)
declare("sqrt", np.sqrt, lambda dy, x, y: p.divide(p.multiply(dy, 0.5), y), domain=(0.2, 4), cost=_DIVIDE)
declare("rsqrt", lambda x: 1 / np.sqrt(x), lambda dy, x, y: p.multiply(dy, p.multiply(p.divide(y, x), -0.5)),
        domain=(0.2, 4), cost=_DIVIDE)  # fmt: skip
declare("exp", np.exp, lambda dy, x, y: p.multiply(dy, y), cost=_FUNCTION)
declare("expm1", np.expm1, lambda dy, x, y: p.multiply(dy, p.add(y, 1)), cost=_FUNCTION)
declare("log", np.log, lambda dy, x, y: p.divide(dy, x), domain=(0.2, 4), cost=_FUNCTION)
declare("log1p", np.log1p, lambda dy, x, y: p.divide(dy, p.add(x, 1)), domain=(-0.8, 4), cost=_FUNCTION)
declare("sin", np.sin, lambda dy, x, y: p.multiply(dy, p.cos(x)), cost=_FUNCTION)
declare("cos", np.cos, lambda dy, x, y: p.negative(p.multiply(dy, p.sin(x))), cost=_FUNCTION)
declare("tan", np.tan, lambda dy, x, y: p.multiply(dy, p.add(p.square(y), 1)), domain=(-1, 1), cost=_SLOW)
declare(
    "arcsin",
    np.arcsin,
    lambda dy, x, y: p.multiply(dy, p.rsqrt(p.subtract(1.0, p.square(x)))),
    domain=(-0.9, 0.9),
    cost=_SLOW,
)
declare("arccos", np.arccos, lambda dy, x, y: p.negative(p.multiply(dy, p.rsqrt(p.subtract(1.0, p.square(x))))),
        domain=(-0.9, 0.9), cost=_SLOW)  # fmt: skip
declare("arctan", np.arctan, lambda dy, x, y: p.divide(dy, p.add(p.square(x), 1)), cost=_SLOW)
declare("sinh", np.sinh, lambda dy, x, y: p.multiply(dy, p.cosh(x)), cost=_SLOW)
declare("cosh", np.cosh, lambda dy, x, y: p.multiply(dy, p.sinh(x)), cost=_SLOW)
declare("tanh", np.tanh, lambda dy, x, y: p.tanh_grad(dy, y), cost=_FUNCTION)
declare("arcsinh", np.arcsinh, lambda dy, x, y: p.multiply(dy, p.rsqrt(p.add(p.square(x), 1))), cost=_SLOW)
declare(
    "arccosh",
    np.arccosh,
    lambda dy, x, y: p.multiply(dy, p.rsqrt(p.subtract(p.square(x), 1))),
    domain=(1.2, 4),
    cost=_SLOW,
)
declare(
    "arctanh", np.arctanh, lambda dy, x, y: p.divide(dy, p.subtract(1.0, p.square(x))), domain=(-0.9, 0.9), cost=_SLOW
)
declare("erf", lambda x: _erf(x).astype(x.dtype) if x.size else x,
        lambda dy, x, y: p.multiply(dy, p.multiply(p.exp(p.negative(p.square(x))), 2 / math.sqrt(math.pi))), cost=_FUNCTION)  # fmt: skip
declare("erfc", lambda x: _erfc(x).astype(x.dtype) if x.size else x,
        lambda dy, x, y: p.multiply(dy, p.multiply(p.exp(p.negative(p.square(x))), -2 / math.sqrt(math.pi))), cost=_SLOW)  # fmt: skip
declare("cbrt", np.cbrt, lambda dy, x, y: p.divide(dy, p.multiply(p.square(y), 3)), domain=(0.2, 4), cost=_SLOW)
declare("erfinv", lambda x: _erfinv(x).astype(x.dtype) if x.size else x,
        lambda dy, x, y: p.multiply(dy, p.multiply(p.exp(p.square(y)), math.sqrt(math.pi) / 2)), domain=(-0.9, 0.9), cost=_SLOW)  # fmt: skip
declare("floor", np.floor, lambda dy, x, y: None)
declare("ceil", np.ceil, lambda dy, x, y: None)
declare("trunc", np.trunc, lambda dy, x, y: None)
declare("round", np.round, lambda dy, x, y: None)
declare("sigmoid", _sigmoid, lambda dy, x, y: p.sigmoid_grad(dy, y), cost=_FUNCTION)
declare(
    "softplus",
    lambda x: np.logaddexp(x, x.dtype.type(0)),
    lambda dy, x, y: p.multiply(dy, p.sigmoid(x)),
    cost=_FUNCTION,
)
declare(
    "relu",
    lambda x: np.where(x > 0, x, np.where(np.isnan(x), x, 0)).astype(x.dtype),
    lambda dy, x, y: p.relu_grad(dy, y),
)
declare("is_nan", np.isnan, result="bool")
declare("is_finite", np.isfinite, result="bool")

declare("add", np.add, lambda dy, a, b, y: (dy, dy), arity=2, kind=ALL)
declare("subtract", lambda a, b: np.subtract(a, b) if a.dtype != bool else a ^ b, lambda dy, a, b, y: (dy, p.negative(dy)),
        arity=2, kind=NUMBERS)  # fmt: skip
declare("multiply", np.multiply, lambda dy, a, b, y: (p.multiply(dy, b), p.multiply(dy, a)), arity=2, kind=ALL)
declare("divide", np.divide, lambda dy, a, b, y: (p.divide(dy, b), p.negative(p.divide(p.multiply(dy, y), b))),
        arity=2, domain=(0.4, 3), cost=_DIVIDE)  # fmt: skip
declare(
    "floor_divide",
    _floor_divide,
    lambda dy, a, b, y: (None, None),
    arity=2,
    kind=NUMBERS,
    domain=(0.4, 3),
    cost=_FUNCTION,
)
declare("mod", _mod, lambda dy, a, b, y: (dy, p.negative(p.multiply(dy, p.floor_divide(a, b)))), arity=2, kind=NUMBERS,
        domain=(0.4, 3), cost=_FUNCTION)  # fmt: skip
declare("fmod", _fmod, lambda dy, a, b, y: (dy, p.negative(p.multiply(dy, p.trunc(p.divide(a, b))))), arity=2, kind=NUMBERS,
        domain=(0.4, 3), cost=_FUNCTION)  # fmt: skip
declare("maximum", np.maximum, arity=2, kind=ALL, gradient=lambda dy, a, b, y: _select(dy, p.greater_equal(a, b)))
declare("minimum", np.minimum, arity=2, kind=ALL, gradient=lambda dy, a, b, y: _select(dy, p.less_equal(a, b)))
declare("power", _integer_power, lambda dy, a, b, y: (_power_base(dy, a, b), _power_exponent(dy, a, b, y)), arity=2, kind=NUMBERS,
        domain=(0.3, 2.5), cost=_SLOW)  # fmt: skip
declare("arctan2", np.arctan2, arity=2, cost=_SLOW, domain=(0.2, 2),
        gradient=lambda dy, a, b, y: _arctan2(dy, a, b, p.add(p.square(a), p.square(b))))  # fmt: skip
declare("hypot", np.hypot, arity=2, cost=_SLOW, domain=(0.4, 3),
        gradient=lambda dy, a, b, y: _hypot(dy, a, b, p.where(p.equal(y, 0), p.scalar(1, y.dtype), y)))  # fmt: skip
declare("bitwise_not", np.invert, kind=INTEGERS)
for _name, _function in [("gcd", np.gcd), ("bitwise_and", np.bitwise_and), ("bitwise_or", np.bitwise_or),
                         ("bitwise_xor", np.bitwise_xor), ("left_shift", _shift(np.left_shift, np.zeros_like)),
                         ("right_shift", _shift(np.right_shift, lambda a: np.where(a < 0, -1, 0)))]:  # fmt: skip
    declare(_name, _function, arity=2, kind=INTEGERS, cost=_SLOW if _name == "gcd" else _CHEAP)
for _name, _function in [("equal", np.equal), ("not_equal", np.not_equal), ("less", np.less), ("less_equal", np.less_equal),
                         ("greater", np.greater), ("greater_equal", np.greater_equal)]:  # fmt: skip
    declare(_name, _function, arity=2, kind=ALL, result="bool")
_KINDS["bools"] = ("bool",)
_KINDS["singles"] = ("float32",)
for _half in dtypes.HALVES:
    # A cast to the half and back in one step, made by passes/widen_halves.py.
    declare(f"round_{_half}", lambda x, half=_half: dtypes.unpack(dtypes.pack(x, half), half).astype(x.dtype), kind="singles",
            domain=(-60_000, 60_000))  # fmt: skip
declare("logical_not", np.logical_not, kind="bools")
for _name, _function in [
    ("logical_and", np.logical_and),
    ("logical_or", np.logical_or),
    ("logical_xor", np.logical_xor),
]:
    declare(_name, _function, arity=2, kind="bools")
declare(
    "relu_grad",
    lambda dy, y: np.where(y > 0, dy, 0).astype(dy.dtype),
    lambda dz, dy, y, z: (p.relu_grad(dz, y), None),
    arity=2,
)
declare("sigmoid_grad", lambda dy, y: dy * y * (1 - y), arity=2,
        gradient=lambda dz, dy, y, z: (p.sigmoid_grad(dz, y), p.multiply(p.multiply(dz, dy), p.subtract(1, p.multiply(y, 2)))))  # fmt: skip
declare("tanh_grad", lambda dy, y: dy * (1 - y * y), arity=2,
        gradient=lambda dz, dy, y, z: (p.tanh_grad(dz, y), p.multiply(p.multiply(dz, dy), p.multiply(y, -2))))  # fmt: skip
declare("sigmoid_cross_entropy", lambda x, z: np.maximum(x, 0) - x * z + np.log1p(np.exp(-np.abs(x))), arity=2, cost=2 * _FUNCTION,
        gradient=lambda dy, x, z, y: (p.multiply(dy, p.subtract(p.sigmoid(x), z)), p.negative(p.multiply(dy, x))))  # fmt: skip
declare("where", lambda c, a, b: np.where(c, a, b).astype(a.dtype), arity=3, kind=ALL,
        gradient=lambda dy, c, a, b, y: (None, *_select(dy, c)))  # fmt: skip


def _select(dy, condition):
    zero = p.zeros_like_scalar(dy)
    return p.where(condition, dy, zero), p.where(condition, zero, dy)


def _power_base(dy, a, b):
    return p.multiply(dy, p.multiply(b, p.power(a, p.subtract(b, 1))))


def _power_exponent(dy, a, b, y):
    """dy * y * log(a), 0 where a <= 0 as TensorFlow has it."""
    positive = p.greater(a, p.zeros_like_scalar(a))
    one = p.scalar(1, a.dtype)
    return p.multiply(dy, p.multiply(y, p.log(p.where(positive, a, one))))


def _hypot(dy, a, b, length):
    return p.multiply(dy, p.divide(a, length)), p.multiply(dy, p.divide(b, length))


def _arctan2(dy, a, b, squares):
    return p.divide(p.multiply(dy, b), squares), p.negative(p.divide(p.multiply(dy, a), squares))

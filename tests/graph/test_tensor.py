"""Tensors and Variables: conversion, promotion, operators, and values that stay what they were when they were read."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import ops
from keraunos.graph import dtypes
from keraunos.graph.tensor import TracedValueError

DTYPES = ("bool", "uint8", "int32", "int64", "float32", "float64")


def test_a_value_that_was_read_does_not_change_when_the_variable_is_assigned():
    v = keras.Variable([1.0, 2.0])
    before, also = v.value, ops.convert_to_tensor(v)
    v.assign([5.0, 6.0])
    assert before.numpy().tolist() == [1, 2] and also.numpy().tolist() == [1, 2]
    assert v.value.numpy().tolist() == [5, 6]


def test_views_and_casts_that_change_nothing_stay_too():
    v = keras.Variable([[1.0, 2.0]])
    views = (ops.transpose, ops.stop_gradient, ops.ravel, ops.copy, lambda v: ops.reshape(v, (1, 2)), lambda v: v[0])
    read = [view(v) for view in views] + [ops.cast(v, "float32"), ops.expand_dims(v, 0)]
    v.assign([[5.0, 6.0]])
    assert [t.numpy().ravel().tolist() for t in read] == [[1, 2]] * len(read)


def test_values_read_before_a_program_changes_the_variable_stay():
    v = keras.Variable([1.0, 2.0])
    value = v.value
    keras.function(lambda: v.assign_add([1.0, 1.0]))()
    assert value.numpy().tolist() == [1, 2] and v.value.numpy().tolist() == [2, 3]


def test_an_open_tape_sees_what_programs_write():
    v = keras.Variable(1.0)
    step = keras.function(lambda: v.assign_add(1.0))
    with keras.GradientTape():
        first = v * 1
        step()
        assert float(v * 1) == 2 and float(first) == 1


def test_values_read_before_set_weights_stay():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, use_bias=False)])
    value = model.weights[0].value
    want = value.numpy()
    model.set_weights([np.full((1, 2), 7)])
    np.testing.assert_array_equal(value, want)


def test_values_read_before_training_stay():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    values = [w.value for w in model.weights]
    want = [v.numpy() for v in values]
    model.fit(np.ones((8, 1)), np.ones((8, 2)), verbose=0)
    for value, array in zip(values, want, strict=True):
        np.testing.assert_array_equal(value, array)
    assert (model.get_weights()[0] != want[0]).any()


def test_reads_inside_a_tape_stay_too():
    v = keras.Variable(3.0)
    with keras.GradientTape(persistent=True) as tape:
        y = v * v
        v.assign(5.0)
        z = v * v
    assert float(tape.gradient(y, v) or 0) in (0.0, 6.0) and float(z) == 25
    assert float(y) == 9


def test_arrays_are_copies():
    t = ops.convert_to_tensor(np.zeros(3, "float32"))
    array = np.asarray(t)
    array += 1
    t.numpy()[...] = 7
    assert t.numpy().tolist() == [0, 0, 0]
    v = keras.Variable([1.0])
    np.asarray(v)[...] = 7
    v.numpy()[...] = 7
    assert float(v[0]) == 1


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1, "int32"),
        (2**40, "int64"),
        (1.0, "float32"),
        (True, "bool"),
        ([1, 2], "int32"),
        ([1.0, 2], "float32"),
        (np.float64(1), "float64"),
        (np.zeros(2), "float64"),
        (np.zeros(2, "int16"), "int32"),
        (np.zeros(2, "float16"), "float16"),
        (np.zeros(2, ">f8"), "float64"),
        ([], "float32"),
    ],
)
def test_dtypes_of_converted_values(value, dtype):
    assert ops.convert_to_tensor(value).dtype == dtype


def test_big_endian_arrays_keep_their_values():
    assert ops.convert_to_tensor(np.array([1.5, -2.0], ">f4")).numpy().tolist() == [1.5, -2.0]
    assert keras.Variable(np.array([1, 256], ">i4")).numpy().tolist() == [1, 256]


@pytest.mark.parametrize("value", ["text", [[1.0], [2.0, 3.0]], None, object(), np.array(["a"]), 1 + 2j])
def test_what_is_no_number_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        ops.convert_to_tensor(value)


@pytest.mark.parametrize("a", DTYPES)
@pytest.mark.parametrize("b", DTYPES)
def test_promotion_is_symmetric_and_floats_win(a, b):
    found = ops.multiply(np.ones(2, a), np.ones(2, b)).dtype
    assert found == ops.multiply(np.ones(2, b), np.ones(2, a)).dtype == dtypes.promote([a, b])
    if a.startswith("float") and not b.startswith("float"):
        assert found == a


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8"])
def test_python_numbers_take_the_type_beside_them(dtype):
    x = ops.ones((2,), dtype)
    assert (x + 1).dtype == dtype and (2 * x).dtype == dtype
    assert (x + 1.5).dtype == (dtype if dtype.startswith("float") else "float32")


def test_operators():
    a, b = np.array([5.0, -3.0, 2.0]), np.array([2.0, 4.0, -3.0])
    x, y = ops.convert_to_tensor(a), ops.convert_to_tensor(b)
    for got, want in [
        (x + y, a + b),
        (x - y, a - b),
        (x * y, a * b),
        (x / y, a / b),
        (x // y, a // b),
        (x % y, a % b),
        (abs(x) ** y, abs(a) ** b),
        (1 - x, 1 - a),
        (2 / x, 2 / a),
        (2**x, 2**a),
        (-x, -a),
        (abs(x), abs(a)),
        (x < y, a < b),
        (x <= 2, a <= 2),
        (x > y, a > b),
        (x >= -3, a >= -3),
        (x == y, a == b),
        (x != y, a != b),
        (x @ y, a @ b),
        ((x > 0) & (y > 0), (a > 0) & (b > 0)),
        ((x > 0) | (y > 0), (a > 0) | (b > 0)),
        (~(x > 0), ~(a > 0)),
        (7 // y, 7 // b),
        (7 % y, 7 % b),
        (x.T, a.T),
    ]:
        np.testing.assert_allclose(got, want, rtol=1e-14)
    assert float(np.float32(2) * ops.ones(())) == 2 and isinstance(np.ones(2) * ops.ones((2,)), type(x))


def test_integer_division_and_remainder_follow_python():
    a, b = np.array([7, -7, 7, -7], "int32"), np.array([2, 2, -2, -2], "int32")
    x, y = ops.convert_to_tensor(a), ops.convert_to_tensor(b)
    assert (x // y).numpy().tolist() == (a // b).tolist() and (x % y).numpy().tolist() == (a % b).tolist()
    assert (x / y).dtype == "float32"


@pytest.mark.parametrize("compiled", [False, True])
def test_negative_zero_stays_apart_from_zero(compiled):
    for zeros in ((0.0, -0.0), (-0.0, 0.0)):

        def every(x, zeros=zeros):
            products = [x * zero for zero in zeros]
            filled = [ops.full((2,), zero) for zero in zeros]
            return [*products, *filled]

        found = (keras.function(every) if compiled else every)(ops.ones((2,)))
        assert [bool(np.signbit(t.numpy()).any()) for t in found] == [bool(np.signbit(z)) for z in zeros] * 2


def test_tensors_in_python():
    t = ops.convert_to_tensor([[1.0, 2.0], [3.0, 4.0]])
    assert len(t) == 2 and [row.numpy().tolist() for row in t] == [[1, 2], [3, 4]]
    assert t.ndim == 2 and t.size == 4 and f"{t[0, 1]:.2f}" == "2.00" and int(t[1, 0]) == 3 and bool(t[0, 0])
    assert "shape=(2, 2)" in repr(t) and [10, 20, 30][ops.convert_to_tensor(1)] == 20
    with pytest.raises(TypeError, match="scalar"):
        len(t[0, 0])


def test_variables():
    v = keras.Variable([[1.0, 2.0]], name="v")
    assert v.shape == (1, 2) and v.dtype == "float32" and v.ndim == 2 and v.size == 2 and v.nbytes == 8 and len(v) == 1
    assert "path=v" in repr(v) and v in [v] and v in {v: 1}
    assert v.assign_add([[1.0, 1.0]]) is v and v.numpy().tolist() == [[2, 3]]
    assert v.assign_sub(np.ones((1, 2))).numpy().tolist() == [[1, 2]]
    assert keras.Variable(lambda shape, dtype: np.full(shape, 2, dtype), shape=(3,)).numpy().tolist() == [2, 2, 2]
    assert keras.Variable(0.0, shape=(2,)).numpy().tolist() == [0, 0]
    assert keras.Variable([1, 2], dtype="float64").dtype == "float64"
    assert float(keras.Variable(2)) == 2 and int(keras.Variable(3.7)) == 3 and not keras.Variable(0.0)


def test_variables_are_64_byte_aligned():
    for shape in ((), (1,), (3, 5), (1000,)):
        assert keras.Variable(np.zeros(shape, "float32")).storage.ctypes.data % 64 == 0


@pytest.mark.parametrize("value", [np.ones(3), 1.0, np.ones((2, 2))])
def test_assigning_another_shape(value):
    v = keras.Variable([1.0, 2.0], name="v")
    with pytest.raises(ValueError, match=r"v: expected a value of shape \(2,\)"):
        v.assign(value)
    assert v.numpy().tolist() == [1, 2]


@pytest.mark.parametrize(
    "use",
    [
        lambda t: 1 if t.sum_ else 0,
        lambda t: float(ops.sum(t)),
        lambda t: int(ops.sum(t)),
        lambda t: np.asarray(t),
        lambda t: t.numpy(),
        lambda t: bool(ops.all(t > 0)),
        lambda t: ops.sum(t).item(),
        lambda t: [1, 2][ops.argmax(t)],
        lambda t: f"{ops.sum(t):.3f}",
        lambda t: max(t[0], t[1]),
        lambda t: ops.while_loop(lambda s: ops.sum(s) < 3, lambda s: s + 1, (t,)),
        lambda t: t[t > 0],
    ],
)
def test_values_that_a_trace_does_not_have_yet(use):
    """Whatever needs a number inside a trace raises an error that names the way out, and leaves no trace active."""
    with pytest.raises((TracedValueError, AttributeError, IndexError)) as raised:
        keras.function(use)(np.ones(2, "float32"))
    if not isinstance(raised.value, AttributeError):
        assert "ops" in str(raised.value)
    assert float(ops.sum(np.ones(2))) == 2


def test_a_symbolic_tensor_that_escaped():
    kept = []

    @keras.function
    def leak(x):
        kept.append(x)
        return x

    leak(np.ones(2))
    with pytest.raises(TracedValueError, match="after its trace had ended"):
        ops.add(kept[0], 1)

"""What is computed once for many runs follows the variables it came from, and nothing that a run may change is among
it."""

import keraunos as keras
import numpy as np
import pytest
from keraunos.graph import Variable
from keraunos.graph import primitives as p
from keraunos.graph.compile import compile_trace
from keraunos.graph.tensor import Tensor
from keraunos.graph.trace import Trace, tracing


def rows(*shape):
    return np.random.default_rng(3).normal(size=shape).astype("float32")


def compiled(function, *shapes):
    trace = Trace()
    with tracing(trace):
        outputs = function(*[trace.placeholder(s, "float32") for s in shapes])
    return compile_trace(trace, outputs)


def call(executable, *arrays):
    return [t.numpy() for t in executable.call([Tensor(a.shape, a.dtype.name, a) for a in arrays])]


def test_results_follow_the_variable():
    v = Variable(rows(64, 64))
    run = compiled(lambda x: [p.matmul(x, p.exp(p.tanh(v)))], (3, 64))
    assert run.preparation is not None
    x = rows(3, 64)
    for value in (rows(64, 64), rows(64, 64) * 0.5, np.zeros((64, 64), "float32")):
        v.assign(value)
        # 64 products, 4 roundings each in exp(tanh): far below 1e-4 of values around 30.
        np.testing.assert_allclose(call(run, x)[0], x @ np.exp(np.tanh(value)), rtol=1e-4, atol=1e-4)


def test_runs_between_changes_do_not_compute_again():
    v = Variable(rows(64, 64))
    run = compiled(lambda x: [p.matmul(x, p.exp(v))], (3, 64))
    x = rows(3, 64)
    first = call(run, x)[0]
    # The prepared buffer is spoilt on purpose: a run that reads it shows that nobody filled it anew.
    next(iter(run.preparation.arrays.values()))[:] = 0
    assert not call(run, x)[0].any()
    v.assign(v)
    np.testing.assert_array_equal(call(run, x)[0], first)


def test_what_a_run_writes_is_not_prepared():
    v = Variable(rows(64, 64))

    def step(x):
        y = p.matmul(x, p.exp(v))
        v.assign(p.add(v, 1.0))
        return [y]

    assert compiled(step, (3, 64)).preparation is None


def test_cheap_work_is_not_worth_it():
    v = Variable(rows(3))
    assert compiled(lambda x: [p.add(x, p.exp(v))], (2, 3)).preparation is None


@pytest.mark.parametrize("method", ["predict", "evaluate"])
def test_models_see_new_weights(method):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.Input((12, 12, 16)),
        keras.layers.Conv2D(32, 3, padding="same", use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.Flatten(),
        keras.layers.Dense(4),
    ])  # fmt: skip
    model.compile("sgd", "mse")
    x, y = rows(16, 12, 12, 16), rows(16, 4)
    act = (lambda: model.predict(x, verbose=0)) if method == "predict" else (lambda: model.evaluate(x, y, verbose=0))
    act()
    for _ in range(2):
        model.fit(x, y, verbose=0)
        changed = act()
        eager = model(x, training=False).numpy()
        want = eager if method == "predict" else np.mean((eager - y) ** 2)
        # Folded and unfolded normalization, Winograd and direct: 1e-4 is 30 times what float32 sums of 144 terms err.
        np.testing.assert_allclose(changed, want, rtol=1e-4, atol=1e-4)

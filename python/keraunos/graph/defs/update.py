"""Optimizer updates: functional ops here, mostly in place when they are lowered (an output takes its variable's
buffer). Where the old value is needed later, as by a loss scale that may take the step back, results lie beside it."""

import numpy as np

from keraunos.graph.opdef import define


def _lower(node, builder):
    state = len(node.outputs)
    variable = node.outputs[0]
    rows = variable.shape[0] if variable.shape else 1
    constants = list(node.attrs.values())
    builder.emit(
        node.op.name,
        variable.dtype,
        (variable.size // rows if rows else 0, *map(float, constants), *[0.0] * (6 - len(constants))),
        reads=[builder.buffer(t) for t in node.inputs],
        writes=[builder.buffer(t) for t in node.outputs],
        units=rows,
        row_reads=[True] * (state + 1) + [False] * (len(node.inputs) - state - 1),
        row_writes=[True] * state,
        nanoseconds=variable.size * 0.1 * (state + 1),
    )


def _infer(state):
    def infer(inputs, **attrs):
        return [(t.shape, t.dtype) for t in inputs[:state]]

    return infer


def _sgd(w, g, rate):
    return w - rate * g


def _sgd_momentum(w, m, g, rate, momentum, nesterov):
    m = momentum * m - rate * g
    return (w + momentum * m - rate * g if nesterov else w + m), m


def _adam(w, m, v, g, rate, step, beta_1, beta_2, epsilon):
    t = float(step) + 1
    alpha = rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    m = m + (g - m) * (1 - beta_1)
    v = v + (g * g - v) * (1 - beta_2)
    return w - m * alpha / (np.sqrt(v) + epsilon), m, v


def _rmsprop(w, v, g, rate, rho, epsilon):
    v = rho * v + (1 - rho) * g * g
    return w - rate * g / np.sqrt(v + epsilon), v


def _adagrad(w, a, g, rate, epsilon):
    a = a + g * g
    return w - rate * g / np.sqrt(a + epsilon), a


# name -> (number of variables that it replaces, constants of the samples)
RULES = {}


def _declare(name, state, reference, **attrs):
    RULES[name] = state, attrs

    def sample(rng):
        cases = []
        for dtype in ("float32", "float64"):
            for shape in [(5, 33), (7,), ()]:
                arrays = [np.abs(rng.normal(size=shape)).astype(dtype) for _ in range(state + 1)] + [
                    np.array(0.1, dtype)
                ]
                cases.append((arrays + ([np.array(4, "int64")] if name == "adam" else []), dict(attrs)))
        return cases

    define(
        name,
        infer=_infer(state),
        reference=reference,
        lower=_lower,
        sample=sample,
        aliases={i: i for i in range(state)},
    )


_declare("sgd", 1, _sgd)
_declare("sgd_momentum", 2, _sgd_momentum, momentum=0.9, nesterov=True)
_declare("adam", 3, _adam, beta_1=0.9, beta_2=0.999, epsilon=1e-7)
_declare("rmsprop", 2, _rmsprop, rho=0.9, epsilon=1e-7)
_declare("adagrad", 2, _adagrad, epsilon=1e-7)

"""Optimizer updates as fused ops: each returns the new values of the state it was given, the variable first."""

from keraunos.graph import primitives as p
from keraunos.graph.opdef import REGISTRY
from keraunos.graph.trace import apply, as_tensor


def _run(name, state, gradient, rate, step=None, **constants):
    state = [as_tensor(s) for s in state]
    dtype = state[0].dtype
    operands = [*state, p.cast(gradient, dtype), p.cast(rate, dtype)]
    if step is not None:
        operands.append(p.cast(step, "int64"))
    outputs = apply(REGISTRY[name], tuple(operands), {k: float(v) for k, v in constants.items()})
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


def sgd(w, g, rate):
    """w - rate * g"""
    return _run("sgd", [w], g, rate)


def sgd_momentum(w, m, g, rate, momentum, nesterov):
    """(w', m'): m' = momentum m - rate g; w' = w + m', or w + momentum m' - rate g with Nesterov's look-ahead."""
    return _run("sgd_momentum", [w, m], g, rate, momentum=momentum, nesterov=nesterov)


def adam(w, m, v, g, rate, step, beta_1, beta_2, epsilon):
    """(w', m', v') of Kingma and Ba, 2015 (the form before their algorithm 1's last remark); `step` counts from 0."""
    return _run("adam", [w, m, v], g, rate, step, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)


def rmsprop(w, v, g, rate, rho, epsilon):
    """(w', v'): v' = rho v + (1 - rho) g^2; w' = w - rate g / sqrt(v' + epsilon)."""
    return _run("rmsprop", [w, v], g, rate, rho=rho, epsilon=epsilon)


def adagrad(w, a, g, rate, epsilon):
    """(w', a'): a' = a + g^2; w' = w - rate g / sqrt(a' + epsilon)."""
    return _run("adagrad", [w, a], g, rate, epsilon=epsilon)

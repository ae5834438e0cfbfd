"""Tables that are looked up, and their gradients by position: which positions name a row, and optimizer updates that
take the gradient from there. Made by passes/group_updates.py, for targets that have the kernels."""

import numpy as np

from keraunos.graph.defs import update
from keraunos.graph.opdef import REGISTRY, define


def _lower_group(node, builder):
    (index,), (order, starts) = node.inputs, node.outputs
    rows = node.attrs["rows"]
    if not index.size:  # what writes an empty tensor is no instruction
        builder.emit("fill", "int32", (1, 0.0), reads=[], writes=[builder.buffer(starts)], units=rows + 1, row_reads=[],
                     row_writes=[True], nanoseconds=rows * 0.1)  # fmt: skip
        return
    builder.emit(
        "group_rows",
        index.dtype,
        (index.size, rows),
        reads=[builder.buffer(index)],
        writes=[builder.buffer(order), builder.buffer(starts)],
        units=1,
        row_reads=[False],
        row_writes=[False, False],
        nanoseconds=index.size * 4 + rows * 0.8,
    )


def _group(index, rows):
    flat = index.reshape(-1).astype(np.int64)
    flat = np.where(flat < 0, flat + rows, flat)
    flat = np.where((flat < 0) | (flat >= rows), rows, flat)
    order = np.argsort(flat, kind="stable")
    order[np.sort(flat) == rows] = 0
    starts = np.concatenate([[0], np.cumsum(np.bincount(flat, minlength=rows + 1)[:rows])])
    return order.astype(np.int32), starts.astype(np.int32)


define(
    "group_rows",
    infer=lambda inputs, rows: [((inputs[0].size,), "int32"), ((rows + 1,), "int32")],
    reference=_group,
    lower=_lower_group,
    sample=lambda rng: [([rng.integers(-7, 9, shape).astype(i)], {"rows": rows})
                        for i in ("int32", "int64") for shape, rows in [((11,), 7), ((3, 4), 1), ((0,), 5), ((4,), 0)]],
)  # fmt: skip


def _lower(node, builder):
    *state, updates, order, starts = node.inputs[: len(node.inputs) - len(_after(node))]
    out = node.outputs[0]
    rows, constants = out.shape[0], _constants(node)
    columns = out.size // rows if rows else 0
    dense = node.op.name not in ("sum_rows", "sgd_rows", "adagrad_rows")
    builder.emit(
        node.op.name,
        out.dtype,
        (columns, order.size, *map(float, constants), *[0.0] * (6 - len(constants))),
        reads=[builder.buffer(t) for t in node.inputs],
        writes=[builder.buffer(t) for t in node.outputs],
        units=rows,
        row_reads=[True] * len(state) + [False] * (len(node.inputs) - len(state)),
        row_writes=[True] * len(node.outputs),
        nanoseconds=rows * 1.5 + updates.size * 0.2 + out.size * 0.1 * (len(state) + 1) * dense,
    )


def _after(node):
    """Rate and step, which follow the gradient."""
    name = node.op.name
    return node.inputs[-2:] if name == "adam_rows" else () if name == "sum_rows" else node.inputs[-1:]


def _constants(node):
    return [value for key, value in node.attrs.items() if key != "shape"]


def _gradient(updates, order, starts, shape):
    """The dense gradient."""
    dense = np.zeros((shape[0], int(np.prod(shape[1:]))), updates.dtype)
    flat = updates.reshape(order.size, -1) if order.size else updates.reshape(0, dense.shape[1])
    np.add.at(dense, np.repeat(np.arange(shape[0]), np.diff(starts)), flat[order[: starts[-1]]])
    return dense.reshape(shape)


def _sample(name, states, constants):
    def sample(rng):
        cases = []
        for dtype in ("float32", "float64"):
            for shape, positions in [((7, 5), 9), ((3, 1, 33), 40), ((4,), 3), ((5, 2), 0)]:
                order, starts = _group(rng.integers(0, shape[0] - 1, positions), shape[0])
                arrays = [np.abs(rng.normal(size=shape)).astype(dtype) for _ in range(states)]
                arrays += [rng.normal(size=(positions, *shape[1:])).astype(dtype), order, starts]
                arrays += [np.array(0.1, dtype)] if states else []
                arrays += [np.array(4, "int64")] if name == "adam" else []
                cases.append((arrays, dict(constants) if states else {"shape": shape}))
        return cases

    return sample


def _define(name, states, constants):
    """The op `<name>_rows`: (variables..., updates, order, starts, rate[, step]) -> variables, where `name` takes a
    gradient of the shape of the variables."""

    def reference(*arrays, **attrs):
        variables, (updates, order, starts), rest = arrays[:states], arrays[states : states + 3], arrays[states + 3 :]
        gradient = _gradient(updates, order, starts, variables[0].shape)
        return REGISTRY[name].reference(*variables, gradient, *rest, **attrs)

    define(
        f"{name}_rows",
        infer=lambda inputs, **attrs: [(t.shape, t.dtype) for t in inputs[:states]],
        reference=reference,
        lower=_lower,
        sample=_sample(name, states, constants),
        aliases={i: i for i in range(states)},
    )


define(
    "sum_rows",
    infer=lambda inputs, shape: [(shape, inputs[0].dtype)],
    reference=_gradient,
    lower=_lower,
    sample=_sample("sum", 0, {}),
)
for _name, _rule in update.RULES.items():
    _define(_name, *_rule)

"""`keras.ops`: loops and branches. Inside a compiled function loops are unrolled, and of a branch on a symbolic value
all sides are computed and one is selected."""

import builtins

from keraunos._structure import flatten, map_leaves, pack
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.joining import stack


def cond(pred, true_fn, false_fn):
    """`true_fn()` if `pred` else `false_fn()`; of a symbolic `pred` both are computed and the result is selected.

    Args:
        pred: bool or scalar tensor.
        true_fn, false_fn: functions without arguments; their results have the same structure, shapes and dtypes.

    Raises:
        ValueError: for results of different structure, when `pred` is symbolic.
    """
    pred = as_tensor(pred)
    if pred.value is not None:
        return true_fn() if bool(pred) else false_fn()
    return _selected("cond", pred, true_fn(), false_fn())


def _selected(tag, condition, ours, theirs):
    """`ours` where a scalar condition holds, else `theirs`, leaf by leaf."""
    left, right = flatten(ours), flatten(theirs)
    if len(left) != len(right):
        raise ValueError(f"[{tag}] branches must return the same structure, got {len(left)} and {len(right)} tensors")
    return pack(ours, iter([p.where(condition, a, b) for a, b in zip(left, right, strict=True)]))


def switch(index, branches, *operands):
    """`branches[index](*operands)`, with an index outside moved to the nearest branch.

    Args:
        index: int or scalar tensor; of a symbolic one all branches are computed and the result is selected.
        branches: functions whose results have the same structure, shapes and dtypes.
        operands: their arguments.

    Raises:
        ValueError: for no branches, and results of different structure, when `index` is symbolic.

    >>> from keraunos import ops
    >>> float(ops.switch(1, [lambda x: x + 1, lambda x: x * 10], 3.0))
    30.0
    """
    if not branches:
        raise ValueError("[switch] expected at least one branch")
    index = as_tensor(index)
    if index.value is not None:
        return branches[builtins.min(builtins.max(int(index), 0), len(branches) - 1)](*operands)
    result = branches[-1](*operands)
    for number in reversed(range(len(branches) - 1)):
        result = _selected("switch", p.less_equal(index, number), branches[number](*operands), result)
    return result


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Runs `body` while `cond` holds.

    Args:
        cond: function of the loop variables that returns a bool or a scalar tensor.
        body: function of the loop variables that returns their next values.
        loop_vars: tuple or list of (structures of) tensors, or one tensor.
        maximum_iterations: how often `body` is run at most. Inside a compiled function whose condition depends on
            symbolic values it must be given: the loop is unrolled that often, and what comes after its end is
            discarded.

    Returns:
        The loop variables, as a tuple if they were given in a tuple or list.

    Raises:
        TracedValueError: for a symbolic condition without `maximum_iterations`.
    """
    several = isinstance(loop_vars, (tuple, list))
    values = map_leaves(tuple(loop_vars) if several else (loop_vars,), as_tensor)
    running, steps = None, 0  # running: whether the loop goes on, once that is symbolic
    while maximum_iterations is None or steps < maximum_iterations:
        holds = as_tensor(cond(*values))
        if holds.value is None and maximum_iterations is not None:
            running = holds if running is None else p.logical_and(running, holds)
        elif not bool(holds):
            break
        result = body(*values)
        result = tuple(result) if several and isinstance(result, (tuple, list)) else (result,)
        values = result if running is None else _selected("while_loop", running, result, values)
        steps += 1
    return values if several else values[0]


def fori_loop(lower, upper, body_fun, init_val):
    """`init_val` through `body_fun(i, value)` for i in [lower, upper).

    Args:
        lower, upper: bounds, ints or concrete scalars.
        body_fun: function of an int and a value that returns the next value.
        init_val: (structure of) tensors.
    """
    value = init_val
    for i in range(int(lower), int(upper)):
        value = body_fun(i, value)
    return value


def _stacked(results):
    """Structures of tensors, one per step, as one structure with the steps on axis 0."""
    leaves = zip(*(flatten(result) for result in results), strict=True)
    return pack(results[0], iter([stack(list(parts)) for parts in leaves]))


def map(f, xs):
    """`f` of every slice of `xs` along axis 0, stacked.

    Args:
        f: function of a (structure of) tensors that returns a (structure of) tensors.
        xs: (structure of) tensors of equal extent along axis 0.

    Raises:
        ValueError: for no tensor, and for different extents.

    >>> from keraunos import ops
    >>> ops.map(lambda x: x * x, ops.array([1.0, 2.0, 3.0])).numpy()
    array([1., 4., 9.], dtype=float32)
    """
    return _mapped("map", f, xs)


def vectorized_map(function, elements):
    """`function` of every slice of `elements` along axis 0, stacked.

    Args:
        function: function of a (structure of) tensors that returns a (structure of) tensors.
        elements: (structure of) tensors of equal extent along axis 0.

    Raises:
        ValueError: for no tensor, and for different extents.

    >>> from keraunos import ops
    >>> ops.vectorized_map(lambda pair: pair[0] + pair[1], [ops.ones(2), ops.arange(2)]).numpy()
    array([1., 2.], dtype=float32)
    """
    return _mapped("vectorized_map", function, elements)


def _mapped(tag, function, elements):
    elements = map_leaves(elements, as_tensor)
    count = _extent(tag, flatten(elements))
    slices = lambda i: map_leaves(elements, lambda t: t[i])  # noqa: E731
    if count:
        return _stacked([function(slices(i)) for i in range(count)])
    # What the function would return is only known by running it once.
    once = function(map_leaves(elements, lambda t: p.broadcast_to(p.scalar(0, t.dtype), t.shape[1:])))
    return map_leaves(once, lambda t: p.broadcast_to(p.scalar(0, as_tensor(t).dtype), (0, *as_tensor(t).shape)))


def _extent(tag, leaves):
    extents = {t.shape[0] if t.shape else None for t in leaves}
    if len(extents) != 1 or None in extents:
        raise ValueError(
            f"[{tag}] expected tensors of equal extent along axis 0, got shapes {[t.shape for t in leaves]}"
        )
    return extents.pop()


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Carries a value through `f` along the slices of `xs`.

    Args:
        f: `(carry, x) -> (carry, y)`: the next carry, in the structure, shapes and dtypes of `init`, and a result.
        init: the first carry, a (structure of) tensors.
        xs: (structure of) tensors of equal extent along axis 0; None: `f` gets None.
        length: number of steps; default: the extent of `xs`.
        reverse: whether to go from the last slice to the first; results stand where their slices stand.
        unroll: accepted for compatibility: inside a compiled function all steps are unrolled.

    Returns:
        (last carry, results stacked along axis 0).

    Raises:
        TypeError: when `f` is no function.
        ValueError: for neither `xs` nor `length`, a `length` that is not the extent of `xs`, and a bad `unroll`.

    >>> from keraunos import ops
    >>> total, sums = ops.scan(lambda total, x: (total + x, total + x), ops.array(0.0), ops.array([1.0, 2.0, 3.0]))
    >>> float(total), sums.numpy()
    (6.0, array([1., 3., 6.], dtype=float32))
    """
    if not callable(f):
        raise TypeError(f"[scan] f must be a function, got {f!r}")
    if not isinstance(unroll, bool) and (not isinstance(unroll, int) or unroll < 1):
        raise ValueError(f"[scan] unroll must be a positive integer or a bool, got {unroll!r}")
    if xs is None and length is None:
        raise ValueError("[scan] expected xs or length, got neither")
    xs = map_leaves(xs, as_tensor)
    count = int(length) if xs is None else _extent("scan", flatten(xs))
    if length is not None and int(length) != count:
        raise ValueError(f"[scan] length={length} is not the extent of xs, {count}")
    carry, results = map_leaves(init, as_tensor), []
    for i in reversed(range(count)) if reverse else range(count):
        carry, result = f(carry, map_leaves(xs, lambda t, i=i: t[i]))
        results.append(result)
    if not results:
        # As in Keras, where results have the shapes of the carry.
        return carry, map_leaves(carry, lambda t: p.broadcast_to(p.scalar(0, t.dtype), (0, *t.shape)))
    return carry, _stacked(results[::-1] if reverse else results)

"""predict: outputs for data; one row costs a few microseconds."""

import numpy as np

from keraunos._structure import flatten, pack
from keraunos.callbacks.callback_list import CallbackList
from keraunos.config import limits
from keraunos.graph import dtypes
from keraunos.graph.tensor import Tensor
from keraunos.runtime import devices, mirror
from keraunos.training import checks, data
from keraunos.training.arrays import structure_of_arrays
from keraunos.training.loop import tensors_of


def predict(model, x, batch_size, verbose, steps, callbacks):
    """See `Model.predict`."""
    steps = limits.limited_steps(steps)
    source = data.adapt(x, None, None, batch_size, None, steps)
    checks.check_data(model, source, "x")
    model._ensure_programs()
    verbose = 1 if verbose == "auto" else int(verbose)
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks, add_progbar=True, model=model, verbose=verbose, epochs=1, steps=steps or source.steps
        )
    callbacks.on_predict_begin()
    hooked = callbacks.needs_batches("predict")
    outputs = (
        _resident(model, source, steps, callbacks, hooked)
        if source.resident
        else _fed(model, source, callbacks, hooked)
    )
    callbacks.on_predict_end()
    if type(x) is np.ndarray and source.resident and source.steps == 1 and steps is None and not model.run_eagerly:
        quick = _quick(model, source.parts, x)
        if quick is not None:
            model._programs.quick[x.shape, x.dtype, batch_size, devices.setting()] = quick
    return outputs


def _quick(model, parts, x):
    """predict for arrays like `x` that fit one batch: bind, run, return. None when `x` is not bound as it is."""
    executable, structure = model._programs.fed("predict", parts)
    if len(executable.inputs) != 1 or executable.inputs[0][1] != x.dtype.name or not isinstance(structure, Tensor):
        return None
    program, output_slot = executable.program, executable.output_slot(0)
    ((shape, dtype),) = executable.outputs
    if dtype == "bfloat16":
        return None
    bind, run, empty = (
        program.bind,
        executable.run if executable.written or executable.preparation or mirror.made else program.run,
        np.empty,
    )

    def quick(array):
        bind(0, array if array.flags.c_contiguous else np.ascontiguousarray(array))
        output = empty(shape, dtype)
        bind(output_slot, output, True)
        run()
        return output

    return quick


def _resident(model, source, steps, callbacks, hooked):
    rows = min(source.rows, steps * source.batch_size) if steps else source.rows
    results, kinds, structure = None, None, None
    for number, start in enumerate(range(0, rows, source.batch_size)):
        stop = min(start + source.batch_size, rows)
        if hooked:
            callbacks.on_predict_batch_begin(number)
        batch = source.batch(start, stop)
        if model.run_eagerly:
            structure, parts, kinds = _eager(model, batch)
            results = results or [np.empty((rows, *a.shape[1:]), a.dtype) for a in parts]
            for result, part in zip(results, parts, strict=True):
                result[start:stop] = part
        else:
            executable, structure = model._programs.fed("predict", batch)
            if results is None:
                kinds = [dtype for _, dtype in executable.outputs]
                results = [np.empty((rows, *s[1:]), dtypes.storage(dtype)) for s, dtype in executable.outputs]
            _run(executable, flatten(batch), [r[start:stop] for r in results])
        if hooked:
            parts = [dtypes.public(r[start:stop], d) for r, d in zip(results, kinds, strict=True)]
            callbacks.on_predict_batch_end(number, logs={"outputs": parts})
        callbacks.progress(number + 1, dict)
    return pack(structure, map(dtypes.public, results, kinds))


def _fed(model, source, callbacks, hooked):
    collected, structure = [], None
    try:
        for number, batch in enumerate(source.batches()):
            if hooked:
                callbacks.on_predict_batch_begin(number)
            structure, parts, kinds = _batch(model, batch[:1])
            parts = [dtypes.public(a, d) for a, d in zip(parts, kinds, strict=True)]
            collected.append(parts)
            if hooked:
                callbacks.on_predict_batch_end(number, logs={"outputs": parts})
            callbacks.progress(number + 1, dict)
    finally:
        source.release()
    return pack(structure, iter([np.concatenate(parts) for parts in zip(*collected, strict=True)]))


def predict_batch(model, x):
    """Outputs for one batch of any size."""
    model._ensure_programs()
    structure, parts, kinds = _batch(model, (structure_of_arrays(x, "x"),))
    return pack(structure, map(dtypes.public, parts, kinds))


def _batch(model, batch):
    """(structure, arrays in storage types, dtypes) of the outputs."""
    if model.run_eagerly:
        return _eager(model, batch)
    executable, structure = model._programs.fed("predict", batch)
    results = [np.empty(shape, dtypes.storage(dtype)) for shape, dtype in executable.outputs]
    _run(executable, flatten(batch), results)
    return structure, results, [dtype for _, dtype in executable.outputs]


def _run(executable, inputs, outputs):
    for position, array in enumerate(inputs):
        executable.bind_input(position, array)
    for position, array in enumerate(outputs):
        executable.bind_output(position, array)
    executable.run()
    executable.unbind_inputs()
    for position in range(len(outputs)):
        executable.program.unbind(executable.output_slot(position))


def _eager(model, batch):
    outputs = model.predict_step(tensors_of(batch, model.compute_dtype))
    tensors = flatten(outputs)
    return outputs, [t.value for t in tensors], [t.dtype for t in tensors]

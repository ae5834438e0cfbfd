"""Loops: running steps in stretches, so that Python is entered every 50 ms and not every batch."""

import time

import numpy as np

from keraunos._structure import flatten, map_leaves
from keraunos.runtime.device_array import DeviceArray
from keraunos.runtime.device_rows import DeviceRows
from keraunos.training.window import Window, window_rows

STRETCH_SECONDS = 0.05
FIRST_STRETCH = 4  # steps: enough to learn how long one takes, even the slowest are interruptible


class ResidentRunner:
    """Runs the steps of one epoch over arrays in memory.

    Args:
        programs: the model's `StepPrograms`.
        kind: "train" or "test".
        data: `ArrayData`.
        shuffled: whether batches follow `order` instead of the rows' own order.
    """

    def __init__(self, programs, kind, data, shuffled):
        self._programs = programs
        self._kind, self._data, self.shuffled = kind, data, shuffled
        self.order = np.arange(data.rows if shuffled else 0, dtype=np.int32)
        self._steps_at_once = FIRST_STRETCH
        self._steps = {}  # rows per batch -> executable with the arrays bound
        self._owned = []  # every executable that was bound
        self._copies = {}  # number of a GPU -> the arrays there
        self._window = None  # rows on a GPU that has no room for all of them

    def start(self, row=0):
        """Sets the cursor to a row. Steps are looked up anew: what is trainable may have changed."""
        self._programs.cursor.storage[...] = row
        self._steps.clear()
        if self._window is not None:
            self._window.forget()

    def release(self):
        """Lets the Programs forget the arrays."""
        for executable in self._owned:
            if executable.owner is self:
                executable.unbind_inputs()
                executable.owner = None
        self._owned.clear()
        self._copies.clear()
        self._steps.clear()
        if self._window is not None:
            self._window.close()
            self._window = None

    def run(self, first, last, one_by_one, before, after):
        """Runs batches [first, last) of the epoch.

        Args:
            one_by_one: whether to return to Python after every batch.
            before: called with a batch number before it, when one by one.
            after: called with the number of batches done after each stretch; a true result ends the run.
        """
        done, rows, size = first, self._data.rows, self._data.batch_size
        whole = rows // size
        while done < last:
            full = done < whole
            batch_rows = size if full else rows - whole * size
            executable = self._steps.get(batch_rows)
            # A callback may have used the same step on other arrays in between.
            if executable is None or executable.owner is not self:
                executable = self.bind(batch_rows)
            there = rows if self._window is None else self._window.bring(done * size, self.order)
            steps = min(self._steps_at_once, last - done, there // size - done) if full and not one_by_one else 1
            if one_by_one:
                before(done)
            begin = time.perf_counter()
            executable.run(steps)
            elapsed = time.perf_counter() - begin
            if full and not one_by_one and elapsed > 0:
                self._steps_at_once = max(1, min(int(steps * STRETCH_SECONDS / elapsed), steps * 16))
            done += steps
            if after(done):
                return done
        return done

    def bind(self, rows):
        """The step on `rows` rows with the arrays of this run bound."""
        executable = self._step(rows)
        leaves = flatten(self._data.parts)
        if executable.owner is not self:
            for position, array in enumerate(self._placed(executable, leaves)):
                executable.bind_input(position, array)
            executable.owner = self
            self._owned.append(executable)
        # A GPU has its copy of it, which is one epoch old.
        executable.bind_input(len(leaves), self.order if self._window is None else self._window.order)
        self._steps[rows] = executable
        return executable

    def _step(self, rows):
        """The step on `rows` rows: of all the arrays, or of those in the window."""
        programs, parts = self._programs, self._data.parts
        if self._window is not None:
            return programs.resident(self._kind, parts, rows, True, self._window.rows)
        executable = programs.resident(self._kind, parts, rows, self.shuffled)
        device = executable.target.device
        if device is None or device in self._copies:
            return executable
        leaves = flatten(parts)
        held = window_rows([a for a in leaves if not isinstance(a, DeviceRows)], device, self._data.batch_size)
        if held is None:
            return executable
        programs.forget(executable)
        self._window = Window(leaves, [dtype for _, dtype in executable.inputs[: len(leaves)]], device, held)
        return self._step(rows)

    def _placed(self, executable, leaves):
        """The arrays, or the copies of them that all steps on a GPU share."""
        device = executable.target.device
        if device is None:
            return leaves
        if self._window is not None:
            return self._window.places
        if device not in self._copies:
            dtypes = [dtype for _, dtype in executable.inputs]
            self._copies[device] = [
                a if isinstance(a, DeviceRows) else DeviceArray.of(a, d, device)
                for a, d in zip(leaves, dtypes, strict=False)
            ]
        return self._copies[device]


class EagerRunner:
    """`ResidentRunner` for models that run step by step in Python."""

    def __init__(self, programs, kind, data, shuffled):
        self._programs, self._kind, self._data = programs, kind, data
        self.order = np.arange(data.rows, dtype=np.int32)

    def start(self, row=0):
        """Batches are found by number."""

    def release(self):
        """Nothing is bound."""

    def run(self, first, last, one_by_one, before, after):
        """As `ResidentRunner.run`."""
        size = self._data.batch_size
        for batch in range(first, last):
            before(batch)
            rows = self.order[batch * size : (batch + 1) * size]
            parts = map_leaves(self._data.parts, lambda a, rows=rows: a[rows])
            run_batch(self._programs, self._kind, self._programs.model, parts)
            if after(batch + 1):
                break


class FedRunner:
    """Runs steps on batches that an iterator makes, for one epoch; binds each batch as it is."""

    def __init__(self, programs, kind, model):
        self._programs, self._kind, self._model = programs, kind, model
        self._steps = {}  # shapes and dtypes of a batch of plain arrays -> executable

    def run(self, batches, before, after):
        """Runs one step per batch; hooks as in `ResidentRunner.run`. Returns the number of batches."""
        done = 0
        for batch in batches:
            before(done)
            if self._model.run_eagerly:
                run_batch(self._programs, self._kind, self._model, batch)
            else:
                run_on(self._executable(batch), batch)
            done += 1
            if after(done):
                break
        return done

    def _executable(self, batch):
        if not all(type(part) is np.ndarray for part in batch):
            return self._programs.fed(self._kind, batch)[0]
        # Looking a step up by the weights that are trainable now takes as long as a small step.
        key = tuple((part.shape, part.dtype) for part in batch)
        if key not in self._steps:
            self._steps[key] = self._programs.fed(self._kind, batch)[0]
        return self._steps[key]


def run_batch(programs, kind, model, batch):
    """One step on one batch of arrays, as a Program or eagerly."""
    if model.run_eagerly:
        programs.step(kind, tensors_of(batch, model.compute_dtype))
    else:
        run_on(programs.fed(kind, batch)[0], batch)


def run_on(executable, batch):
    """Runs a step on one batch of arrays."""
    for position, array in enumerate(flatten(batch)):
        executable.bind_input(position, array)
    executable.run()


def tensors_of(batch, floats):
    """A batch as concrete tensors in the dtypes that the graph would see."""
    from keraunos.graph import primitives as p
    from keraunos.training.arrays import gathered_dtype

    return tuple(
        map_leaves(part, lambda a, place=place: p.cast(a, gathered_dtype(a, floats, labels=place > 0)))
        for place, part in enumerate(batch)
    )

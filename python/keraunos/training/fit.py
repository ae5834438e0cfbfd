"""fit: the training loop."""

import itertools
import time

import numpy as np

from keraunos.callbacks.callback_list import CallbackList
from keraunos.config import limits
from keraunos.random.seed_generator import fresh_seed
from keraunos.training import checks, data, loop, nan_report
from keraunos.training.class_weights import ClassWeights
from keraunos.training.evaluate import Evaluation


def fit(
    model,
    x,
    y,
    batch_size,
    epochs,
    verbose,
    callbacks,
    validation_split,
    validation_data,
    shuffle,
    class_weight,
    sample_weight,
    initial_epoch,
    steps_per_epoch,
    validation_steps,
    validation_batch_size,
    validation_freq,
):
    """See `Model.fit`."""
    checks.check_compiled(model, "fit")
    checks.check_fit_arguments(epochs, initial_epoch, steps_per_epoch, verbose)
    epochs, steps_per_epoch = limits.limited_epochs(epochs), limits.limited_steps(steps_per_epoch)
    if validation_data is not None or validation_split:
        validation_steps = limits.limited_steps(validation_steps)
    class_weight = ClassWeights(class_weight, model) if class_weight else None
    source = data.adapt(x, y, sample_weight, batch_size, class_weight, steps_per_epoch)
    if not source.resident:
        source.count_epochs(initial_epoch)
    validation = None
    if validation_data is not None:
        validation = _validation_source(validation_data, validation_batch_size or batch_size, validation_steps)
    elif validation_split:
        if not source.resident:
            raise ValueError("[fit] validation_split needs arrays; pass validation_data instead")
        source, validation = source.split(validation_split)
        validation.batch_size = min(validation_batch_size or source.batch_size, validation.rows)
        validation.steps = -(-validation.rows // validation.batch_size)
    checks.check_data(model, source, "x")
    if validation is not None:
        checks.check_data(model, validation, "validation_data")
    verbose = 1 if verbose == "auto" else int(verbose)
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_history=True,
            add_progbar=True,
            model=model,
            verbose=verbose,
            epochs=epochs,
            steps=steps_per_epoch or source.steps,
            do_validation=validation is not None,
        )
    evaluation = Evaluation(model, validation, validation_steps) if validation is not None else None
    epoch_loop = (
        _Resident(model, source, callbacks, shuffle, steps_per_epoch, initial_epoch)
        if source.resident
        else _Fed(model, source, callbacks, shuffle, steps_per_epoch)
    )
    model.stop_training = False
    epoch_loop.prepare()
    model._resume_at = (initial_epoch, 0)
    callbacks.on_train_begin()
    first_epoch, first_batch = model._resume_at
    logs = {}
    try:
        for epoch in range(first_epoch, epochs):
            if first_batch == 0:
                model.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            waited, seconds = epoch_loop.run(epoch, first_batch)
            if callbacks.history is not None:
                callbacks.history.add_times(waited, seconds)
            first_batch = 0
            logs = model._results("train")
            if evaluation is not None and _validates(epoch, validation_freq):
                logs.update({f"val_{name}": value for name, value in evaluation.run(callbacks).items()})
            callbacks.on_epoch_end(epoch, logs=logs)
            if model.stop_training:
                break
    finally:
        epoch_loop.release()
        if evaluation is not None:
            evaluation.release()
    if model.optimizer is not None:
        model.optimizer.finalize_variable_values(model.trainable_weights)
    callbacks.on_train_end(logs=logs)
    return model.history


def _validation_source(validation_data, batch_size, steps):
    if isinstance(validation_data, (tuple, list)):
        if len(validation_data) not in (2, 3):
            raise ValueError(
                f"[fit] validation_data must be (x, y) or (x, y, sample_weight), got {len(validation_data)} parts"
            )
        x, y, weight = (*validation_data, None)[:3]
        return data.adapt(x, y, weight, batch_size, None, steps)
    return data.adapt(validation_data, None, None, batch_size, None, steps)


def _validates(epoch, frequency):
    return (epoch + 1) % frequency == 0 if isinstance(frequency, int) else (epoch + 1) in frequency


class _Resident:
    """Epochs over arrays in memory."""

    def __init__(self, model, source, callbacks, shuffle, steps_per_epoch, initial_epoch):
        self._model, self._source, self._callbacks = model, source, callbacks
        runner = loop.EagerRunner if model.run_eagerly else loop.ResidentRunner
        self._runner = runner(model._programs, "train", source, bool(shuffle))
        self._seed = fresh_seed() if shuffle else None
        self._limit = steps_per_epoch or source.steps
        self._initial = initial_epoch

    def prepare(self):
        """Compiles the step, so that everything it creates exists before callbacks see the model."""
        if not self._model.run_eagerly:
            self._model._programs.resident("train", self._source.parts, self._source.batch_size, self._runner.shuffled)

    def release(self):
        """Lets the Programs forget the arrays."""
        self._runner.release()

    def run(self, epoch, done):
        """The batches of `epoch` after the first `done`. With steps_per_epoch, epochs share passes over the data.
        Returns the seconds spent waiting for data, and all seconds."""
        start = time.perf_counter()
        source, runner = self._source, self._runner
        within = (epoch - self._initial) % -(-source.steps // self._limit)
        if self._seed is not None:
            # The order depends on (seed, epoch) alone, so that a resumed run finds the same one.
            generator = np.random.Generator(np.random.Philox(key=[self._seed, epoch - within]))
            runner.order[...] = generator.permutation(source.rows)
        first = within * self._limit
        runner.start((first + done) * source.batch_size)
        watch = None if self._model.run_eagerly else nan_report.Watch(self._model, source, runner, epoch)
        hooks = BatchHooks(self._model, self._callbacks, "train", -first, watch)
        runner.run(first + done, min(source.steps, first + self._limit), hooks.needed, hooks.before, hooks.after)
        return 0.0, time.perf_counter() - start


class _Fed:
    """Epochs over batches that come from an iterator."""

    def __init__(self, model, source, callbacks, shuffle, steps):
        self._model, self._source, self._callbacks = model, source, callbacks
        source.continues = steps is not None
        self._seed = fresh_seed() if shuffle else None

    def prepare(self):
        """Compiles the step on the first batch; batches of other shapes are compiled as they come."""
        if not self._model.run_eagerly:
            self._model._programs.fed("train", self._source.first_batch())

    def release(self):
        """Ends a pass that was not read to its end."""
        self._source.release()

    def run(self, epoch, done):
        """As `_Resident.run`."""
        # The first batch was waited for before training began.
        start = time.perf_counter() - self._source.waited
        order = None if self._seed is None else np.random.Generator(np.random.Philox(key=[self._seed, epoch]))
        batches = itertools.islice(self._source.batches(order, epoch), done, None)
        hooks = BatchHooks(self._model, self._callbacks, "train", done, None)
        loop.FedRunner(self._model._programs, "train", self._model).run(batches, hooks.before, hooks.after)
        waited, self._source.waited = self._source.waited, 0.0
        self._callbacks.set_params({**self._callbacks.params, "steps": self._source.steps})
        return waited, time.perf_counter() - start


class BatchHooks:
    """What happens around batches: callbacks when somebody listens, the progress bar, the watch for NaN."""

    def __init__(self, model, callbacks, mode, shift, watch):
        self._model, self._callbacks, self._shift, self._watch = model, callbacks, shift, watch
        self.needed = callbacks.needs_batches(mode)
        self._begin = getattr(callbacks, f"on_{mode}_batch_begin")
        self._end = getattr(callbacks, f"on_{mode}_batch_end")
        self._progress = callbacks.progress if mode == "train" else None
        self._mode, self._reader = mode, None

    def before(self, batch):
        if self.needed:
            self._begin(batch + self._shift)

    def after(self, done):
        done += self._shift
        if self.needed:
            self._end(done - 1, logs=self._results())
        if self._progress is not None:
            self._progress(done, self._results)
        if self._watch is not None:
            self._watch.look()
        return self._model.stop_training and self.needed

    def _results(self):
        # Not before the first batch: that is when metrics are made.
        if self._reader is None:
            self._reader = self._model._log_reader(self._mode)
        return self._reader()

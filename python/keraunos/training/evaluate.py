"""evaluate: the loss and metrics over a data set."""

from keraunos.callbacks.callback_list import CallbackList
from keraunos.config import limits
from keraunos.training import checks, data, loop


class Evaluation:
    """A test pass that can be repeated every epoch."""

    def __init__(self, model, source, steps):
        self._model, self._source, self._steps = model, source, steps
        self._runner = None
        if source.resident:
            runner = loop.EagerRunner if model.run_eagerly else loop.ResidentRunner
            self._runner = runner(model._programs, "test", source, False)

    def release(self):
        """Lets the Programs forget the arrays."""
        (self._source if self._runner is None else self._runner).release()

    def run(self, callbacks):
        """{metric: value} over the data; training metrics are reset."""
        from keraunos.training.fit import BatchHooks

        model, source = self._model, self._source
        model.reset_metrics()
        callbacks.on_test_begin()
        hooks = BatchHooks(model, callbacks, "test", 0, None)
        if self._runner is not None:
            last = min(source.steps, self._steps) if self._steps else source.steps
            self._runner.start()
            self._runner.run(0, last, hooks.needed, hooks.before, hooks.after)
        else:
            loop.FedRunner(model._programs, "test", model).run(source.batches(), hooks.before, hooks.after)
        logs = model._results("test")
        callbacks.on_test_end(logs=logs)
        return logs


def evaluate(model, x, y, batch_size, verbose, sample_weight, steps, callbacks, return_dict):
    """See `Model.evaluate`."""
    checks.check_compiled(model, "evaluate")
    steps = limits.limited_steps(steps)
    source = data.adapt(x, y, sample_weight, batch_size, None, steps)
    checks.check_data(model, source, "x")
    verbose = 1 if verbose == "auto" else int(verbose)
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks, add_progbar=True, model=model, verbose=verbose, epochs=1, steps=steps or source.steps
        )
    evaluation = Evaluation(model, source, steps)
    try:
        logs = evaluation.run(callbacks)
    finally:
        evaluation.release()
    return logs if return_dict else model._listed(logs)

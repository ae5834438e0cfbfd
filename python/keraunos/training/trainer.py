"""Trainer: compile, fit, evaluate and predict, mixed into Model."""

import warnings

import numpy as np

from keraunos._structure import flatten
from keraunos.graph import primitives as p
from keraunos.graph import trace as tracing
from keraunos.graph.tape import GradientTape
from keraunos.runtime import devices
from keraunos.training import checks
from keraunos.training.compiled_loss import CompiledLoss
from keraunos.training.compiled_metrics import CompiledMetrics
from keraunos.training.programs import StepPrograms
from keraunos.utils.batch_parts import unpack_x_y_sample_weight


class Trainer:
    """The training half of a model: what is compiled, and the steps that are traced."""

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ):
        """Configures training.

        Args:
            optimizer: optimizer, its name or config.
            loss: loss, its name, or a function `(y_true, y_pred) -> losses`; for several outputs a list or dict of
                them.
            loss_weights: factor of the loss: a number, or a list or dict with one per output.
            metrics: list of metrics, their names, or functions; for several outputs a list or dict of such lists.
                Sample weights are left aside.
            weighted_metrics: the same, with sample weights.
            run_eagerly: run step by step in Python, so that `print` and a debugger work inside layers.
            steps_per_execution: accepted; stretches of steps always run natively.
            jit_compile: accepted; models are always compiled.
            auto_scale_loss: whether a model of the policy `"mixed_float16"` gets its optimizer wrapped in a
                `LossScaleOptimizer`.

        Raises:
            ValueError: for unknown names, with the nearest good one.

        Example:

        >>> import keraunos as keras
        >>> model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
        >>> model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
        """
        from keraunos import metrics as metric_classes
        from keraunos import optimizers

        self.optimizer = optimizers.get(optimizer)
        if auto_scale_loss and self.dtype_policy.name == "mixed_float16":
            if not isinstance(self.optimizer, optimizers.LossScaleOptimizer):
                self.optimizer = optimizers.LossScaleOptimizer(self.optimizer, name="loss_scale_optimizer")
        self.loss = loss
        names = self._output_names()
        self._compiled_loss = None if loss is None else CompiledLoss(loss, loss_weights, names)
        self._compile_metrics = CompiledMetrics(metrics, weighted_metrics, names)
        self._loss_tracker = metric_classes.Mean(name="loss")
        self.run_eagerly = bool(run_eagerly)
        self.steps_per_execution = steps_per_execution
        self.jit_compile = jit_compile
        self.stop_training = False
        self.compiled = True
        self._compile_arguments = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }
        self._programs = StepPrograms(self)

    @property
    def metrics(self):
        """The loss's running mean, the metrics of `compile`, the running means of several outputs' losses, and the
        metrics that the model and its layers own."""
        if not self.compiled:
            return []
        own = [m for layer in self._flatten_layers() for m in layer._tracker.metrics]
        trackers = [] if self._compiled_loss is None else self._compiled_loss.trackers
        found = [self._loss_tracker, *self._compile_metrics.metrics, *trackers, *own]
        return list({id(m): m for m in found}.values())

    @property
    def metrics_names(self):
        """Names of `metrics`."""
        return [m.name for m in self.metrics]

    def reset_metrics(self):
        """Forgets what metrics have seen."""
        from keraunos.metrics.metric import Metric

        for metric in self.metrics:
            if type(metric).reset_state is Metric.reset_state:
                for variable in metric.variables:
                    variable.storage[...] = 0
            else:
                metric.reset_state()

    # --- steps: overridable, traced by StepPrograms ---

    def train_step(self, data):
        """One training step on `data`: (x,), (x, y) or (x, y, sample_weight). Returns {metric name: value}."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)
            self._track_loss(loss, x)
            loss = self.optimizer.scale_loss(loss)
        weights = self.trainable_weights
        if weights:
            gradients = tape.gradient(loss, weights)
            checks.check_gradients(gradients, weights)
            self.optimizer.apply(gradients, weights)
        else:
            warnings.warn("[fit] the model has no trainable weights: nothing is learned", stacklevel=2)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data):
        """One evaluation step."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        self._track_loss(self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False), x)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data):
        """The outputs for a batch."""
        return self(data[0], training=False)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The loss of a batch, a scalar tensor: the compiled loss plus what layers added."""
        losses = []
        if self._compiled_loss is not None and y is not None:
            checks.check_step(self, y, y_pred)
            loss = self._compiled_loss(y, y_pred, sample_weight)
            losses += [] if loss is None else [loss]
        losses += [p.sum(loss) for loss in self.losses]
        if not losses:
            raise ValueError(
                "[fit] there is no loss: pass loss=... to compile and y to fit, or call add_loss in a layer"
            )
        total = losses[0]
        for loss in losses[1:]:
            total = p.add(total, loss)
        return total

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Updates the metrics of `compile` and returns all results."""
        if y is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self):
        """{metric name: value} of all metrics; empty while a step is traced, because results are read after
        stretches."""
        found = {} if self._in_program else self._programs.results_reader(self._named_metrics())()
        self._programs.metrics_asked = set(found)
        return found

    def _track_loss(self, loss, x):
        self._loss_tracker.update_state(loss, sample_weight=float(flatten(x)[0].shape[0]))
        if tracing.current() is not None and self._in_program:
            programs = self._programs
            fine = p.logical_or(p.is_finite(loss), p.greater_equal(programs.first_bad, 0))
            programs.first_bad.assign(p.where(fine, programs.first_bad, programs.cursor))

    def _named_metrics(self):
        return {self._compile_metrics.key(metric): metric for metric in self.metrics}

    def _log_reader(self, kind):
        """A function that gives the logs after steps of `kind`; good until metrics are added."""
        return self._programs.log_reader(kind, self._named_metrics())

    def _results(self, kind):
        """The logs after steps of `kind`, sorted by name."""
        return self._log_reader(kind)()

    # --- public loops ---

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ):
        """Trains the model.

        Args:
            x: array `(N, ...)`, list, pandas object, generator of batches, `utils.PyDataset`, or `data.Dataset` of
                batches: (x, y) or (x, y, sample_weight).
            y: targets, `(N, ...)`; none when `x` makes batches.
            batch_size: rows per step, default 32.
            epochs: number of the last epoch (passes over the data, when `initial_epoch` is 0).
            verbose: 0 silent, 1 progress bar, 2 one line per epoch; "auto": 1.
            callbacks: list of `keraunos.callbacks.Callback`.
            validation_split: share of the last rows that is kept for validation.
            validation_data: (x, y) or (x, y, sample_weight), or a source of batches.
            shuffle: whether to visit the rows in a new order every epoch.
            class_weight: {class: weight}, or "balanced": every class counts the same. Targets may be class numbers of
                any rank, `(N, ...)`, or one-hot; for several outputs: a dict by their names, or a list, of such, or
                "balanced" for all. Weights of classes and of samples are multiplied.
            sample_weight: weight of every row's loss, `(N,)`, or of every loss, `(N, ...)`; a dict or list for several
                outputs.
            initial_epoch: number of the first epoch.
            steps_per_epoch: batches per epoch; default: all.
            validation_steps, validation_batch_size: the same for validation.
            validation_freq: validate every that many epochs, or the epochs in a list.

        Returns:
            `History`.

        Raises:
            ValueError, TypeError: for data that does not fit the model, before the first batch.

        Example:

        >>> import keraunos as keras, numpy as np
        >>> model = keras.Sequential([keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> model.fit(np.ones((64, 3)), np.ones((64, 1)), epochs=2, verbose=0).epoch
        [0, 1]
        """
        from keraunos.training.fit import fit

        return fit(
            self,
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
        )

    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        **kwargs,
    ):
        """The loss and the metrics on data.

        Args:
            x, y, batch_size, sample_weight, callbacks, verbose: see `fit`.
            steps: number of batches; default: all.
            return_dict: whether to return {name: value}.

        Returns:
            The loss alone when there are no metrics, else a list beginning with the loss, or a dict.
        """
        from keraunos.training.evaluate import evaluate

        if kwargs:
            raise TypeError(f"[evaluate] unexpected argument {next(iter(kwargs))!r}")
        return evaluate(self, x, y, batch_size, verbose, sample_weight, steps, callbacks, return_dict)

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """Outputs for `x`, as NumPy arrays with N rows.

        Args:
            x: array `(N, ...)`, list, pandas object or source of batches.
            batch_size: rows per step, default 32.
            verbose, callbacks: see `fit`.
            steps: number of batches; default: all.
        """
        if verbose == 0 and callbacks is None and self._programs is not None and type(x) is np.ndarray:
            quick = self._programs.quick.get((x.shape, x.dtype, batch_size, devices.setting()))
            if quick is not None:
                return quick(x)
        from keraunos.training.predict import predict

        return predict(self, x, batch_size, verbose, steps, callbacks)

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """One step on one batch. Returns the loss, or [loss, metrics...] of this batch, or a dict."""
        from keraunos.training.on_batch import on_batch

        return on_batch(self, "train", x, y, sample_weight, class_weight, return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """The loss and metrics of one batch."""
        from keraunos.training.on_batch import on_batch

        return on_batch(self, "test", x, y, sample_weight, None, return_dict)

    def predict_on_batch(self, x):
        """Outputs for one batch, as NumPy arrays."""
        from keraunos.training.predict import predict_batch

        return predict_batch(self, x)

    def _listed(self, results):
        """Results in the list form of `evaluate`: by the metrics' names, the loss first, then whatever has another
        name."""
        names = [metric.name for metric in self.metrics]
        values = [results[name] for name in names if name in results]
        values += [value for name, value in results.items() if name not in names]
        return values[0] if len(values) == 1 else values

"""KerasClassifier, KerasRegressor, KerasTransformer: estimators as SciKeras has them, with arguments to be searched.

`model__units=8` is an argument of the function that makes the model, `optimizer__learning_rate=0.1` one of the
optimizer, `loss__from_logits=True` one of the loss, `fit__shuffle=False` one of `Model.fit`.
"""

import inspect

import numpy as np

from keraunos import losses, optimizers
from keraunos.models.model import Model
from keraunos.random.seed_generator import set_global_seed
from keraunos.wrappers.estimators import Classifies, KerasEstimator, Regresses, Transforms, clone_compiled

_FIT = ("batch_size", "validation_batch_size", "verbose", "callbacks", "validation_split", "shuffle", "epochs")


class RoutedEstimator(KerasEstimator):
    """Estimators with the arguments of SciKeras's."""

    def __init__(self, model=None, *, build_fn=None, warm_start=False, random_state=None, optimizer="rmsprop",
                 loss=None, metrics=None, batch_size=None, validation_batch_size=None, verbose=1, callbacks=None,
                 validation_split=0.0, shuffle=True, run_eagerly=False, epochs=1, **kwargs):  # fmt: skip
        self.model, self.build_fn, self.warm_start, self.random_state = model, build_fn, warm_start, random_state
        self.optimizer, self.loss, self.metrics = optimizer, loss, metrics
        self.batch_size, self.validation_batch_size, self.verbose = batch_size, validation_batch_size, verbose
        self.callbacks, self.validation_split, self.shuffle = callbacks, validation_split, shuffle
        self.run_eagerly, self.epochs = run_eagerly, epochs
        self._routed = dict(kwargs)

    def __getattr__(self, name):
        if name in self.__dict__.get("_routed", ()):
            return self._routed[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = self.random_state is None
        return tags

    @property
    def model_kwargs(self):
        """Arguments of the function that makes the model."""
        plain = {name: value for name, value in self._routed.items() if "__" not in name}
        return {**plain, **self._routed_to("build_fn"), **self._routed_to("model")}

    @property
    def fit_kwargs(self):
        """Arguments of `Model.fit`."""
        own = {name: getattr(self, name) for name in _FIT}
        if getattr(self, "class_weight", None) is not None:
            own["class_weight"] = self._numbered(self.class_weight)
        return {**own, **self._routed_to("fit")}

    def _routed_to(self, prefix):
        start = f"{prefix}__"
        return {name.removeprefix(start): value for name, value in self._routed.items() if name.startswith(start)}

    def _function(self):
        return self.model if self.build_fn is None else self.build_fn

    def get_params(self, deep=True):
        """The arguments, those for the model, the optimizer and the loss included."""
        return {**super().get_params(deep=False), **self._routed}

    def set_params(self, **params):
        """Changes arguments; names with `__`, and arguments of the function that makes the model, may be new."""
        known = super().get_params(deep=False)
        for name, value in params.items():
            if name in known:
                setattr(self, name, value)
            elif "__" in name or name in self._routed or name in _parameters(self._function()):
                self._routed[name] = value
            else:
                raise ValueError(f"[wrappers] {type(self).__name__} has no argument {name!r}")
        return self

    def fit(self, X, y=None, **kwargs):
        """Trains a model; see `SKLearnClassifier.fit`."""
        if self.random_state is not None:
            set_global_seed(_seed(self.random_state))
        return super().fit(X, y, **kwargs)

    def partial_fit(self, X, y=None, **kwargs):
        """Trains the model of the last fit for one more epoch, or a fresh one where there is none.

        Args:
            X, y, **kwargs: see `fit`.
        """
        warm, self.warm_start = self.warm_start, True
        try:
            return self.fit(X, y, **{"epochs": 1, **kwargs})
        finally:
            self.warm_start = warm

    def _made(self, X, y):
        function = self._function()
        if isinstance(function, Model):
            model = clone_compiled(function)
        elif callable(function):
            wanted = _parameters(function)
            known = {"meta": self._meta(X, y), "compile_kwargs": self._compile_arguments(y)}
            model = function(**self.model_kwargs, **{k: v for k, v in known.items() if k in wanted})
        else:
            raise ValueError(f"[wrappers] model must be a model, or a function that makes one, got {function!r}")
        if not model.compiled:
            model.compile(**self._compile_arguments(y))
        return model

    def _compile_arguments(self, y):
        """Arguments of `Model.compile`, made of `optimizer`, `loss` and their routed arguments."""
        optimizer, loss = self.optimizer, self.loss if self.loss is not None else self._usual_loss()
        if self._routed_to("optimizer"):
            optimizer = type(optimizers.get(optimizer))(**self._routed_to("optimizer"))
        if self._routed_to("loss"):
            loss = (loss if inspect.isclass(loss) else _loss_class(loss))(**self._routed_to("loss"))
        return {"optimizer": optimizer, "loss": loss, "metrics": self.metrics, "run_eagerly": self.run_eagerly}

    def _usual_loss(self):
        return "mse"

    def _meta(self, X, y):
        """What functions with an argument `meta` are told about the data."""
        return {
            "n_features_in_": self.n_features_in_,
            "X_shape_": X.shape,
            "X_dtype_": X.dtype,
            "n_outputs_": 1 if y.ndim == 1 else y.shape[1],
            "n_outputs_expected_": 1,
            "target_type_": "continuous",
        }


def _parameters(function):
    return (
        set(inspect.signature(function).parameters) if callable(function) and not isinstance(function, Model) else set()
    )


def _seed(random_state):
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(random_state.randint(2**31))


def _loss_class(loss):
    """The class of a loss that is named in any of its forms."""
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", "")
    folded = name.replace("_", "").lower()
    for candidate in dir(losses):
        if candidate.lower() == folded and inspect.isclass(getattr(losses, candidate)):
            return getattr(losses, candidate)
    raise ValueError(f"[wrappers] arguments of the loss need a loss with a class, got {loss!r}")


class KerasClassifier(Classifies, RoutedEstimator):
    """A model as a classifier whose arguments can be searched with `GridSearchCV`.

    Args:
        model: a model, which is cloned for every `fit`, or a function that returns one. It is compiled here unless it
            is already. Functions may have arguments `meta` (a dict: `n_features_in_`, `n_classes_`, `target_type_`,
            ...) and `compile_kwargs`.
        build_fn: older name of `model`.
        warm_start: whether `fit` goes on with the model of the last one.
        random_state: seed of weights, dropout and shuffling of every `fit`; int or `numpy.random.RandomState`.
        optimizer, loss, metrics, run_eagerly: see `Model.compile`; without a loss, crossentropy.
        batch_size, validation_batch_size, verbose, callbacks, validation_split, shuffle, epochs: see `Model.fit`.
        class_weight: {class: weight} with classes as in `y`, or "balanced".
        **kwargs: `model__x` (or plain `x`), `optimizer__x`, `loss__x`, `fit__x`: arguments x of the function that makes
            the model, of the optimizer, of the loss and of `Model.fit`.

    Targets are given to the model as its loss wants them: one-hot, as numbers (sparse losses), or 0 and 1 (binary
    ones). Attributes: `model_`, `history_`, `classes_`, `n_classes_`, `n_features_in_`.

    Raises:
        ValueError: for targets that are no classes, and for what is no model.

    Example:

    >>> import numpy as np, keraunos as keras
    >>> def network(meta, width=8):
    ...     out = keras.layers.Dense(meta["n_classes_"], activation="softmax")
    ...     return keras.Sequential([keras.layers.Dense(width, activation="relu"), out])
    >>> X, y = np.random.default_rng(0).normal(size=(40, 3)), np.array(["a", "b", "c", "a"] * 10)
    >>> classifier = keras.wrappers.KerasClassifier(network, model__width=4, optimizer="adam",
    ...                                             optimizer__learning_rate=0.1, verbose=0)
    >>> classifier.fit(X, y).predict_proba(X).shape
    (40, 3)

    Source: https://adriangb.com/scikeras/
    """

    def __init__(self, model=None, *, build_fn=None, warm_start=False, random_state=None, optimizer="rmsprop",
                 loss=None, metrics=None, batch_size=None, validation_batch_size=None, verbose=1, callbacks=None,
                 validation_split=0.0, shuffle=True, run_eagerly=False, epochs=1, class_weight=None,
                 **kwargs):  # fmt: skip
        super().__init__(
            model, build_fn=build_fn, warm_start=warm_start, random_state=random_state, optimizer=optimizer, loss=loss,
            metrics=metrics, batch_size=batch_size, validation_batch_size=validation_batch_size, verbose=verbose,
            callbacks=callbacks, validation_split=validation_split, shuffle=shuffle, run_eagerly=run_eagerly,
            epochs=epochs, **kwargs,
        )  # fmt: skip
        self.class_weight = class_weight

    @property
    def n_classes_(self):
        """Number of classes."""
        return len(self.classes_)

    def partial_fit(self, X, y, classes=None, **kwargs):
        """Trains the model of the last fit for one more epoch, or a fresh one where there is none.

        Args:
            X, y, **kwargs: see `fit`.
            classes: all classes there will be; needed the first time where `y` has not all of them.
        """
        self._expected = classes
        try:
            return super().partial_fit(X, y, **kwargs)
        finally:
            del self._expected

    def _encoder(self, y):
        expected = self.__dict__.get("_expected")
        return super()._encoder(y if expected is None else np.asarray(expected))

    def _as_wanted(self, model, encoded):
        """One-hot rows; numbers for sparse losses; 0 and 1 for binary ones on a single output."""
        loss = getattr(model.loss, "name", getattr(model.loss, "__name__", model.loss))
        name = str(loss).replace("_", "").lower()
        if name.startswith("sparse"):
            return encoded.argmax(-1)
        binary = "binary" in name or ("hinge" in name and "categorical" not in name)
        if binary and (not model.built or model.output_shape[-1] == 1):
            return encoded.argmax(-1).astype(np.float32)[:, None]
        return encoded

    def _usual_loss(self):
        return "categorical_crossentropy"

    def _numbered(self, class_weight):
        if class_weight == "balanced":
            return class_weight
        return {int(np.flatnonzero(self.classes_ == name)[0]): weight for name, weight in class_weight.items()}

    def _meta(self, X, y):
        kind = "binary" if len(self.classes_) == 2 else "multiclass"
        return {**super()._meta(X, y), "n_outputs_": 1, "target_type_": kind, "classes_": self.classes_,
                "n_classes_": len(self.classes_)}  # fmt: skip


class KerasRegressor(Regresses, RoutedEstimator):
    """A model as a regressor whose arguments can be searched with `GridSearchCV`.

    Args:
        model, build_fn, warm_start, random_state, optimizer, loss, metrics, run_eagerly: see `KerasClassifier`; without
            a loss, the mean squared error.
        batch_size, validation_batch_size, verbose, callbacks, validation_split, shuffle, epochs: see `Model.fit`.
        **kwargs: see `KerasClassifier`.

    Example:

    >>> import numpy as np, keraunos as keras
    >>> def network(width):
    ...     return keras.Sequential([keras.layers.Dense(width, activation="relu"), keras.layers.Dense(1)])
    >>> X = np.random.default_rng(0).normal(size=(40, 3))
    >>> keras.wrappers.KerasRegressor(network, width=4, verbose=0).fit(X, X.sum(1)).predict(X).shape
    (40,)
    """


class KerasTransformer(Transforms, RoutedEstimator):
    """A model as a transformer whose arguments can be searched with `GridSearchCV`.

    Args:
        model, build_fn, warm_start, random_state, optimizer, loss, metrics, run_eagerly: see `KerasRegressor`.
        batch_size, validation_batch_size, verbose, callbacks, validation_split, shuffle, epochs: see `Model.fit`.
        **kwargs: see `KerasClassifier`.

    Example:

    >>> import numpy as np, keraunos as keras
    >>> def network(meta, width=2):
    ...     return keras.Sequential([keras.layers.Dense(width), keras.layers.Dense(meta["n_features_in_"])])
    >>> X = np.random.default_rng(0).normal(size=(40, 6))
    >>> keras.wrappers.KerasTransformer(network, verbose=0).fit_transform(X).shape
    (40, 6)
    """

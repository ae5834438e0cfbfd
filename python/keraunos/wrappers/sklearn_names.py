"""SKLearnClassifier, SKLearnRegressor, SKLearnTransformer: models that scikit-learn clones, fits, scores, searches."""

from keraunos.models.model import Model
from keraunos.wrappers.estimators import Classifies, KerasEstimator, Regresses, Transforms, clone_compiled


class SKLearnEstimator(KerasEstimator):
    """Estimators with the arguments of Keras's."""

    def __init__(self, model, warm_start=False, model_kwargs=None, fit_kwargs=None):
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def _made(self, X, y):
        if isinstance(self.model, Model):
            model = clone_compiled(self.model)
        else:
            model = self.model(X=X, y=y, **(self.model_kwargs or {}))
        if not getattr(model, "compiled", False) or model.loss is None:
            raise RuntimeError("[wrappers] the model must be compiled, with an optimizer and a loss")
        return model


class SKLearnClassifier(Classifies, SKLearnEstimator):
    """A model as a classifier of scikit-learn. Classes may be numbers or text; the model is given one-hot rows.

    Args:
        model: a compiled model, which is cloned for every `fit`, or a function `(X, y, **model_kwargs)` that returns
            one.
        warm_start: whether `fit` goes on with the model of the last one.
        model_kwargs: dict of arguments for that function.
        fit_kwargs: dict of arguments for `Model.fit`; those given to `fit` itself come first.

    Attributes:
        model_: the fitted model.
        history_: dict of lists: one value per epoch and metric.
        n_features_in_: number of columns of `X`.
        classes_: the classes, in the order of the model's outputs.

    Raises:
        RuntimeError: when the model is not compiled.
        ValueError: for targets that are no classes.

    Example:

    >>> import numpy as np, keraunos as keras
    >>> def network(X, y, width=8):
    ...     model = keras.Sequential([keras.Input(X.shape[1:]), keras.layers.Dense(width, activation="relu"),
    ...                               keras.layers.Dense(y.shape[1], activation="softmax")])
    ...     model.compile("adam", "categorical_crossentropy")
    ...     return model
    >>> X, y = np.random.default_rng(0).normal(size=(40, 3)), np.array(["cat", "dog"] * 20)
    >>> classifier = keras.wrappers.SKLearnClassifier(network, model_kwargs={"width": 4}, fit_kwargs={"verbose": 0})
    >>> classifier.fit(X, y, epochs=2).predict(X).shape, classifier.classes_.tolist()
    ((40,), ['cat', 'dog'])

    Source: https://keras.io/api/utils/sklearn_wrappers/
    """


class SKLearnRegressor(Regresses, SKLearnEstimator):
    """A model as a regressor of scikit-learn. Targets may have several columns.

    Args:
        model, warm_start, model_kwargs, fit_kwargs: see `SKLearnClassifier`, also for the attributes.

    Raises:
        RuntimeError: when the model is not compiled.

    Example:

    >>> import numpy as np, keraunos as keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> X = np.random.default_rng(0).normal(size=(40, 3))
    >>> regressor = keras.wrappers.SKLearnRegressor(model, fit_kwargs={"epochs": 2, "verbose": 0})
    >>> regressor.fit(X, X.sum(axis=1)).predict(X).shape
    (40,)

    Source: https://keras.io/api/utils/sklearn_wrappers/
    """


class SKLearnTransformer(Transforms, SKLearnEstimator):
    """A model as a transformer of scikit-learn: `transform` gives its outputs. Without targets it learns to give back
    its inputs, as an autoencoder.

    Args:
        model, warm_start, model_kwargs, fit_kwargs: see `SKLearnClassifier`, also for the attributes.

    Raises:
        RuntimeError: when the model is not compiled.

    Example:

    >>> import numpy as np, keraunos as keras
    >>> model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2), keras.layers.Dense(6)])
    >>> model.compile("adam", "mse")
    >>> X = np.random.default_rng(0).normal(size=(40, 6))
    >>> keras.wrappers.SKLearnTransformer(model, fit_kwargs={"verbose": 0}).fit_transform(X).shape
    (40, 6)

    Source: https://keras.io/api/utils/sklearn_wrappers/
    """

"""What all estimators share, and what makes them classifiers, regressors and transformers."""

import numpy as np

from keraunos.models import clone_model
from keraunos.wrappers import targets
from keraunos.wrappers.scikit import (
    BaseEstimator,
    ClassifierMixin,
    MetadataRequest,
    RegressorMixin,
    TransformerMixin,
    check_is_fitted,
    validate_data,
)


class KerasEstimator(BaseEstimator):
    """Trains a model that its subclasses make, on targets that its subclasses encode."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags

    @property
    def epoch_(self):
        """Number of epochs of the last fit."""
        return len(next(iter(getattr(self, "history_", {}).values()), ()))

    def set_fit_request(self, **kwargs):
        """Says which arguments of `fit` meta-estimators hand on; see scikit-learn's metadata routing.

        Args:
            **kwargs: name -> True, False, None or another name.

        Returns:
            The estimator.

        Raises:
            RuntimeError: when routing is not enabled.
        """
        import sklearn

        if not sklearn.get_config().get("enable_metadata_routing", False):
            raise RuntimeError("[wrappers] call sklearn.set_config(enable_metadata_routing=True) first")
        request = MetadataRequest(owner=type(self).__name__)
        for name, alias in kwargs.items():
            request.fit.add_request(param=name, alias=alias)
        self._metadata_request = request
        return self

    def fit(self, X, y, **kwargs):
        """Trains a model.

        Args:
            X: array `(N, features)`, or with more axes.
            y: targets, `(N,)`, or `(N, outputs)` where the kind of estimator allows that.
            **kwargs: arguments of `Model.fit`, such as `epochs`, `sample_weight`, `callbacks`.

        Returns:
            The estimator.
        """
        going_on = self.warm_start and hasattr(self, "model_")
        X, y = self._checked(X, y, reset=not going_on)
        if not going_on:
            self._targets = self._encoder(y)
        encoded = self._targets.encode(y)
        model = self.model_ if going_on else self._made(X, encoded)
        fitted = model.fit(X, self._as_wanted(model, encoded), **{**(self.fit_kwargs or {}), **kwargs})
        self.history_ = fitted.history
        self.model_ = model
        return self

    def _checked(self, X, y, **how):
        return validate_data(self, X, y, allow_nd=True, **how)

    def _encoder(self, y):
        return targets.Numbers(y)

    def _made(self, X, y):
        """A fresh, compiled model."""
        raise NotImplementedError

    def _as_wanted(self, model, encoded):
        """Encoded targets in the form that the model's loss wants."""
        return encoded

    def predict(self, X):
        """Predictions for `X`, in the form of the targets."""
        outputs = self._outputs(X)
        return self._targets.decode(outputs)

    def _outputs(self, X):
        check_is_fitted(self, "model_")
        return self.model_.predict(validate_data(self, X, reset=False, allow_nd=True), verbose=0)


def clone_compiled(model):
    """The same model with fresh weights, compiled in the same way if it is compiled."""
    clone = clone_model(model)
    if model.compiled:
        clone.compile_from_config(model.get_compile_config())
    return clone


class Classifies(ClassifierMixin):
    """Estimators whose targets are classes."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags

    def _encoder(self, y):
        encoder = targets.Classes(y)
        self.classes_ = encoder.classes
        return encoder

    def decision_function(self, X):
        """The model's outputs `(N, C)`; for two classes one number, `(N,)`, positive for the second one."""
        outputs = self._outputs(X)
        if outputs.shape[-1] == 1:
            return outputs[:, 0] - 0.5
        return outputs[:, 1] - outputs[:, 0] if outputs.shape[-1] == 2 else outputs

    def predict_proba(self, X):
        """Probabilities of the classes, `(N, C)`: the model's outputs, through softmax where they are none yet."""
        outputs = self._outputs(X)
        return self._targets.probabilities(outputs)


class Regresses(RegressorMixin):
    """Estimators whose targets are numbers."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        tags.target_tags.multi_output = True
        return tags

    def _checked(self, X, y, **how):
        return super()._checked(X, y, multi_output=True, y_numeric=True, **how)


class Transforms(TransformerMixin):
    """Estimators whose outputs are new columns. Without targets they learn to give back their inputs."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X, y=None, **kwargs):
        """Trains a model.

        Args:
            X: array `(N, features)`, or with more axes.
            y: targets, `(N,)` or `(N, outputs)`; default: `X`.
            **kwargs: arguments of `Model.fit`.

        Returns:
            The transformer.
        """
        return super().fit(X, y, **kwargs)

    def _checked(self, X, y, **how):
        if y is None:
            X = validate_data(self, X, allow_nd=True, **how)
            return X, X
        return super()._checked(X, y, multi_output=True, **how)

    def transform(self, X):
        """The outputs of the model."""
        return self._outputs(X)

    def get_feature_names_out(self, input_features=None):
        """Names of the columns of the output.

        Args:
            input_features: accepted for compatibility.
        """
        check_is_fitted(self, "model_")
        return np.array([f"{type(self).__name__.lower()}{i}" for i in range(self.model_.output_shape[-1])], object)

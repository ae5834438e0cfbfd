"""Models as scikit-learn estimators; scikit-learn is an extra: `pip install keraunos[sklearn]`."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "SKLearnClassifier": "sklearn_names",
        "SKLearnRegressor": "sklearn_names",
        "SKLearnTransformer": "sklearn_names",
        "KerasClassifier": "routed",
        "KerasRegressor": "routed",
        "KerasTransformer": "routed",
    },
)

"""What is used of scikit-learn, with one message where it is missing."""

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
    from sklearn.utils.metadata_routing import MetadataRequest
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError:
    raise ImportError("[wrappers] this needs scikit-learn 1.6 or newer: pip install keraunos[sklearn]") from None

__all__ = [
    "BaseEstimator",
    "ClassifierMixin",
    "MetadataRequest",
    "RegressorMixin",
    "TransformerMixin",
    "check_classification_targets",
    "check_is_fitted",
    "type_of_target",
    "validate_data",
]

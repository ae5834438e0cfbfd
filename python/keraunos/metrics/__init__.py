"""Metrics: what is reported during training and evaluation."""

from keraunos._lazy import attach

_MEMBERS = {
    "metric": ("Metric",),
    "means": ("Mean", "Sum", "MeanMetricWrapper"),
    "agreement": (
        "Accuracy",
        "BinaryAccuracy",
        "CategoricalAccuracy",
        "SparseCategoricalAccuracy",
        "TopKCategoricalAccuracy",
        "SparseTopKCategoricalAccuracy",
        "binary_accuracy",
        "categorical_accuracy",
        "sparse_categorical_accuracy",
        "top_k_categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
    ),
    "counts": ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives", "Precision", "Recall"),
    "tradeoffs": ("SensitivityAtSpecificity", "SpecificityAtSensitivity", "PrecisionAtRecall", "RecallAtPrecision"),
    "area": ("AUC",),
    "f_scores": ("FBetaScore", "F1Score"),
    "overlap": ("IoU", "MeanIoU", "BinaryIoU", "OneHotIoU", "OneHotMeanIoU"),
    "determination": ("R2Score",),
    "correlation": (
        "PearsonCorrelation",
        "ConcordanceCorrelation",
        "pearson_correlation",
        "concordance_correlation",
    ),
    "regression": (
        "MeanSquaredError",
        "RootMeanSquaredError",
        "MeanAbsoluteError",
        "MeanAbsolutePercentageError",
        "MeanSquaredLogarithmicError",
        "CosineSimilarity",
        "LogCoshError",
        "mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error",
        "log_cosh",
        "huber",
    ),
    "entropies": (
        "BinaryCrossentropy",
        "CategoricalCrossentropy",
        "SparseCategoricalCrossentropy",
        "KLDivergence",
        "Poisson",
        "Hinge",
        "SquaredHinge",
        "CategoricalHinge",
        "binary_crossentropy",
        "binary_focal_crossentropy",
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "sparse_categorical_crossentropy",
        "kl_divergence",
        "poisson",
        "hinge",
        "squared_hinge",
        "categorical_hinge",
    ),
    "lookup": ("get", "serialize", "deserialize"),
}

__getattr__, __dir__, __all__ = attach(
    __name__, {name: module for module, names in _MEMBERS.items() for name in names}
)

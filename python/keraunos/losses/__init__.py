"""Losses: what training makes small."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Loss": "loss",
        "LossFunctionWrapper": "wrapper",
        **dict.fromkeys(
            (
                "MeanSquaredError",
                "MeanAbsoluteError",
                "MeanAbsolutePercentageError",
                "MeanSquaredLogarithmicError",
                "CosineSimilarity",
                "Huber",
                "LogCosh",
                "mean_squared_error",
                "mean_absolute_error",
                "mean_absolute_percentage_error",
                "mean_squared_logarithmic_error",
                "cosine_similarity",
                "huber",
                "log_cosh",
            ),
            "regression",
        ),
        "mse": "regression:mean_squared_error",
        "mae": "regression:mean_absolute_error",
        "mape": "regression:mean_absolute_percentage_error",
        "msle": "regression:mean_squared_logarithmic_error",
        **dict.fromkeys(
            ("Hinge", "SquaredHinge", "CategoricalHinge", "hinge", "squared_hinge", "categorical_hinge"), "margins"
        ),
        **dict.fromkeys(
            ("BinaryCrossentropy", "BinaryFocalCrossentropy", "binary_crossentropy", "binary_focal_crossentropy"),
            "binary",
        ),
        "bce": "binary:binary_crossentropy",
        **dict.fromkeys(
            (
                "CategoricalCrossentropy",
                "CategoricalFocalCrossentropy",
                "SparseCategoricalCrossentropy",
                "CategoricalGeneralizedCrossEntropy",
                "categorical_crossentropy",
                "categorical_focal_crossentropy",
                "sparse_categorical_crossentropy",
                "categorical_generalized_cross_entropy",
            ),
            "categorical",
        ),
        **dict.fromkeys(("KLDivergence", "Poisson", "kl_divergence", "poisson"), "distributions"),
        "kld": "distributions:kl_divergence",
        **dict.fromkeys(("Dice", "Tversky", "dice", "tversky"), "overlap"),
        **dict.fromkeys(("Circle", "circle"), "similarity"),
        **dict.fromkeys(("CTC", "ctc"), "alignment"),
        "get": "lookup",
        "serialize": "lookup",
        "deserialize": "lookup",
    },
)

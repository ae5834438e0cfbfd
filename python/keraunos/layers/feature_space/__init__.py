"""FeatureSpace: tables of numbers and words as one vector a row. Public as `keras.utils.FeatureSpace`."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__, {"FeatureSpace": "space", **dict.fromkeys(("Cross", "Feature", "TFDIdentity"), "features")}
)

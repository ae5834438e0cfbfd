"""Names of `keras.legacy.saving` that `keras.utils.legacy` has too."""

from keraunos.legacy.saving import deserialize_keras_object, serialize_keras_object

__all__ = ["deserialize_keras_object", "serialize_keras_object"]

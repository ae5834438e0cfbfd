"""ResNet50, where older versions of Keras had it."""

from keraunos.applications.resnet import ResNet50, decode_predictions, preprocess_input

__all__ = ["ResNet50", "decode_predictions", "preprocess_input"]

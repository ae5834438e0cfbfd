"""VGG19."""

from keraunos.applications.imagenet_utils import decode_predictions, preprocessing
from keraunos.applications.vgg import family

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]

VGG19 = family(__name__).model(
    "VGG19",
    "vgg19",
    ("cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"),
    depths=(2, 2, 4, 4, 4),
)
preprocess_input = preprocessing(__name__, "caffe")

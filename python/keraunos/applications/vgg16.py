"""VGG16."""

from keraunos.applications.imagenet_utils import decode_predictions, preprocessing
from keraunos.applications.vgg import family

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]

VGG16 = family(__name__).model(
    "VGG16",
    "vgg16",
    ("64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"),
    depths=(2, 2, 3, 3, 3),
)
preprocess_input = preprocessing(__name__, "caffe")

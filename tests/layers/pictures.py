"""Pictures for the tests of image layers, in both layouts."""

import numpy as np

rng = np.random.default_rng(41)
IMAGES = rng.integers(0, 256, (5, 6, 8, 3)).astype("uint8")
FLOATS = IMAGES.astype("float32")
FORMATS = ["channels_last", "channels_first"]


def placed(images, data_format):
    """Channels-last images in a layout."""
    return images if data_format == "channels_last" else np.moveaxis(images, -1, -3)


def warped(layer, images, data_format="channels_last"):
    """What a layer makes of channels-last images in either layout."""
    out = np.asarray(layer(placed(images, data_format), training=True))
    return out if data_format == "channels_last" else np.moveaxis(out, -3, -1)

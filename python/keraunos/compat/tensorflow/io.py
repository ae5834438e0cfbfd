"""`tf.io`: files and pictures, read on the host."""

import numpy as np


def read_file(filename, name=None):
    """The bytes of a file."""
    if hasattr(filename, "numpy"):
        filename = filename.numpy()
    filename = filename.item() if isinstance(filename, (np.ndarray, np.generic)) else filename
    with open(filename, "rb") as file:
        return file.read()


def decode_image(contents, channels=0, dtype="uint8", name=None, expand_animations=True):
    """(H, W, C) of the picture in the bytes of a file.

    Args:
        contents: bytes.
        channels: 1, 3, 4, or 0: as in the file.
        dtype: `"uint8"`, or a float dtype for numbers in [0, 1].
    """
    import io

    from keraunos.utils import load_img

    mode = {1: "grayscale", 3: "rgb", 4: "rgba"}.get(channels)
    if mode is None:
        from PIL import Image

        mode = "grayscale" if Image.open(io.BytesIO(contents)).mode in ("L", "1") else "rgb"
    picture = np.asarray(load_img(io.BytesIO(contents), color_mode=mode))
    picture = picture[..., None] if picture.ndim == 2 else picture
    return picture if dtype == "uint8" else (picture / 255).astype(str(dtype))


decode_jpeg = decode_png = decode_image


def __getattr__(name):
    raise AttributeError(f"[compat] tf.io.{name} is not covered by keraunos")

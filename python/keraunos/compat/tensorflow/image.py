"""`tf.image`: pictures (N, H, W, C) or (H, W, C)."""

from keraunos import ops, random
from keraunos.compat.tensorflow.functions import find


class ResizeMethod:
    """Names of interpolations."""

    BILINEAR, NEAREST_NEIGHBOR, BICUBIC = "bilinear", "nearest", "bicubic"
    LANCZOS3, LANCZOS5 = "lanczos3", "lanczos5"


def resize(images, size, method="bilinear", preserve_aspect_ratio=False, antialias=False, name=None):
    """`keras.ops.image.resize`; the result is float32, except with `"nearest"`."""
    if preserve_aspect_ratio:
        height, width = ops.shape(images)[-3:-1]
        factor = min(size[0] / height, size[1] / width)
        size = (round(height * factor), round(width * factor))
    images = images if method == "nearest" else ops.cast(images, "float32")
    return ops.image.resize(images, tuple(int(n) for n in size), interpolation=method, antialias=antialias)


def flip_left_right(image):
    """Mirrored."""
    return ops.flip(image, axis=-2)


def flip_up_down(image):
    """Upside down."""
    return ops.flip(image, axis=-3)


def random_flip_left_right(image, seed=None):
    """Mirrored with probability one half."""
    return ops.where(random.uniform((), seed=seed) < 0.5, flip_left_right(image), image)


def random_flip_up_down(image, seed=None):
    """Upside down with probability one half."""
    return ops.where(random.uniform((), seed=seed) < 0.5, flip_up_down(image), image)


def random_brightness(image, max_delta, seed=None):
    """With a random number added."""
    return ops.add(image, random.uniform((), -max_delta, max_delta, seed=seed))


def adjust_contrast(images, contrast_factor):
    """Distances from the mean of each channel times `contrast_factor`."""
    mean = ops.mean(images, axis=(-3, -2), keepdims=True)
    return (images - mean) * contrast_factor + mean


def random_contrast(image, lower, upper, seed=None):
    """`adjust_contrast` by a random factor."""
    return adjust_contrast(image, random.uniform((), lower, upper, seed=seed))


def central_crop(image, central_fraction):
    """The middle."""
    height, width = ops.shape(image)[-3:-1]
    top, left = (int((n - n * central_fraction) / 2) for n in (height, width))
    return image[..., top : height - top, left : width - left, :]


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """A part."""
    return image[..., offset_height : offset_height + target_height, offset_width : offset_width + target_width, :]


def grayscale_to_rgb(images, name=None):
    """Three equal channels."""
    return ops.repeat(images, 3, axis=-1)


def rot90(image, k=1, name=None):
    """Turned by 90 degrees, k times, counter-clockwise."""
    return ops.rot90(image, k, axes=(-3, -2))


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """Integers to floats in [0, 1] and back."""
    image = ops.convert_to_tensor(image)
    if image.dtype == dtype:
        return image
    if "float" in str(dtype):
        return ops.cast(image, dtype) / 255.0 if image.dtype == "uint8" else ops.cast(image, dtype)
    return ops.cast(ops.clip(image * 255.5, 0, 255), dtype)


def per_image_standardization(image):
    """Mean 0 and deviation 1, the deviation at least 1 / sqrt(number of values)."""
    image = ops.cast(image, "float32")
    axes, count = (-3, -2, -1), 1
    for n in ops.shape(image)[-3:]:
        count *= n
    deviation = ops.maximum(ops.std(image, axis=axes, keepdims=True), count**-0.5)
    return (image - ops.mean(image, axis=axes, keepdims=True)) / deviation


def decode_image(contents, channels=None, dtype="uint8", name=None, expand_animations=True):
    """The picture in the bytes of a file."""
    from keraunos.compat.tensorflow.io import decode_image as decode

    return decode(contents, channels, dtype)


decode_jpeg = decode_png = decode_image


def __getattr__(name):
    return find("tf.image", name)

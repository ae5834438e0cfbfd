"""image_dataset_from_directory: a folder of image files as a Dataset."""

from keraunos import config
from keraunos.data.dataset import Dataset
from keraunos.data.stages import AUTOTUNE
from keraunos.utils import image_decoding, image_files, labelled_files
from keraunos.utils.images import CHANNELS


def image_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    color_mode="rgb",
    batch_size=32,
    image_size=(256, 256),
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    interpolation="bilinear",
    follow_links=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    data_format=None,
    format="tf",
    verbose=True,
):
    """The image files below a folder, with labels from the names of its subfolders.

    JPEG, PNG, BMP, GIF (first frame) and WebP files are found by content, whatever their names end in. Files that are
    damaged, cut off or no pictures are left out and named in one warning; hidden files are ignored. Pictures are
    decoded in threads while others are trained on; `.cache()` keeps them in memory, one byte per value.

    Args:
        directory: the folder.
        labels: "inferred": subfolders are classes; None: no labels; or a list of integers, one per file in the order
            of `file_paths` without shuffling.
        label_mode: "int": int32 `(N,)`; "categorical": one-hot float32 `(N, classes)`; "binary": float32 `(N, 1)`;
            None: no labels.
        class_names: the subfolders to use, in the order of the labels; default: all, sorted.
        color_mode: "rgb", "rgba" or "grayscale".
        batch_size: pictures per batch; None: single pictures.
        image_size: `(height, width)` that pictures are resized to.
        shuffle: whether pictures come in a new random order every time.
        seed: of the order, and of the choice of the validation files, which is that of Keras.
        validation_split: share of the files that is kept for validation.
        subset: "training", "validation" or "both".
        interpolation: "bilinear", "nearest", "bicubic", "area" or "lanczos3"; Pillow's filters, which average when
            they make pictures smaller.
        follow_links: whether to follow links to folders.
        crop_to_aspect_ratio: whether to cut out the middle part of the right proportions.
        pad_to_aspect_ratio: whether to fill up with zeros to the right proportions.
        data_format: "channels_last" or "channels_first"; None: `config.image_data_format()`.
        format: "tf", the only one.
        verbose: whether to print how many files there are.

    Returns:
        `data.Dataset` of float32 pictures `(N, H, W, C)` with values from 0 to 255, or (pictures, labels); a list of
        two for subset="both". Attributes: `class_names`, `file_paths`.

    Raises:
        ValueError: for arguments that do not fit, and when there is no picture.
        FileNotFoundError: when there is no such folder.

    Source: https://keras.io/api/data_loading/image/

    Example:

    >>> import os, tempfile, numpy as np, keraunos as keras
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("cat", "dog"):
    ...         os.mkdir(f"{folder}/{name}")
    ...         keras.utils.save_img(f"{folder}/{name}/1.png", np.ones((8, 8, 3)))
    ...     ds = keras.utils.image_dataset_from_directory(folder, image_size=(4, 4), shuffle=False)
    ...     images, numbers = next(iter(ds))
    Found 2 files belonging to 2 classes.
    >>> images.shape, numbers.numpy(), ds.class_names
    ((2, 4, 4, 3), array([0, 1], dtype=int32), ['cat', 'dog'])
    """
    if format != "tf":
        raise ValueError(f"[image_dataset] format must be 'tf': a keraunos.data.Dataset is made, got {format!r}")
    reader = _reader(color_mode, image_size, interpolation, crop_to_aspect_ratio, pad_to_aspect_ratio, data_format)

    def read(files):
        pictures = Dataset(image_decoding.ReadImages(files.stage, reader, AUTOTUNE))
        # Handing single pictures from thread to thread would cost as much as decoding a small one.
        return pictures if batch_size is None else pictures.batch(batch_size).prefetch(AUTOTUNE)

    return labelled_files.datasets(
        "image_dataset", "pictures", directory, labels, label_mode, class_names, shuffle, seed, validation_split,
        subset, follow_links, verbose, image_files.usable, read,
    )  # fmt: skip


def _reader(color_mode, image_size, interpolation, crop, pad, data_format):
    if color_mode not in CHANNELS:
        raise ValueError(f"[image_dataset] color_mode must be 'rgb', 'rgba' or 'grayscale', got {color_mode!r}")
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if not isinstance(size, (list, tuple)) or len(size) != 2 or any(int(n) < 1 for n in size):
        raise ValueError(f"[image_dataset] image_size must be (height, width), got {image_size!r}")
    if interpolation.lower() not in image_decoding.METHODS:
        raise ValueError(
            f"[image_dataset] interpolation must be one of {', '.join(image_decoding.METHODS)}, got {interpolation!r}"
        )
    if crop and pad:
        raise ValueError("[image_dataset] only one of crop_to_aspect_ratio and pad_to_aspect_ratio can be true")
    data_format = config.image_data_format() if data_format is None else data_format
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f"[image_dataset] data_format must be 'channels_last' or 'channels_first', got {data_format!r}"
        )
    fit = "crop" if crop else "pad" if pad else "stretch"
    size = tuple(int(n) for n in size)
    return image_decoding.ImageReader(size, color_mode, interpolation.lower(), fit, data_format == "channels_first")

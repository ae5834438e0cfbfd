"""image_dataset_from_directory: a folder of image files as a Dataset."""

import os

import numpy as np

from keraunos import config
from keraunos.data.dataset import Dataset
from keraunos.data.stages import AUTOTUNE
from keraunos.utils import image_decoding, image_files
from keraunos.utils.images import CHANNELS
from keraunos.utils.messages import say


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

    >>> import tempfile, numpy as np, keraunos as keras
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
    _check_labels(labels, label_mode, class_names)
    _check_split(validation_split, subset, shuffle, seed)
    if format != "tf":
        raise ValueError(f"[image_dataset] format must be 'tf': a keraunos.data.Dataset is made, got {format!r}")
    reader = _reader(color_mode, image_size, interpolation, crop_to_aspect_ratio, pad_to_aspect_ratio, data_format)
    label_mode = None if labels is None else label_mode
    seed = np.random.randint(10**6) if seed is None else seed

    paths, numbers, names = _index(directory, labels if label_mode else None, class_names, follow_links)
    if label_mode == "binary" and len(names) != 2:
        raise ValueError(f"[image_dataset] label_mode='binary' needs exactly 2 classes, got {names}")
    if verbose:
        say(f"Found {len(paths)} files" + (f" belonging to {len(names)} classes." if label_mode else "."))
    order = np.arange(len(paths))
    if shuffle:
        # Keras's own draws: the same seed chooses the same files for validation.
        np.random.RandomState(seed).shuffle(order)
    held_back = int((validation_split or 0) * len(paths))
    parts = {
        None: order,
        "training": order[: len(order) - held_back],
        "validation": order[len(order) - held_back :],
    }
    made = []
    for part in ("training", "validation") if subset == "both" else (subset,):
        chosen = parts[part]
        if part is not None and verbose:
            say(f"Using {len(chosen)} files for {part}.")
        if not len(chosen):
            raise ValueError(f"[image_dataset] no {part or 'usable'} pictures in {directory}")
        mixed = seed if shuffle and not (subset == "both" and part == "validation") else None
        targets = None if label_mode is None else _targets(numbers[chosen], label_mode, len(names))
        dataset = _dataset([paths[i] for i in chosen], targets, reader, mixed, batch_size)
        dataset.class_names, dataset.file_paths = names, [paths[i] for i in chosen]
        made.append(dataset)
    return made if subset == "both" else made[0]


def _dataset(paths, targets, reader, seed, batch_size):
    files = Dataset.from_tensor_slices(paths if targets is None else (np.array(paths, object), targets))
    if seed is not None:
        files = files.shuffle(len(paths), seed)
    pictures = Dataset(image_decoding.ReadImages(files.stage, reader, AUTOTUNE))
    # Handing single pictures from thread to thread would cost as much as decoding a small one.
    return pictures if batch_size is None else pictures.batch(batch_size).prefetch(AUTOTUNE)


def _index(directory, labels, class_names, follow_links):
    """(paths of usable files, their labels or None, class names or None)."""
    directory = os.fspath(directory)
    if not os.path.isdir(directory):
        raise FileNotFoundError(f"[image_dataset] there is no folder {directory}")
    if isinstance(labels, str):
        found = sorted(e.name for e in os.scandir(directory) if e.is_dir() and not e.name.startswith("."))
        missing = set(class_names or ()) - set(found)
        if missing:
            raise ValueError(f"[image_dataset] class_names names no subfolder: {sorted(missing)}; there are {found}")
        names = found if class_names is None else list(class_names)
        listed = [image_files.list_files(os.path.join(directory, name), follow_links) for name in names]
        numbers = np.repeat(np.arange(len(names), dtype=np.int32), [len(files) for files in listed])
        paths = [path for files in listed for path in files]
    else:
        names, numbers, paths = None, None, image_files.list_files(directory, follow_links)
    good = image_files.usable(paths, directory)
    if labels is not None and not isinstance(labels, str):
        numbers = np.asarray(labels, np.int32)
        if len(numbers) == good.sum() != len(good):
            # One label per picture rather than per file.
            numbers, whole = np.zeros(len(good), np.int32), numbers
            numbers[good] = whole
        if len(numbers) != len(good):
            raise ValueError(f"[image_dataset] got {len(numbers)} labels for {int(good.sum())} pictures in {directory}")
        names = [str(label) for label in sorted(set(numbers[good].tolist()))]
    paths = [path for path, usable in zip(paths, good, strict=True) if usable]
    return paths, None if numbers is None else numbers[good], names


def _targets(numbers, label_mode, classes):
    if label_mode == "binary":
        return numbers.astype(np.float32)[:, None]
    return np.eye(classes, dtype=np.float32)[numbers] if label_mode == "categorical" else numbers


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


def _check_labels(labels, label_mode, class_names):
    if labels is not None and not (isinstance(labels, str) and labels == "inferred"):
        if not isinstance(labels, (list, tuple, np.ndarray)):
            raise ValueError(f"[image_dataset] labels must be 'inferred', None or a list of integers, got {labels!r}")
    if class_names is not None and not isinstance(labels, str):
        raise ValueError("[image_dataset] class_names can only be given with labels='inferred'")
    if label_mode not in ("int", "categorical", "binary", None):
        raise ValueError(
            f"[image_dataset] label_mode must be 'int', 'categorical', 'binary' or None, got {label_mode!r}"
        )


def _check_split(validation_split, subset, shuffle, seed):
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(f"[image_dataset] validation_split must lie between 0 and 1, got {validation_split}")
    if bool(validation_split) != bool(subset):
        raise ValueError("[image_dataset] validation_split and subset belong together; give both or none")
    if subset not in ("training", "validation", "both", None):
        raise ValueError(f"[image_dataset] subset must be 'training', 'validation' or 'both', got {subset!r}")
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "[image_dataset] validation_split with shuffle=True needs a seed, so that both subsets are cut from the "
            "same order"
        )

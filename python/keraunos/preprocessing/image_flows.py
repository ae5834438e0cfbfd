"""What `ImageDataGenerator.flow` and its like return: batches of pictures changed at random."""

import os
import warnings
from typing import NamedTuple

import numpy as np

from keraunos import _arguments
from keraunos.utils.images import CHANNELS, array_to_img, img_to_array, load_img
from keraunos.utils.labelled_files import list_files
from keraunos.utils.messages import say
from keraunos.utils.py_dataset import PyDataset

_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff")


class Flow(PyDataset):
    """Batches by number, in an order that changes every epoch, and an iteration without end.

    Args:
        generator: the `ImageDataGenerator`.
        n, batch_size, shuffle, seed: pictures, pictures per batch, whether to mix them, and the seed.
        saving: (folder or None, beginning of names, ending).
    """

    def __init__(self, generator, n, batch_size, shuffle, seed, saving):
        super().__init__()
        self.generator, self.n, self.batch_size = generator, n, batch_size
        self.shuffle, self.seed, self._saving = shuffle, seed, saving
        self.total_batches_seen = self.batch_index = 0
        self._order = None
        self._rng = np.random

    def _draw_order(self):
        self._order = self._rng.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _begin(self):
        # Keras seeds anew for every batch, with the number of batches there have been.
        if self.seed is not None:
            self._rng = np.random.RandomState(self.seed + self.total_batches_seen)
        self.total_batches_seen += 1

    def __len__(self):
        return -(-self.n // self.batch_size)

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"[image_data_generator] there are {len(self)} batches, asked for number {index}")
        self._begin()
        if self._order is None:
            self._draw_order()
        return self._batch(self._order[index * self.batch_size : (index + 1) * self.batch_size])

    def on_epoch_end(self):
        """Draws a new order."""
        self._draw_order()

    def reset(self):
        """Begins the iteration anew."""
        self.batch_index = 0

    def __iter__(self):
        return self

    def __next__(self):
        self._begin()
        if self.batch_index == 0:
            self._draw_order()
        start = self.batch_index * self.batch_size
        self.batch_index = (self.batch_index + 1) % max(len(self), 1)
        return self._batch(self._order[start : start + self.batch_size])

    def _changed(self, pictures, rows, shape):
        """The pictures of an iterator, changed and stacked."""
        generator = self.generator
        batch = np.zeros((len(rows), *shape), generator.dtype)
        for place, picture in enumerate(pictures):
            picture = picture.astype(generator.dtype)
            parameters = generator.get_random_transform(picture.shape, self._rng)
            batch[place] = generator.standardize(generator.apply_transform(picture, parameters))
        folder, prefix, ending = self._saving
        if folder:
            for row, picture in zip(rows, batch, strict=True):
                name = f"{prefix}_{row}_{self._rng.randint(10**7)}.{ending}"
                array_to_img(picture, generator.data_format, scale=True).save(os.path.join(folder, name))
        return batch


class ArrayFlow(Flow):
    """Pictures from arrays; see `ImageDataGenerator.flow`."""

    def __init__(self, generator, x, y, batch_size, shuffle, sample_weight, seed, saving, ignore_class_split, subset):
        beside = []
        if isinstance(x, (tuple, list)):
            x, beside = x[0], list(x[1]) if isinstance(x[1], list) else [x[1]]
        x = np.asarray(x)
        if x.ndim != 4:
            raise ValueError(f"[image_data_generator] expected pictures of shape (N, H, W, C), got {x.shape}")
        parts = {"y": y, "sample_weight": sample_weight, **{f"x[1][{i}]": part for i, part in enumerate(beside)}}
        for name, part in parts.items():
            if part is not None and len(part) != len(x):
                raise ValueError(f"[image_data_generator] x has {len(x)} rows, {name} has {len(part)}")
        cut = int(len(x) * generator.validation_split)
        if subset is not None and y is not None and not ignore_class_split:
            if not np.array_equal(np.unique(y[:cut]), np.unique(y[cut:])):
                raise ValueError(
                    "[image_data_generator] the two subsets have different classes; shuffle the rows first, or pass "
                    "ignore_class_split=True"
                )
        start, stop = (int(len(x) * share) for share in generator.share(subset))
        take = lambda part: None if part is None else np.asarray(part)[start:stop]  # noqa: E731
        self.x, self.y, self.sample_weight, self._beside = (
            x[start:stop],
            take(y),
            take(sample_weight),
            [*map(take, beside)],
        )
        super().__init__(generator, len(self.x), batch_size, shuffle, seed, saving)

    def _batch(self, rows):
        pictures = self._changed((self.x[row] for row in rows), rows, self.x.shape[1:])
        inputs = [pictures, *(part[rows] for part in self._beside)] if self._beside else pictures
        parts = (inputs, *(part[rows] for part in (self.y, self.sample_weight) if part is not None))
        return parts if len(parts) > 1 else inputs


class Files(NamedTuple):
    """Pictures in files: their paths and names, what is known about them, and what classes are called."""

    paths: list
    names: list
    classes: np.ndarray | None
    class_names: list | None
    targets: np.ndarray | None = None
    weights: np.ndarray | None = None


class FileFlow(Flow):
    """Pictures from files; see `ImageDataGenerator.flow_from_directory`."""

    def __init__(self, generator, files, class_mode, target_size, color_mode, interpolation, keep_aspect_ratio,
                 batch_size, shuffle, seed, saving):  # fmt: skip
        tag = "image_data_generator"
        if class_mode is not None:
            _arguments.one_of(tag, "class_mode", class_mode, ("categorical", "binary", "sparse", "input", "raw"))
        _arguments.one_of(tag, "color_mode", color_mode, tuple(CHANNELS))
        if class_mode == "binary" and len(files.class_names) != 2:
            raise ValueError(f"[{tag}] class_mode='binary' needs 2 classes, got {files.class_names}")
        self.target_size = _arguments.int_tuple(tag, "target_size", tuple(target_size), 2)
        self.class_mode, self.color_mode = class_mode, color_mode
        self._how = {"interpolation": interpolation, "keep_aspect_ratio": keep_aspect_ratio}
        self._files = files
        self.filenames, self.filepaths, self.classes = files.names, files.paths, files.classes
        self.samples, self.num_classes = len(files.paths), len(files.class_names or ())
        self.class_indices = {name: number for number, name in enumerate(files.class_names or ())}
        channels = CHANNELS[color_mode]
        first = generator.data_format == "channels_first"
        self.image_shape = (channels, *self.target_size) if first else (*self.target_size, channels)
        super().__init__(generator, self.samples, batch_size, shuffle, seed, saving)

    def _read(self, row):
        picture = load_img(self.filepaths[row], self.color_mode, self.target_size, **self._how)
        return img_to_array(picture, self.generator.data_format, self.generator.dtype)

    def _batch(self, rows):
        pictures = self._changed(map(self._read, rows), rows, self.image_shape)
        if self.class_mode is None:
            return pictures
        batch = pictures, self._targets(rows, pictures)
        return batch if self._files.weights is None else (*batch, self._files.weights[rows])

    def _targets(self, rows, pictures):
        if self.class_mode == "input":
            return pictures.copy()
        if self.class_mode == "raw":
            return self._files.targets[rows]
        classes = self.classes[rows]
        if self.class_mode == "categorical":
            return np.eye(self.num_classes, dtype=pictures.dtype)[classes]
        return classes.astype(pictures.dtype)


def files_of_classes(directory, classes, follow_links, share):
    """The `Files` of a folder with a subfolder for every class; `share`: which part of every class."""
    directory = os.fspath(directory)
    names = list(classes) if classes else sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    paths, numbers = [], []
    for number, name in enumerate(names):
        found = [p for p in list_files(os.path.join(directory, name), follow_links) if p.lower().endswith(_ENDINGS)]
        start, stop = (int(part * len(found)) for part in share)
        paths += found[start:stop]
        numbers += [number] * (stop - start)
    say(f"Found {len(paths)} images belonging to {len(names)} classes.")
    return Files(paths, [os.path.relpath(path, directory) for path in paths], np.array(numbers, np.int32), names)


def files_of_table(table, directory, x_col, y_col, weight_col, classes, class_mode, validate, share):
    """The `Files` that a table names; see `ImageDataGenerator.flow_from_dataframe`."""
    names = [os.fspath(name) for name in table[x_col]]
    paths = [os.path.join(directory or "", name) for name in names]
    keep = np.array([not validate or (p.lower().endswith(_ENDINGS) and os.path.isfile(p)) for p in paths], bool)
    labelled = class_mode in ("categorical", "binary", "sparse")
    labels = list(table[y_col]) if labelled else None
    class_names = None
    if labelled:
        class_names = list(dict.fromkeys(classes)) if classes else sorted(set(labels))
        keep &= np.array([label in class_names for label in labels], bool)
    missing = int((~keep).sum())
    if missing:
        warnings.warn(f"[image_data_generator] {missing} rows are left out: no such file, or class", stacklevel=3)
    rows = np.flatnonzero(keep)
    rows = rows[int(share[0] * len(rows)) : int(share[1] * len(rows))]
    numbers = {name: number for number, name in enumerate(class_names or ())}
    say(f"Found {len(rows)} image filenames" + (f" belonging to {len(class_names)} classes." if labelled else "."))
    return Files(
        [paths[i] for i in rows],
        [names[i] for i in rows],
        np.array([numbers[labels[i]] for i in rows], np.int32) if labelled else None,
        class_names,
        _columns(table, y_col)[rows] if class_mode == "raw" else None,
        None if weight_col is None else np.asarray(table[weight_col])[rows],
    )


def _columns(table, names):
    if isinstance(names, (list, tuple)):
        return np.stack([np.asarray(table[name]) for name in names], axis=-1)
    return np.asarray(table[names])

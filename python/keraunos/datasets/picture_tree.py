"""Pictures of one size in folders, train/<class>/... and test/<class>/..., or in a zip file of them."""

import io
import pathlib
import zipfile

import numpy as np

from keraunos.utils.images import img_to_array, load_img


def read_tree(path, class_names):
    """((x_train, y_train), (x_test, y_test)) from image files.

    Args:
        path: a folder that holds `train` and `test`, or a zip file with these folders at any depth.
        class_names: the names of the classes' folders, in the order of their numbers.

    Returns:
        uint8 arrays of shapes `(N, H, W, 3)` and `(N, 1)`, sorted by class and file name.

    Raises:
        ValueError: for damaged files, and when there are no pictures.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        return tuple(
            _stacked(path, split, [(n, f.name, f.read_bytes) for n, f in _files(path / split, class_names)])
            for split in ("train", "test")
        )
    with zipfile.ZipFile(path) as archive:
        entries = [(pathlib.PurePosixPath(name), name) for name in sorted(archive.namelist())]
        found = {"train": [], "test": []}
        for parts, name in entries:
            if len(parts.parts) > 2 and parts.parts[-3] in found and parts.parts[-2] in class_names:
                number = class_names.index(parts.parts[-2])
                found[parts.parts[-3]].append((number, parts.name, lambda name=name: archive.read(name)))
        return tuple(_stacked(path, split, sorted(files, key=lambda f: f[:2])) for split, files in found.items())


def _files(folder, class_names):
    for number, name in enumerate(class_names):
        for file in sorted((folder / name).glob("*")):
            yield number, file


def _stacked(path, split, files):
    if not files:
        raise ValueError(f"[datasets] {path} holds no pictures in {split}/<class>")
    images = None
    for row, (_, name, read) in enumerate(files):
        try:
            array = img_to_array(load_img(io.BytesIO(read())), "channels_last", "uint8")
        except (OSError, zipfile.BadZipFile) as error:
            raise ValueError(f"[datasets] {path}: {split}/{name} is damaged ({error})") from None
        if images is None:
            images = np.empty((len(files), *array.shape), np.uint8)
        images[row] = array
    return images, np.array([[number] for number, _, _ in files], np.uint8)

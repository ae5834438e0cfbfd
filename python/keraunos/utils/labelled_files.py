"""Files in folders with labels from the folders' names: what all functions `..._dataset_from_directory` share."""

import os

import numpy as np

from keraunos.data.dataset import Dataset
from keraunos.utils.messages import say


def list_files(folder, follow_links=False):
    """Paths of all files below `folder`, sorted by folder and name; names that begin with a dot are left out."""
    return [
        os.path.join(root, name)
        for root, _, names in sorted(os.walk(folder, followlinks=follow_links))
        for name in sorted(names)
        if not name.startswith(".")
    ]


def datasets(tag, noun, directory, labels, label_mode, class_names, shuffle, seed, validation_split, subset,
             follow_links, verbose, usable, read):  # fmt: skip
    """The Dataset of the files below a folder, or a list of two for subset="both".

    Args:
        tag, noun: who asks and what the files are, for messages.
        directory, labels, label_mode, class_names, shuffle, seed, validation_split, subset, follow_links, verbose: see
            `image_dataset_from_directory`.
        usable: function (paths, folder) that says which of the files can be read, as a bool array.
        read: function that makes a Dataset of batches of contents from one of paths, or of (path, target).
    """
    check_labels(tag, labels, label_mode, class_names)
    check_split(tag, validation_split, subset, shuffle, seed)
    label_mode = None if labels is None else label_mode
    seed = np.random.randint(10**6) if seed is None else seed
    paths, numbers, names = _index(
        tag, noun, directory, labels if label_mode else None, class_names, follow_links, usable
    )
    if label_mode == "binary" and len(names) != 2:
        raise ValueError(f"[{tag}] label_mode='binary' needs exactly 2 classes, got {names}")
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
            raise ValueError(f"[{tag}] no {part or 'usable'} {noun} in {directory}")
        mixed = seed if shuffle and not (subset == "both" and part == "validation") else None
        targets = None if label_mode is None else _targets(numbers[chosen], label_mode, len(names))
        dataset = read(_files([paths[i] for i in chosen], targets, mixed))
        dataset.class_names, dataset.file_paths = names, [paths[i] for i in chosen]
        made.append(dataset)
    return made if subset == "both" else made[0]


def _files(paths, targets, seed):
    files = Dataset.from_tensor_slices(paths if targets is None else (np.array(paths, object), targets))
    return files if seed is None else files.shuffle(len(paths), seed)


def _index(tag, noun, directory, labels, class_names, follow_links, usable):
    """(paths of usable files, their labels or None, class names or None)."""
    directory = os.fspath(directory)
    if not os.path.isdir(directory):
        raise FileNotFoundError(f"[{tag}] there is no folder {directory}")
    if isinstance(labels, str):
        found = sorted(e.name for e in os.scandir(directory) if e.is_dir() and not e.name.startswith("."))
        missing = set(class_names or ()) - set(found)
        if missing:
            raise ValueError(f"[{tag}] class_names names no subfolder: {sorted(missing)}; there are {found}")
        names = found if class_names is None else list(class_names)
        listed = [list_files(os.path.join(directory, name), follow_links) for name in names]
        numbers = np.repeat(np.arange(len(names), dtype=np.int32), [len(files) for files in listed])
        paths = [path for files in listed for path in files]
    else:
        names, numbers, paths = None, None, list_files(directory, follow_links)
    good = usable(paths, directory)
    if labels is not None and not isinstance(labels, str):
        numbers = np.asarray(labels, np.int32)
        if len(numbers) == good.sum() != len(good):
            # One label per usable file rather than per file.
            numbers, whole = np.zeros(len(good), np.int32), numbers
            numbers[good] = whole
        if len(numbers) != len(good):
            raise ValueError(f"[{tag}] got {len(numbers)} labels for {int(good.sum())} {noun} in {directory}")
        names = [str(label) for label in sorted(set(numbers[good].tolist()))]
    paths = [path for path, fine in zip(paths, good, strict=True) if fine]
    return paths, None if numbers is None else numbers[good], names


def _targets(numbers, label_mode, classes):
    if label_mode == "binary":
        return numbers.astype(np.float32)[:, None]
    return np.eye(classes, dtype=np.float32)[numbers] if label_mode == "categorical" else numbers


def with_ending(*endings):
    """A `usable` that goes by the ends of the names, in lower case."""
    return lambda paths, folder: np.array([path.lower().endswith(endings) for path in paths], bool)


def check_labels(tag, labels, label_mode, class_names):
    """Arguments about labels that cannot be meant."""
    if labels is not None and not (isinstance(labels, str) and labels == "inferred"):
        if not isinstance(labels, (list, tuple, np.ndarray)):
            raise ValueError(f"[{tag}] labels must be 'inferred', None or a list of integers, got {labels!r}")
    if class_names is not None and not isinstance(labels, str):
        raise ValueError(f"[{tag}] class_names can only be given with labels='inferred'")
    if label_mode not in ("int", "categorical", "binary", None):
        raise ValueError(f"[{tag}] label_mode must be 'int', 'categorical', 'binary' or None, got {label_mode!r}")


def check_split(tag, validation_split, subset, shuffle, seed):
    """Arguments about subsets that cannot be meant."""
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(f"[{tag}] validation_split must lie between 0 and 1, got {validation_split}")
    if bool(validation_split) != bool(subset):
        raise ValueError(f"[{tag}] validation_split and subset belong together; give both or none")
    if subset not in ("training", "validation", "both", None):
        raise ValueError(f"[{tag}] subset must be 'training', 'validation' or 'both', got {subset!r}")
    if validation_split and shuffle and seed is None:
        raise ValueError(
            f"[{tag}] validation_split with shuffle=True needs a seed, so that both subsets are cut from the same order"
        )

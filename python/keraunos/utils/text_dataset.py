"""text_dataset_from_directory: a folder of text files as a Dataset."""

from keraunos.data.stages import AUTOTUNE
from keraunos.utils import labelled_files


def text_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    max_length=None,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    format="tf",
    verbose=True,
):
    """The `.txt` files below a folder, with labels from the names of its subfolders.

    Args:
        directory: the folder.
        labels, label_mode, class_names, shuffle, seed, validation_split, subset, follow_links, verbose: see
            `image_dataset_from_directory`.
        batch_size: texts per batch; None: single texts.
        max_length: characters that are kept of every text; None: all.
        format: "tf", the only one.

    Returns:
        `data.Dataset` of batches of texts, arrays `(N,)` of `str`, or (texts, labels); a list of two for subset="both".
        Texts are read as UTF-8; bytes that are none become U+FFFD. Attributes: `class_names`, `file_paths`.

    Raises:
        ValueError: for arguments that do not fit, and when there is no text.
        FileNotFoundError: when there is no such folder.

    Source: https://keras.io/api/data_loading/text/

    Example:

    >>> import os, tempfile, keraunos as keras
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, text in (("neg", "bad"), ("pos", "good")):
    ...         os.mkdir(f"{folder}/{name}")
    ...         with open(f"{folder}/{name}/1.txt", "w") as file:
    ...             _ = file.write(text)
    ...     texts, numbers = next(iter(keras.utils.text_dataset_from_directory(folder, shuffle=False)))
    Found 2 files belonging to 2 classes.
    >>> texts.tolist(), numbers.numpy()
    (['bad', 'good'], array([0, 1], dtype=int32))
    """
    if format != "tf":
        raise ValueError(f"[text_dataset] format must be 'tf': a keraunos.data.Dataset is made, got {format!r}")
    if max_length is not None and (not hasattr(max_length, "__index__") or max_length < 0):
        raise ValueError(f"[text_dataset] max_length must be a number of characters or None, got {max_length!r}")

    def text(path):
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            return file.read() if max_length is None else file.read(max_length)

    def read(files):
        texts = files.map(lambda path, *target: (text(path), *target) if target else text(path), AUTOTUNE)
        return texts if batch_size is None else texts.batch(batch_size).prefetch(AUTOTUNE)

    return labelled_files.datasets(
        "text_dataset", "texts", directory, labels, label_mode, class_names, shuffle, seed, validation_split, subset,
        follow_links, verbose, labelled_files.with_ending(".txt"), read,
    )  # fmt: skip

"""Weights alone in a file: `.weights.h5` (Keras 3), `.h5` (older), `.safetensors`."""

import os

from keraunos.saving import h5_file, legacy_h5, safetensors_file
from keraunos.saving.atomic import replacing
from keraunos.saving.state import load_state, save_state

_ENDINGS = (".weights.h5", ".safetensors")


def save_weights(model, filepath, overwrite=True, max_shard_size=None):
    """Saves the weights of a model; the file appears whole or not at all.

    Args:
        model: a built model.
        filepath: path; its ending says the format: `.weights.h5` in Keras 3's layout, with the optimizer's state, or
            `.safetensors`, which holds the weights by their paths.
        overwrite: whether a file that is there may be replaced.
        max_shard_size: None; weights are written to one file.

    Raises:
        ValueError: for another ending, and for a model that is not built.
        FileExistsError: when there is a file and `overwrite` is False.

    Example:

    >>> import keraunos as keras, tempfile
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keras.saving.save_weights(model, f"{folder}/a.weights.h5")
    ...     keras.saving.load_weights(model, f"{folder}/a.weights.h5")
    """
    if max_shard_size is not None:
        raise ValueError(f"[save_weights] weights are written to one file; leave max_shard_size={max_shard_size!r} out")
    path = os.fspath(filepath)
    if not path.endswith(_ENDINGS):
        raise ValueError(f"[weights] the file name must end in .weights.h5 or .safetensors, got {path!r}")
    if not model.built:
        raise ValueError(f'[save_weights] model "{model.name}" has no weights yet; build it or call it on data first')
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"[save_weights] {path} exists; pass overwrite=True to replace it")
    with replacing(path) as temporary:
        if path.endswith(".safetensors"):
            safetensors_file.save(model, temporary)
        else:
            with h5_file.h5py().File(temporary, "w") as file:
                save_state(model, h5_file.H5Writer(file))


def load_weights(model, filepath, skip_mismatch=False):
    """Loads the weights of a model from a file of ours or of Keras's. All is read and compared before anything changes.

    Args:
        model: a built model.
        filepath: `.weights.h5`, `.keras`, `.safetensors`, or an older `.h5` or `.hdf5`.
        skip_mismatch: whether layers that do not fit are left as they are.

    Raises:
        ValueError: when arrays do not fit the model, and for files that are damaged.
        FileNotFoundError: when there is no file.

    Example: see `save_weights`.

    >>> import keraunos as keras
    >>> keras.saving.load_weights(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), "none.weights.h5")
    Traceback (most recent call last):
    FileNotFoundError: [load_weights] no such file: none.weights.h5
    """
    path = os.fspath(filepath)
    if not path.endswith((*_ENDINGS, ".keras", ".h5", ".hdf5")):
        raise ValueError(
            f"[weights] the file name must end in .weights.h5, .keras, .safetensors, .h5 or .hdf5, got {path!r}"
        )
    if not os.path.exists(path):
        raise FileNotFoundError(f"[load_weights] no such file: {path}")
    if not model.built:
        raise ValueError(f'[load_weights] model "{model.name}" has no weights yet; build it or call it on data first')
    if path.endswith(".safetensors"):
        safetensors_file.load(model, path, skip_mismatch)
    elif path.endswith(".keras"):
        from keraunos.saving.keras_archive import load_weights_of

        load_weights_of(model, path, skip_mismatch)
    else:
        with h5_file.reading(path, path) as file:
            if legacy_h5.is_legacy(file):
                legacy_h5.load_weights(model, file, skip_mismatch)
            else:
                load_state(model, h5_file.H5Reader(file), skip_mismatch=skip_mismatch)

"""save_model and load_model: whole models in `.keras` archives and older `.h5` files."""

import json
import os
import warnings

from keraunos.graph.variable import allocation_limit
from keraunos.saving import h5_file, keras_archive, legacy_h5
from keraunos.saving.atomic import replacing

_OLDER = (".h5", ".hdf5")


def save_model(model, filepath, overwrite=True, zipped=None, include_optimizer=True, save_format=None):
    """Saves a model: its layers, weights, and what `compile` was given, with the optimizer's state. Keras 3 reads the
    file, too.

    Args:
        model: the model.
        filepath: path that ends in `.keras`, or in `.h5` or `.hdf5` for the format of Keras 2.
        overwrite: whether a file that is there may be replaced.
        zipped: accepted for compatibility; archives are zip files.
        include_optimizer: whether an `.h5` file holds the arguments of `compile` and the optimizer's state.
        save_format: accepted from older scripts; the ending decides.

    Raises:
        ValueError: for another ending, and for what cannot be described, such as a lambda.
        FileExistsError: when there is a file and `overwrite` is False.

    The file appears whole or not at all.

    Example:

    >>> import keraunos as keras, tempfile
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keras.models.save_model(model, f"{folder}/model.keras")
    ...     keras.models.load_model(f"{folder}/model.keras").count_params()
    8
    """
    path = os.fspath(filepath)
    if zipped is False:
        raise ValueError(
            "[save_model] models are saved as archives; zipped=False, which makes a folder, is not supported"
        )
    if not path.endswith((".keras", *_OLDER)):
        hint = "; for weights alone use save_weights()" if path.endswith(".weights") else ""
        raise ValueError(
            f"[save_model] the file name must end in .keras (or .h5, .hdf5 for the older format), got {path!r}{hint}"
        )
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"[save_model] {path} exists; pass overwrite=True to replace it")
    with replacing(path) as temporary:
        if path.endswith(_OLDER):
            with h5_file.h5py().File(temporary, "w") as file:
                legacy_h5.save_model(model, file, include_optimizer)
        else:
            keras_archive.save(model, temporary)


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Loads what `save_model`, of this package or of Keras, wrote.

    Args:
        filepath: path of a `.keras`, `.h5` or `.hdf5` file.
        custom_objects: {name: class or function} for what is neither part of this package nor registered.
        compile: whether to compile the model as it was, with the optimizer's state.
        safe_mode: accepted for compatibility: code in files is never run, whatever it says.

    Raises:
        ValueError: for files that are damaged, or name classes that are not known.
        FileNotFoundError: when there is no file.

    Example: see `save_model`.

    >>> import keraunos as keras
    >>> keras.models.load_model("none.keras")
    Traceback (most recent call last):
    FileNotFoundError: [load_model] no such file: none.keras
    """
    path = os.fspath(filepath)
    if os.path.isdir(path):
        raise ValueError(
            f"[load_model] {path} is a folder, such as TensorFlow's SavedModel; load it with TensorFlow and save it as "
            ".keras"
        )
    if not os.path.exists(path):
        raise FileNotFoundError(f"[load_model] no such file: {path}")
    if path.endswith(".keras"):
        return keras_archive.load(path, custom_objects, compile)
    if path.endswith(_OLDER):
        return _load_older(path, custom_objects, compile)
    raise ValueError(f"[load_model] the file name must end in .keras, .h5 or .hdf5, got {path!r}")


def _load_older(path, custom_objects, compile):
    with h5_file.reading(path, path) as file, allocation_limit(4 * os.path.getsize(path) + (64 << 20), path):
        try:
            config, training = legacy_h5.model_config(file), legacy_h5.training_config(file)
        except (json.JSONDecodeError, RecursionError) as error:
            raise ValueError(f"[load_model] {path}: the config is not readable ({type(error).__name__})") from None
        if config is None:
            raise ValueError(f"[load_model] {path} holds weights alone; build the model and use load_weights()")
        model = keras_archive.model_of(config, custom_objects, path)
        legacy_h5.load_weights(model, file)
        if not compile:
            return model
        if training is None:
            warnings.warn("[load_model] the file does not say how the model was compiled; compile it", stacklevel=3)
            return model
        with keras_archive.one_error(path):
            model.compile_from_config(training)
        legacy_h5.load_optimizer(model, file)
    return model

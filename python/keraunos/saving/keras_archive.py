"""`.keras` files: a zip archive of the model's config, its weights and what layers keep in files.

An archive may come from anybody. Its members are read by their known names alone, none is larger unpacked than its
directory says and than an archive of its size can hold, and no code in it is run: classes are looked up in this package
and among registered ones.
"""

import contextlib
import datetime
import json
import os
import shutil
import struct
import tempfile
import zipfile

from keraunos.graph.variable import allocation_limit
from keraunos.saving import h5_file
from keraunos.saving.serialization import deserialize_keras_object, serialize_keras_object
from keraunos.saving.state import load_state, save_state
from keraunos.saving.versions import KERAS_VERSION

_CONFIG, _METADATA, _WEIGHTS, _ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets"
_LONGEST_CONFIG = 256 << 20
# Numbers that were trained shrink by less than a third; what unpacks to 50 times the archive's size was made to fill
# memory.
_LARGEST_RATIO, _ALWAYS_FINE = 50, 64 << 20
# Weights may be smaller in the file than in memory: in half precision, or packed.
_MEMORY_PER_BYTE = 4
# What zipfile raises for damaged directories and members, encrypted ones, names that are no text, and methods of
# packing that nobody has.
_DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, NotImplementedError, RuntimeError, UnicodeError,
    struct.error, *([zipfile.lzma.LZMAError] if zipfile.lzma else []),
)  # fmt: skip


def save(model, path):
    """Writes `model` to `path`, which is a temporary file: see `atomic.replacing`."""
    config = json.dumps(serialize_keras_object(model))
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(path))) as folder:
        weights = os.path.join(folder, _WEIGHTS)
        assets = Folders(os.path.join(folder, _ASSETS))
        with h5_file.h5py().File(weights, "w") as file:
            save_state(model, h5_file.H5Writer(file), assets)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(_METADATA, json.dumps({"keras_version": KERAS_VERSION, "date_saved": now}))
            archive.writestr(_CONFIG, config)
            archive.write(weights, _WEIGHTS)
            for name in assets.files():
                archive.write(os.path.join(folder, _ASSETS, name), f"{_ASSETS}/{name}")


def load(path, custom_objects=None, compile=True):
    """The model in the archive at `path`.

    Raises:
        ValueError: for anything that is not a whole archive of a model whose classes are known.
    """
    with _archive(path) as archive:
        config = _config(archive, path)
        if not compile:
            config.pop("compile_config", None)
        with _weights(archive, path) as (file, size), allocation_limit(size * _MEMORY_PER_BYTE + _ALWAYS_FINE, path):
            model = model_of(config, custom_objects, path)
            if file is not None:
                with _unpacked_assets(archive, path) as assets:
                    load_state(model, h5_file.H5Reader(file), assets)
    return model


@contextlib.contextmanager
def one_error(path):
    """Turns whatever the config in the file at `path` makes go wrong in a class into one ValueError."""
    try:
        yield
    except ImportError:
        raise
    except RecursionError:
        raise ValueError(f"[load_model] {path}: the config is nested too deeply") from None
    except Exception as error:
        if isinstance(error, ValueError) and str(error).startswith("["):
            raise
        raise ValueError(
            f"[load_model] {path}: no model can be made of the config ({type(error).__name__}: {error})"
        ) from error


def model_of(config, custom_objects, path):
    """The model that a config describes.

    Raises:
        ValueError: for configs that describe no model.
        ImportError: when a class needs a package that is not installed.
    """
    with one_error(path):
        model = deserialize_keras_object(config, custom_objects=custom_objects)
    if getattr(model, "_layers_in_files", None) is None:
        raise ValueError(f"[load_model] {path} holds a {type(model).__name__}, expected a model")
    return model


def load_weights_of(model, path, skip_mismatch=False):
    """Loads the weights alone of an archive into a model that is there."""
    with _archive(path) as archive, _weights(archive, path) as (file, _), _unpacked_assets(archive, path) as assets:
        if file is None:
            raise ValueError(f"[load_weights] {path} holds no weights")
        load_state(model, h5_file.H5Reader(file), assets, skip_mismatch)


@contextlib.contextmanager
def _archive(path):
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(set(names)) < len(names):
                raise ValueError(f"[load_model] {path} has two members of one name")
            yield archive
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        raise ValueError(f"[load_model] {path} is not a readable .keras archive ({error})") from None


def _read(archive, name, path, largest):
    """The bytes of a member, none larger than `largest` unpacked."""
    info = archive.getinfo(name)
    allowed = min(largest, max(_ALWAYS_FINE, _LARGEST_RATIO * os.path.getsize(path)))
    if info.file_size > allowed:
        raise ValueError(
            f"[load_model] {path}: {name} unpacks to {info.file_size:,} bytes, more than the {allowed:,} such a file "
            "can hold"
        )
    try:
        with archive.open(info) as member:
            # One byte more than promised, to see whether the directory told the truth.
            data = member.read(info.file_size + 1)
    except zipfile.zlib.error as error:
        raise ValueError(f"[load_model] {path}: {name} is damaged ({error})") from None
    if len(data) != info.file_size:
        raise ValueError(f"[load_model] {path}: {name} has another size than the archive says")
    return data


def _config(archive, path):
    if _CONFIG not in archive.namelist():
        raise ValueError(f"[load_model] {path} has no {_CONFIG}; it is not a .keras archive")
    try:
        config = json.loads(_read(archive, _CONFIG, path, _LONGEST_CONFIG))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"[load_model] {path}: {_CONFIG} is not readable ({type(error).__name__}: {error})") from None
    if (
        not isinstance(config, dict)
        or not isinstance(config.get("config"), dict)
        or not isinstance(config.get("class_name"), str)
    ):
        raise ValueError(f"[load_model] {path}: {_CONFIG} does not describe a model")
    return config


@contextlib.contextmanager
def _weights(archive, path):
    """(the open HDF5 file of weights, its size in bytes), or (None, 0)."""
    if _WEIGHTS not in archive.namelist():
        yield None, 0
        return
    data = _read(archive, _WEIGHTS, path, 1 << 50)
    with h5_file.reading(data, f"{_WEIGHTS} in {path}") as file:
        yield file, len(data)


class Folders:
    """Folders for what layers keep in files, each made when it is asked for; empty ones are not kept."""

    def __init__(self, root):
        self._root = root

    def make(self, path):
        """The folder of an object, to write to."""
        folder = os.path.join(self._root, *path.split("/"))
        os.makedirs(folder, exist_ok=True)
        return folder

    def get(self, path):
        """The folder of an object, to read from."""
        return self.make(path)

    def files(self):
        """Paths of the files below the root, with slashes."""
        found = [os.path.join(folder, name) for folder, _, names in os.walk(self._root) for name in names]
        return sorted(os.path.relpath(path, self._root).replace(os.sep, "/") for path in found)


@contextlib.contextmanager
def _unpacked_assets(archive, path):
    """The archive's assets in a temporary folder, which no member can lead out of."""
    names = [name for name in archive.namelist() if name.startswith(f"{_ASSETS}/") and not name.endswith("/")]
    folder = tempfile.mkdtemp()
    try:
        for name in names:
            parts = name.split("/")[1:]
            if any(part in ("", ".", "..") or "\\" in part or ":" in part for part in parts):
                raise ValueError(f"[load_model] {path}: the name {name!r} leads out of the archive")
            target = os.path.join(folder, *parts)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "xb") as file:
                file.write(_read(archive, name, path, 1 << 40))
        yield Folders(folder)
    except FileExistsError as error:
        raise ValueError(
            f"[load_model] {path}: two assets have one name ({os.path.basename(str(error.filename))})"
        ) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""HDF5 files as groups of arrays: written by h5py, read by a reader that takes files from anybody."""

import contextlib

import numpy as np

from keraunos.graph import Tensor
from keraunos.saving import hdf5


def h5py():
    """The module, which writes files, or an ImportError that says how to get it."""
    try:
        import h5py
    except ImportError:
        raise ImportError("[saving] writing HDF5 files needs h5py: pip install keraunos[h5]") from None
    return h5py


@contextlib.contextmanager
def reading(path_or_bytes, what):
    """The root group of an HDF5 file.

    Args:
        path_or_bytes: path, or the bytes of a file.
        what: how messages call it.

    Raises:
        ValueError: here and inside of the block, when the file turns out to be damaged.
    """
    try:
        yield hdf5.open_file(path_or_bytes)
    except hdf5.DamagedFile as error:
        raise ValueError(f"[load_weights] {what} is not a readable HDF5 file ({error})") from None


class Group(dict):
    """A group to be written: arrays are put into the file at once."""

    def __init__(self, group):
        super().__init__()
        self._group = group

    def __setitem__(self, name, value):
        if getattr(value, "dtype", None) == "bfloat16":
            # HDF5 has no such type: Keras writes two opaque bytes and says what they are.
            bits = value.current() if hasattr(value, "current") else np.asarray(value)
            self._group.create_dataset(name, data=bits.view("V2")).attrs["dtype"] = "bfloat16"
        else:
            self._group.create_dataset(name, data=np.asarray(value))


class H5Writer:
    """Groups of a new file in Keras's layout: `<path>/vars/<name>`."""

    def __init__(self, file):
        self._file = file

    def make(self, path, name=None):
        """The group of an object, which remembers the object's name."""
        group = self._file.require_group(f"{path}/vars" if path else "vars")
        if isinstance(name, str):
            group.attrs["name"] = name
        return Group(group)


class H5Reader:
    """The groups of a file that `H5Writer` or Keras wrote."""

    def __init__(self, root):
        self._root = root

    def get(self, path):
        """The arrays of an object, empty where the file has none."""
        return Arrays(at(self._root, f"{path}/vars" if path else "vars"), path)


class Arrays:
    """The data sets of a group by name; read when they are asked for."""

    def __init__(self, group, path):
        if group is not None and not isinstance(group, hdf5.Group):
            raise ValueError(f"[load_weights] {path}/vars: expected a group in the file, got an array")
        self._group, self._path = group, path

    def keys(self):
        """Names of the data sets."""
        return [] if self._group is None else self._group.keys()

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return len(self.keys())

    def __contains__(self, name):
        return name in self.keys()

    def shape(self, name):
        """Shape of a data set, None where there is none; nothing is read."""
        found = self._found(name)
        return None if found is None else found.shape

    def __getitem__(self, name):
        found = self._found(name)
        if found is None:
            raise KeyError(f"{self._path}/vars has no array {name!r}")
        return numbers(found)

    def _found(self, name):
        return None if self._group is None else dataset(self._group, name)


def at(group, path):
    """What is at a path below a group, or None."""
    for name in path.split("/"):
        if not isinstance(group, hdf5.Group):
            return None
        group = group.get(name)
    return group


def dataset(group, path):
    """The data set at a path, or None."""
    found = at(group, path)
    if found is not None and not isinstance(found, hdf5.Dataset):
        raise ValueError(f"[load_weights] {found.name}: expected an array in the file, got a group")
    return found


def numbers(found):
    """The values of a data set as an array of numbers, or a bfloat16 Tensor."""
    if found.dtype == "V2" and found.attribute("dtype") == "bfloat16":
        return Tensor(found.shape, "bfloat16", found.read().view(np.uint16))
    if found.dtype.kind not in "fiu":
        raise ValueError(f"[load_weights] {found.name}: expected numbers, the file has {found.dtype}")
    return found.read()


def text_attribute(group, name):
    """A string attribute, or None."""
    value = group.attribute(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"[load_weights] {name} in the file is no text")
    return value


def names_attribute(group, name):
    """An attribute that is a list of strings; lists that are too long for one attribute lie in several, numbered
    ones."""
    parts = [group.attribute(name)]
    if parts[0] is None:
        parts, number = [], 0
        while (part := group.attribute(f"{name}{number}")) is not None:
            parts.append(part)
            number += 1
    # A list of none is an empty array of numbers.
    return [str(one) for part in parts for one in (part if isinstance(part, list) else [])]

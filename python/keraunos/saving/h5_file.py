"""HDF5 files as groups of arrays. What is read may come from anybody: links that lead out of the file, data sets that
are kept elsewhere or unpacked by filters of others, and arrays larger than what is asked for are refused.
"""

import contextlib
import functools

import numpy as np

from keraunos.graph import Tensor

# Filters that HDF5 itself brings: deflate, shuffle, checksum, szip, nbit, scale and offset.
_KNOWN_FILTERS = range(1, 7)


def h5py():
    """The module, or an ImportError that says how to get it."""
    try:
        import h5py
    except ImportError:
        raise ImportError("[saving] HDF5 files need h5py: pip install keraunos[h5]") from None
    return h5py


# What h5py raises for bytes that make no sense, wherever it meets them.
_DAMAGE = (
    OSError,
    RuntimeError,
    KeyError,
    UnicodeDecodeError,
    OverflowError,
    MemoryError,
    TypeError,
    NotImplementedError,
)


@contextlib.contextmanager
def reading(path_or_file, what):
    """An HDF5 file that is open for reading.

    Args:
        path_or_file: path, or a file object.
        what: how messages call it.

    Raises:
        ValueError: when it is none.
    """
    try:
        file = h5py().File(path_or_file, "r")
    except _DAMAGE as error:
        raise ValueError(
            f"[load_weights] {what} is not a readable HDF5 file ({type(error).__name__}: {error})"
        ) from None
    with file:
        yield file


def _readable(function):
    """Turns whatever is wrong with the bytes that `function` meets into one ValueError that names the file."""

    @functools.wraps(function)
    def call(place, *args):
        try:
            return function(place, *args)
        except _DAMAGE as error:
            name = getattr(getattr(place, "file", None), "filename", "file")
            raise ValueError(f"[load_weights] {name} is damaged ({type(error).__name__}: {error})") from None

    return call


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

    def __init__(self, file):
        self._file = file

    def get(self, path):
        """The arrays of an object, empty where the file has none."""
        return Arrays(group_at(self._file, f"{path}/vars" if path else "vars"), path)


class Arrays:
    """The data sets of a group by name; read when they are asked for."""

    def __init__(self, group, path):
        self._group, self._path = group, path

    def keys(self):
        """Names of the data sets."""
        return [] if self._group is None else names_in(self._group)

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return len(self.keys())

    def __contains__(self, name):
        return name in self.keys()

    def shape(self, name):
        """Shape of a data set, None where there is none; nothing is read."""
        found = None if self._group is None else dataset_at(self._group, name)
        return None if found is None else found.shape

    def __getitem__(self, name):
        found = None if self._group is None else dataset_at(self._group, name)
        if found is None:
            raise KeyError(f"{self._path}/vars has no array {name!r}")
        return read(found)


@_readable
def names_in(group):
    """Names of what a group holds."""
    return list(group.keys())


@_readable
def group_at(parent, path):
    """The group at a path, or None; every step must be a link within the file."""
    for name in path.split("/"):
        parent = _followed(parent, name)
        if parent is None:
            return None
        if not hasattr(parent, "keys"):
            raise ValueError(f"[load_weights] {path}: expected a group in the file, got an array")
    return parent


@_readable
def dataset_at(group, name):
    """The data set of a name, or None."""
    found = _followed(group, name)
    if found is None:
        return None
    if not hasattr(found, "shape"):
        raise ValueError(f"[load_weights] {group.name}/{name}: expected an array in the file, got a group")
    properties = found.id.get_create_plist()
    filters = [properties.get_filter(i)[0] for i in range(properties.get_nfilters())]
    if found.external or found.is_virtual or any(number not in _KNOWN_FILTERS for number in filters):
        raise ValueError(
            f"[load_weights] {found.name} is kept outside of the file or packed by an unknown filter; it is not read"
        )
    return found


def _followed(group, name):
    if name not in group:
        # A link that leads nowhere counts as absent, but one to another file is refused, whether that exists or not.
        link = group.get(name, getlink=True) if name in list(group.keys()) else None
        if link is None:
            return None
    link = group.get(name, getlink=True)
    if type(link).__name__ != "HardLink":
        raise ValueError(
            f"[load_weights] {group.name}/{name} is a link to another place; only files without links are read"
        )
    return group[name]


@_readable
def read(dataset):
    """The values of a data set as an array of numbers, or a bfloat16 Tensor."""
    if dataset.attrs.get("dtype") == "bfloat16" and dataset.dtype.itemsize == 2:
        values = np.asarray(dataset[()])
        return Tensor(values.shape, "bfloat16", values.view(np.uint16))
    if dataset.dtype.kind not in "fiub":
        raise ValueError(f"[load_weights] {dataset.name}: expected numbers, the file has {dataset.dtype}")
    return np.asarray(dataset[()])


@_readable
def text_attribute(group, name):
    """A string attribute, or None."""
    value = group.attrs.get(name)
    return value.decode("utf-8") if isinstance(value, bytes) else None if value is None else str(value)


@_readable
def has_attribute(group, name):
    """Whether a group has an attribute."""
    return name in group.attrs


@_readable
def names_attribute(group, name):
    """An attribute that is a list of strings."""
    values = np.asarray(group.attrs[name]).reshape(-1)
    return [value.decode("utf-8") if isinstance(value, bytes) else str(value) for value in values]

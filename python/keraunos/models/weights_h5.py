"""`.weights.h5` files in Keras 3's layout: one group per layer, one dataset `vars/<i>` per variable.

Layers in lists are named by class (`layers/dense`, `layers/dense_1`), others by the attribute that holds them; the
optimizer's state lies under `optimizer`. Needs h5py (`pip install keraunos[h5]`).
"""

import os

import numpy as np

from keraunos._naming import snake_case
from keraunos.graph import Tensor
from keraunos.layers.layer import Layer
from keraunos.saving.atomic import replacing


def save_weights(model, filepath, overwrite=True):
    """See `Model.save_weights`."""
    path = _checked_path(filepath)
    if not model.built:
        raise ValueError(f'[save_weights] model "{model.name}" has no weights yet; build it or call it on data first')
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"[save_weights] {path} exists; pass overwrite=True to replace it")
    h5py = _h5py()
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        for group, layer in walk(model):
            _write(file, group, layer.name, layer._own())
        optimizer = getattr(model, "optimizer", None)
        if getattr(optimizer, "built", False):
            _write(file, "optimizer", optimizer.name, optimizer.variables)


def load_weights(model, filepath, skip_mismatch=False):
    """See `Model.load_weights`. Everything is read and checked before anything is assigned."""
    path = _checked_path(filepath)
    if not os.path.exists(path):
        raise FileNotFoundError(f"[load_weights] no such file: {path}")
    if not model.built:
        raise ValueError(f'[load_weights] model "{model.name}" has no weights yet; build it or call it on data first')
    h5py = _h5py()
    assignments = []
    try:
        with h5py.File(path, "r") as file:
            _read_model(file, model, assignments, skip_mismatch)
    except (OSError, RuntimeError, KeyError) as error:
        # What h5py raises for bytes that make no sense, wherever it meets them.
        raise ValueError(f"[load_weights] {path} is not a readable HDF5 file ({error})") from None
    for variable, value in assignments:
        variable.assign(value)


def _read_model(file, model, assignments, skip_mismatch):
    for group, layer in walk(model):
        _read(file, group, layer.path, layer._own(), assignments, skip_mismatch)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and "optimizer/vars" in file and len(file["optimizer/vars"]):
        if not optimizer.built:
            optimizer.build(model.trainable_weights)
        _read(file, "optimizer", optimizer.name, optimizer.variables, assignments, True)


def walk(layer, prefix=""):
    """(group, layer) for `layer` and everything inside it, in the order of Keras's files."""
    yield prefix, layer
    for name, value in _children(layer):
        path = f"{prefix}/{name}" if prefix else name
        if isinstance(value, Layer):
            yield from walk(value, path)
        else:
            counts = {}
            for item in value:
                kind = snake_case(type(item).__name__)
                number = counts.get(kind, 0)
                counts[kind] = number + 1
                yield from walk(item, f"{path}/{kind}_{number}" if number else f"{path}/{kind}")


def _children(layer):
    """(attribute, layer or list of layers), sorted by attribute; a Sequential has its chain under `layers`."""
    if hasattr(layer, "_chain"):
        return [("layers", layer.layers)]
    found = []
    for name, value in sorted(vars(layer).items()):
        if isinstance(value, Layer):
            found.append((name, value))
        elif isinstance(value, (list, tuple, dict)):
            items = [v for v in (value.values() if isinstance(value, dict) else value) if isinstance(v, Layer)]
            if items:
                found.append((name, items))
    return found


def _write(file, group, name, variables):
    store = file.require_group(f"{group}/vars" if group else "vars")
    store.attrs["name"] = name
    for position, variable in enumerate(variables):
        if variable.dtype == "bfloat16":
            # HDF5 has no such type: Keras writes two opaque bytes and says what they are.
            store.create_dataset(str(position), data=variable.storage.view("V2")).attrs["dtype"] = "bfloat16"
        else:
            store.create_dataset(str(position), data=variable.numpy())


def _read(file, group, name, variables, assignments, skip_mismatch):
    path = f"{group}/vars" if group else "vars"
    store = file.get(path, {})
    if len(store) != len(variables):
        if skip_mismatch:
            return
        raise ValueError(
            f"[load_weights] {name}: expected {len(variables)} arrays in {path}, the file has {len(store)}"
        )
    for position, variable in enumerate(variables):
        dataset = store.get(str(position))
        shape = getattr(dataset, "shape", None)
        if shape != variable.shape:
            if skip_mismatch:
                continue
            raise ValueError(f"[load_weights] {variable.path}: expected shape {variable.shape}, the file has {shape}")
        assignments.append((variable, _values(dataset)))


def _values(dataset):
    values = np.asarray(dataset[()])
    if dataset.attrs.get("dtype") == "bfloat16" and values.dtype.itemsize == 2:
        return Tensor(values.shape, "bfloat16", values.view(np.uint16))
    return values


def _checked_path(filepath):
    path = os.fspath(filepath)
    if not path.endswith(".weights.h5"):
        raise ValueError(f"[weights] the file name must end in .weights.h5, got {path!r}")
    return path


def _h5py():
    try:
        import h5py
    except ImportError:
        raise ImportError("[weights] .weights.h5 files need h5py: pip install keraunos[h5]") from None
    return h5py

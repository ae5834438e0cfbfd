"""Whole models in one HDF5 file, the format of Keras 2, which Keras 3 still reads and writes.

The model's config and the arguments of `compile` are JSON in attributes; `model_weights/<layer>` holds a layer's
weights, trainable ones first, in the order of the attribute `weight_names`; `optimizer_weights` holds the optimizer's.
"""

import json
import warnings

import numpy as np

from keraunos.saving import h5_file
from keraunos.saving.serialization import serialize_keras_object
from keraunos.saving.versions import KERAS_VERSION

# An attribute holds at most 64 KB; longer lists of names go to several, numbered ones.
_LONGEST_ATTRIBUTE = 64512


def is_legacy(file):
    """Whether a file has this format, with a model's config or weights alone."""
    return "model_weights" in file or file.attribute("layer_names") is not None


def save_model(model, file, include_optimizer=True):
    """Writes a model to an open HDF5 file."""
    file.attrs["keras_version"] = KERAS_VERSION
    file.attrs["backend"] = "tensorflow"
    file.attrs["model_config"] = json.dumps(_older(serialize_keras_object(model)))
    if include_optimizer and model.compiled:
        config = model.get_compile_config()
        optimizer = _older(config.pop("optimizer"))
        file.attrs["training_config"] = json.dumps({**_older(config), "optimizer_config": optimizer})
    group = file.create_group("model_weights")
    group.attrs["keras_version"], group.attrs["backend"] = KERAS_VERSION, "tensorflow"
    layers = model._layers_in_files
    _write_names(group, "layer_names", [layer.name for layer in layers])
    for layer in layers:
        _write(group.create_group(layer.name), [(v.path, v) for v in _ordered(layer)])
    _write(group.create_group("top_level_model_weights"), [(v.path, v) for v in model._own()])
    if include_optimizer and getattr(model.optimizer, "built", False):
        optimizer = model.optimizer
        _write(file.create_group("optimizer_weights"), [(f"{optimizer.name}/{v.name}", v) for v in optimizer.variables])


def model_config(file):
    """The dict that describes the model, or None for a file of weights alone."""
    text = h5_file.text_attribute(file, "model_config")
    return None if text is None else json.loads(text)


def training_config(file):
    """Arguments of `compile`, serialized, or None for a model that was not compiled."""
    text = h5_file.text_attribute(file, "training_config")
    if text is None:
        return None
    config = json.loads(text)
    config["optimizer"] = config.pop("optimizer_config", None)
    for name in ("metrics", "weighted_metrics"):
        config[name] = _metrics(config.get(name))
    known = (
        "optimizer",
        "loss",
        "loss_weights",
        "metrics",
        "weighted_metrics",
        "run_eagerly",
        "steps_per_execution",
        "jit_compile",
    )
    return {name: config[name] for name in known if config.get(name) is not None}


def _metrics(given):
    """Names of functions written out: from such files, Keras makes "mae" a "mean_absolute_error" in logs."""
    from keraunos import metrics

    if isinstance(given, list):
        return [_metrics(one) for one in given]
    if isinstance(given, dict) and "class_name" not in given:
        return {name: _metrics(one) for name, one in given.items()}
    ambiguous = ("accuracy", "acc", "crossentropy", "ce")
    return metrics.get(given).name if isinstance(given, str) and given not in ambiguous else given


def load_weights(model, file, skip_mismatch=False):
    """Assigns the weights of a model from a file of this format, layer by layer in order, as Keras does: names may
    differ.

    Raises:
        ValueError: when layers or arrays do not fit; then nothing has changed.
    """
    group = file
    if "model_weights" in file:
        group = h5_file.at(file, "model_weights")
    layers = [layer for layer in model._layers_in_files if _ordered(layer)]
    saved = [(name, h5_file.at(group, name)) for name in h5_file.names_attribute(group, "layer_names")]
    saved = [(name, h5_file.names_attribute(one, "weight_names"), one) for name, one in saved if one is not None]
    saved = [entry for entry in saved if entry[1]]
    if len(saved) != len(layers):
        raise ValueError(f"[load_weights] the model has {len(layers)} layers with weights, the file has {len(saved)}")
    assignments = []
    for layer, (name, weight_names, one) in zip(layers, saved, strict=True):
        assignments += _pairs(
            _ordered(layer), weight_names, one, f'layer "{layer.name}" ("{name}" in the file)', skip_mismatch
        )
    if "top_level_model_weights" in group and model._own():
        one = h5_file.at(group, "top_level_model_weights")
        assignments += _pairs(
            model._own(), h5_file.names_attribute(one, "weight_names"), one, "the model", skip_mismatch
        )
    for variable, value in assignments:
        variable.assign(value)


def load_optimizer(model, file):
    """Assigns the optimizer's state; one that does not fit, such as Keras 2's, is left out with a warning."""
    if "optimizer_weights" not in file:
        return
    group = h5_file.at(file, "optimizer_weights")
    names, variables = h5_file.names_attribute(group, "weight_names"), model.optimizer.variables
    arrays = [_dataset(group, name) for name in names]
    if [getattr(array, "shape", None) for array in arrays] != [v.shape for v in variables]:
        warnings.warn(
            f"[load_model] the optimizer's state in the file ({len(names)} arrays) does not fit "
            f"{type(model.optimizer).__name__} "
            f"({len(variables)} variables); it starts afresh",
            stacklevel=3,
        )
        return
    for variable, value in zip(variables, [h5_file.numbers(array) for array in arrays], strict=True):
        variable.assign(value)


def _older(config):
    """Configs of layers as Keras 2 wrote them: a class name and a config, without a module; what is inside configs
    stays."""
    if isinstance(config, list):
        return [_older(item) for item in config]
    if not isinstance(config, dict) or "class_name" not in config:
        return config
    inner = config["config"]
    if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
        inner = {**inner, "layers": [_older(layer) for layer in inner["layers"]]}
    kept = {key: config[key] for key in ("name", "inbound_nodes") if key in config}
    return {"class_name": config["class_name"], "config": inner, **kept}


def _ordered(layer):
    return layer.trainable_weights + layer.non_trainable_weights


def _pairs(variables, names, group, what, skip_mismatch):
    arrays = [_dataset(group, name) for name in names]
    if len(arrays) != len(variables):
        if skip_mismatch:
            return []
        raise ValueError(f"[load_weights] {what}: expected {len(variables)} arrays, the file has {len(arrays)}")
    found = []
    for variable, array, name in zip(variables, arrays, names, strict=True):
        shape = getattr(array, "shape", None)
        if shape != variable.shape:
            if skip_mismatch:
                continue
            raise ValueError(
                f"[load_weights] {variable.path}: expected shape {variable.shape}, the file has {shape} at {name}"
            )
        found.append((variable, h5_file.numbers(array)))
    return found


def _dataset(group, name):
    found = h5_file.dataset(group, name)
    if found is None:
        raise ValueError(f"[load_weights] {group.name} has no {name!r}, which its weight_names list")
    return found


def _write(group, named):
    names = []
    for name, variable in named:
        number, free = 1, name
        while free in group:
            free, number = f"{name}_{number}", number + 1
        group.create_dataset(free, data=variable.numpy())
        names.append(free)
    _write_names(group, "weight_names", names)


def _write_names(group, attribute, names):
    values = np.array([name.encode() for name in names])
    parts = max(1, -(-values.nbytes // _LONGEST_ATTRIBUTE))
    if parts == 1:
        group.attrs[attribute] = values
        return
    for number, part in enumerate(np.array_split(values, parts)):
        group.attrs[f"{attribute}{number}"] = part

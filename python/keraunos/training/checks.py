"""Mistakes that are caught before the first batch. Messages: tag, layer, expected, got, fix; at most eight lines."""

import contextlib

import numpy as np

from keraunos._structure import flatten, map_leaves
from keraunos.graph import primitives

# Rows that are looked at for NaN before the first batch; the watch on the loss sees the rest.
ROWS_SCANNED = 100_000


def check_compiled(model, method):
    """`fit` before `compile`."""
    if not getattr(model, "compiled", False):
        raise ValueError(
            f'[{method}] model "{model.name}" is not compiled; call model.compile(optimizer, loss) before {method}()'
        )


def check_fit_arguments(epochs, initial_epoch, steps_per_epoch, verbose):
    """Numbers out of range."""
    for name, value, least in (
        ("epochs", epochs, 0),
        ("initial_epoch", initial_epoch, 0),
        ("steps_per_epoch", steps_per_epoch, 1),
    ):
        if value is not None and (isinstance(value, bool) or not hasattr(value, "__index__") or value < least):
            raise ValueError(f"[fit] {name} must be an integer of at least {least}, got {value!r}")
    if verbose not in ("auto", 0, 1, 2, True, False):
        raise ValueError(f"[fit] verbose must be 'auto', 0, 1 or 2, got {verbose!r}")


def check_data(model, source, what):
    """Everything that can be seen from a first batch, the layers and the compiled loss."""
    batch = source.first_batch()
    model._build_for(batch[0])
    check_features(model, batch[0], what)
    if source.resident:
        _check_finite(source.parts, what)
        _check_numbers(model, source.parts[0])
    if len(batch) > 1 and getattr(model, "compiled", False):
        y = map_leaves(source.parts[1] if source.resident else batch[1], np.asarray)
        _check_targets(model, y)
        _prepare_losses_and_metrics(model, y)


def _prepare_losses_and_metrics(model, y):
    """Makes what `model.metrics` lists before a step of the user's own asks for it. Targets that do not match the
    outputs are left to the step, which may not compare them at all."""
    if model._output_spec is not None:
        with contextlib.suppress(ValueError):
            model._compile_metrics.build(y, model._output_spec)
            if model._compiled_loss is not None:
                model._compiled_loss.build(y, model._output_spec)


def check_features(model, x, what):
    """Wrong number of features or image size, against the shapes that the model was built on."""
    expected = model._input_shapes()
    if expected is None:
        return
    arrays = model._network.leaves(x)
    for (name, shape), array in zip(expected, arrays, strict=True):
        if array is not None and not _meets(array.shape, shape):
            _wrong_shape(model, name, shape, array.shape, what if len(expected) == 1 else f"{what}[{name!r}]")


def _meets(got, expected):
    """Whether an array can be fed to an input: as it is, or without an axis of extent 1 at its end."""
    if len(got) == len(expected) + 1 and got[-1] == 1:
        got = got[:-1]
    return len(got) == len(expected) and all(e is None or e == g for e, g in zip(expected[1:], got[1:], strict=True))


def _wrong_shape(model, name, expected, got, what):
    shape = (None, *got[1:])
    fix = f"pass data of shape {expected}, or rebuild the model with Input(shape={got[1:]})"
    if len(got) == len(expected) - 1 and expected[-1] == 1:
        fix = "add the channel axis: x = x[..., None]"
    elif len(got) == len(expected) - 1:
        fix = f"add the missing axis, e.g. x[None] for a single sample, so that x has {len(expected)} axes"
    first = name if model._is_chain is False else model.layers[0].name
    raise ValueError(f'[shape] layer "{first}": expected {what} of shape {expected}, got {shape}\n{fix}')


def _check_finite(parts, what):
    names = (what, "y" if what == "x" else f"{what} (y)", "sample_weight")
    for name, part in zip(names, parts, strict=False):
        for array in flatten(part):
            if array.dtype.kind != "f":
                continue
            rows = array[:ROWS_SCANNED]
            # One sum says whether anything may be wrong, at the speed of memory; only then are the places looked for.
            if np.isfinite(primitives.sum(rows).value):
                continue
            bad = np.argwhere(~np.isfinite(rows))
            if len(bad):
                place = tuple(int(i) for i in bad[0])
                raise ValueError(
                    f"[data] {name} holds NaN or infinite values: {len(bad)} of them, the first at {place}\n"
                    "remove these rows or fill them in, e.g. with pandas: df.dropna() or df.fillna(df.mean())"
                )


def _check_numbers(model, x):
    """Numbers that the table of an Embedding at the front of the model does not have."""
    first, leaves = next(iter(getattr(model, "_chain", ())), None), flatten(x)
    if hasattr(first, "check_numbers") and len(leaves) == 1 and isinstance(leaves[0], np.ndarray):
        first.check_numbers(leaves[0])


def _check_targets(model, y):
    """Labels that an output's loss cannot mean; outputs whose shape is not known are left to the loss."""
    if model._compiled_loss is None:
        return
    outputs, places = model._known_outputs()
    if outputs is None:
        return
    labels = [flatten(y)[0]] if outputs.single else outputs.spread(y, "y")
    for place, loss, _ in model._compiled_loss.given(outputs):
        layer, shape = places[place]
        if labels[place] is not None and labels[place].size:
            _check_labels(labels[place], loss, layer, shape)


def _check_labels(labels, loss, layer, output):
    from keraunos import losses

    kind, units = getattr(loss, "fn", None), output[-1] if output else 1
    if kind is losses.sparse_categorical_crossentropy:
        _check_sparse(labels, units, layer, output, loss)
    elif kind in (losses.categorical_crossentropy, losses.categorical_focal_crossentropy):
        _check_one_hot(labels, units, layer)
    elif kind in (losses.binary_crossentropy, losses.binary_focal_crossentropy):
        _check_binary(labels, layer)
    _check_activation(loss, kind, layer, units)


def _check_sparse(labels, units, layer, output, loss):
    if labels.ndim == len(output) and labels.shape[-1] == units and units > 1:
        raise ValueError(
            f'[labels] layer "{layer.name}": sparse_categorical_crossentropy expects whole class numbers '
            "of shape (N,), "
            f"got one-hot labels of shape {labels.shape}\nuse loss='categorical_crossentropy', or y = y.argmax(-1)"
        )
    whole = labels.dtype.kind in "iub" or bool((np.floor(labels) == labels).all())
    if not whole:
        raise ValueError(
            "[labels] sparse_categorical_crossentropy expects whole class numbers, "
            f"got {labels.dtype} values such as {_first(labels, np.floor(labels) != labels)}\n"
            "use a regression loss (loss='mse') for such targets"
        )
    low, high = int(labels.min()), int(labels.max())
    ignored = getattr(loss, "_fn_kwargs", {}).get("ignore_class")
    if ignored is not None:
        kept = labels[labels != ignored]
        low, high = (int(kept.min()), int(kept.max())) if kept.size else (0, 0)
    if low < 0 or high >= units:
        fix = f"Dense({high + 1})" if low >= 0 else "labels that count from 0"
        hint = "; labels seem to count from 1: use y - 1" if low == 1 and high == units else ""
        raise ValueError(
            f'[labels] layer "{layer.name}" has {units} outputs, so labels must lie in 0..{units - 1}, '
            f"got {low}..{high}\nuse {fix}{hint}"
        )


def _check_one_hot(labels, units, layer):
    if units > 1 and (labels.ndim == 1 or labels.shape[-1] == 1):
        raise ValueError(
            f'[labels] layer "{layer.name}": categorical_crossentropy expects one-hot labels of shape (N, {units}), '
            f"got class numbers of shape {labels.shape}\n"
            f"use loss='sparse_categorical_crossentropy', or y = keraunos.utils.to_categorical(y, {units})"
        )
    if labels.shape[-1] != units:
        raise ValueError(
            f'[labels] layer "{layer.name}" has {units} outputs, got one-hot labels of shape {labels.shape}; '
            f"expected (N, {units})\nuse to_categorical(y, {units}) or Dense({labels.shape[-1]})"
        )


def _check_binary(labels, layer):
    low, high = float(labels.min()), float(labels.max())
    if low < 0 or high > 1:
        raise ValueError(
            f'[labels] layer "{layer.name}": binary_crossentropy expects labels between 0 and 1, '
            f"got {low:g}..{high:g}\n"
            "map the two classes to 0 and 1, or use sparse_categorical_crossentropy with one output per class"
        )


def _check_activation(loss, kind, layer, units):
    from keraunos import activations, losses

    activation = getattr(layer, "activation", None)
    logits = bool(getattr(loss, "_fn_kwargs", {}).get("from_logits", False))
    probabilities = (
        losses.sparse_categorical_crossentropy,
        losses.categorical_crossentropy,
        losses.binary_crossentropy,
    )
    if type(layer).__name__ != "Dense" or kind not in probabilities:
        return
    if activation is activations.softmax and units == 1:
        raise ValueError(
            f'[activation] layer "{layer.name}": softmax over one unit is always 1, so nothing can be learned\n'
            "use activation='sigmoid' with loss='binary_crossentropy', or one unit per class"
        )
    if units == 1 and kind is not losses.binary_crossentropy:
        raise ValueError(
            f'[activation] layer "{layer.name}" has one unit, but {kind.__name__} expects one per class\n'
            "use loss='binary_crossentropy' with activation='sigmoid', or one unit per class"
        )
    if activation is activations.linear and not logits:
        name = "sigmoid" if kind is losses.binary_crossentropy else "softmax"
        raise ValueError(
            f'[activation] layer "{layer.name}" is linear, but {kind.__name__} expects probabilities\n'
            f"add activation='{name}' to the layer, or pass the loss object with from_logits=True"
        )


def check_step(model, y, y_pred):
    """Shapes of targets and outputs that no loss can take, when the first step is traced."""
    targets, outputs = flatten(y), flatten(y_pred)
    if len(targets) == len(outputs) == 1 and targets[0].shape[:1] != outputs[0].shape[:1]:
        raise ValueError(
            f"[fit] the model maps {targets[0].shape[0]} rows to {outputs[0].shape[0]}: "
            f"y {targets[0].shape}, output {outputs[0].shape}"
        )


def check_gradients(gradients, weights):
    """Weights that the loss does not depend on, all of them: something cut the graph."""
    if weights and all(g is None for g in gradients):
        raise ValueError("[fit] no gradient reaches any weight: the loss does not depend on the model's weights")


def _first(array, mask):
    return array[mask].reshape(-1)[0]

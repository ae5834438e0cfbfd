"""`.safetensors`: a model's weights by path, in the format that Hugging Face made (https://huggingface.co/docs/safetensors)."""

import numpy as np


def _library():
    try:
        import safetensors.numpy
    except ImportError:
        raise ImportError("[saving] .safetensors files need safetensors: pip install keraunos[safetensors]") from None
    return safetensors


def save(model, path):
    """Writes every weight under its path, such as `dense/kernel`."""
    named = {variable.path: variable for variable in model.weights}
    if len(named) < len(model.weights):
        twice = next(v.path for v in model.weights if named[v.path] is not v)
        raise ValueError(
            f"[save_weights] two weights are called {twice!r}; give the layers names of their own, or save a "
            ".weights.h5"
        )
    # Under the path's last part the layer is not told from another model's; the order of the file is that of the names.
    arrays = {name: np.ascontiguousarray(variable.numpy()) for name, variable in named.items()}
    _library().numpy.save_file(arrays, path, metadata={"format": "keras"})


def load(model, path, skip_mismatch):
    """Assigns the weights of a file by their paths.

    Raises:
        ValueError: when one is missing or has another shape, and for damaged files.
    """
    library = _library()
    assignments = []
    try:
        with library.safe_open(path, framework="numpy") as file:
            names = set(file.keys())
            for variable in model.weights:
                shape = tuple(file.get_slice(variable.path).get_shape()) if variable.path in names else None
                if shape != variable.shape:
                    if skip_mismatch:
                        continue
                    has = "the file has none" if shape is None else f"the file has {shape}"
                    raise ValueError(f"[load_weights] {variable.path}: expected shape {variable.shape}, {has}")
                assignments.append((variable, file.get_tensor(variable.path)))
    except (library.SafetensorError, OSError, TypeError, KeyError) as error:
        raise ValueError(f"[load_weights] {path} is not a readable safetensors file ({error})") from None
    for variable, value in assignments:
        variable.assign(value)

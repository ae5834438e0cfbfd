"""The part of `tensorflow` that teaching code uses, on keraunos.

Names, argument names and results are TensorFlow's; dtypes are strings that compare equal to `tf.float32` and the like,
shapes are tuples.
"""

import importlib

from keraunos.compat.tensorflow import functions
from keraunos.compat.tensorflow.dtypes import DTYPES
from keraunos.compat.tensorflow.dtypes import DType as DType

__version__ = "2.21.0"
_MODULES = (
    "autograph", "compat", "config", "data", "debugging", "distribute", "dtypes", "errors", "experimental", "image",
    "initializers", "io", "linalg", "losses", "math", "metrics", "nn", "optimizers", "random", "strings", "test",
)  # fmt: skip
_CORE = (
    "GradientTape", "TensorShape", "TensorSpec", "Variable", "add_n", "argsort", "boolean_mask",
    "clip_by_global_norm", "clip_by_norm", "cond", "constant", "convert_to_tensor", "custom_gradient", "device",
    "executing_eagerly", "eye", "fill", "function", "gather", "get_logger", "is_tensor", "map_fn", "matmul",
    "meshgrid", "name_scope", "newaxis", "no_op", "norm", "numpy_function", "one_hot", "ones", "pad", "print",
    "py_function", "range", "rank", "reverse", "size", "sort", "split", "unique", "while_loop", "zeros",
)  # fmt: skip


def __getattr__(name):
    if name in DTYPES:
        return DTYPES[name]
    if name == "keras":
        return importlib.import_module("keraunos")
    if name == "Tensor":
        return importlib.import_module("keraunos.graph").Tensor
    if name in _MODULES:
        return importlib.import_module(f"keraunos.compat.tensorflow.{name}")
    if name in _CORE:
        return getattr(importlib.import_module("keraunos.compat.tensorflow.core"), name)
    return functions.find("tf", name)


def __dir__():
    return sorted({*_MODULES, *_CORE, *DTYPES, *functions.names("tf"), "DType", "Tensor", "keras"})

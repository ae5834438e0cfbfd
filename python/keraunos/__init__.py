"""keraunos: Keras at the speed of the machine.

`import keraunos as keras` gives the Keras 3 API on kernels of our own. Names are imported when they are first used.
"""

from keraunos._lazy import attach

_MODULES = (
    "activations",
    "applications",
    "backend",
    "callbacks",
    "compat",
    "config",
    "constraints",
    "data",
    "datasets",
    "distillation",
    "dtype_policies",
    "initializers",
    "layers",
    "legacy",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "tree",
    "utils",
    "visualization",
    "wrappers",
)
_NAMES = {
    "Function": "symbolic",
    "Input": "layers",
    "InputSpec": "layers",
    "KerasTensor": "symbolic",
    "Layer": "layers",
    "Model": "models",
    "Sequential": "models",
    "Variable": "graph",
    "GradientTape": "graph.tape",
    "device": "runtime.devices",
    "devices": "runtime.devices",
    "grad": "graph.function",
    "load_ipython_extension": "compat.imports",
    "function": "graph.function",
    "DTypePolicy": "dtype_policies",
    "FloatDTypePolicy": "dtype_policies",
    "Initializer": "initializers",
    "Loss": "losses",
    "Metric": "metrics",
    "Operation": "symbolic",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "__version__": "_version",
    "name_scope": "_naming",
    "version": "_version",
}

__getattr__, __dir__, __all__ = attach(__name__, _NAMES, _MODULES)

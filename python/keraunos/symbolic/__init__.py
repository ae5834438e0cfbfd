"""The functional API's graph: KerasTensors, the operations between them, and functions of them.

A KerasTensor has a shape, in which extents may be unknown, and remembers which operation made it. Nothing is computed
on one: a `Function` runs the recorded operations again on tensors, eagerly or while a Program is traced.
"""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "KerasTensor": "keras_tensor",
        "Operation": "operation",
        "Function": "function",
    },
)

"""OpDef: everything that is known of one primitive op, declared once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

REGISTRY = {}


@dataclass(frozen=True, eq=False)
class OpDef:
    """One primitive.

    Attributes:
        name: the op's name; native ops have the name of their row in `cpp/kernels/ops.inc`.
        infer: `(inputs, **attrs) -> [(shape, dtype), ...]`; raises ValueError on bad operands.
        reference: `(*arrays, **attrs) -> array or tuple of arrays`, in NumPy: the oracle.
        gradient: `(node, *cotangents) -> one tensor or None per input`; emits ordinary ops. None: not differentiable.
            A cotangent may have a broadcast input's larger shape; the walk in `autodiff.py` sums it down.
        lower: `(node, builder) -> None`: emits native instructions.
        sample: `(rng) -> list of (arrays, attrs)`: operands for the generated tests and benchmarks.
        cost: `(node) -> (flops, bytes)`; None: bytes of the operands.
        aliases: `{output: input}`: an output may be written over that input.
        elementwise: every output element depends on the same element of equally shaped inputs, so the output may be
            written over any of them.
    """

    name: str
    infer: Callable
    reference: Callable
    lower: Callable
    gradient: Callable | None = None
    sample: Callable | None = None
    cost: Callable | None = None
    aliases: Any = None
    elementwise: bool = False


def define(name, **fields):
    """Declares an op; its name must be new."""
    if name in REGISTRY:
        raise ValueError(f"[opdef] op {name!r} is declared twice")
    REGISTRY[name] = op = OpDef(name, **fields)
    return op

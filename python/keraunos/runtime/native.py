"""Access to the native module `keraunos._cpu`: the one place that imports it."""

import functools

from keraunos import _cpu


@functools.cache
def op_ids():
    """Op name -> row number, from the table that the module was compiled with."""
    return {row["name"]: number for number, row in enumerate(_cpu.op_table())}


def has_kernel(row, dtype):
    """Whether the active ISA has a kernel of the row with this name for the dtype with this id."""
    return dtype in _kernels(_cpu.isa())[row]


@functools.cache
def _kernels(isa):
    return {row["name"]: frozenset(row["dtypes"]) for row in _cpu.op_table()}


Program = _cpu.Program
machine_info = _cpu.machine_info

"""Access to the module `keraunos._cuda`: the one place that imports it.

A package built without nvcc has none, and a machine without a driver cannot use it: both are silent. The environment
variable KERAUNOS_CUDA_MODULE names the file of another build, for tests: the emulator, which runs kernels on the host.
"""

import functools
import importlib.machinery
import importlib.util
import os

from keraunos.runtime import native


@functools.cache
def module():
    """`keraunos._cuda`, or None where it was not built."""
    path = os.environ.get("KERAUNOS_CUDA_MODULE")
    try:
        if not path:
            from keraunos import _cuda as found
        else:
            loader = importlib.machinery.ExtensionFileLoader("keraunos._cuda", path)
            found = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
            loader.exec_module(found)
        # Programs name ops by their numbers.
        if [row["name"] for row in found.op_table()] != list(native.op_ids()):
            raise ImportError(
                "[device] keraunos._cuda was built from other sources than keraunos._cpu; build both again"
            )
        return found
    except ImportError:
        if path:
            raise
        return None


@functools.cache
def count():
    """GPUs that can be used."""
    return module().device_count() if module() is not None else 0


def missing():
    """Why there is no GPU, in one line; empty when there is one."""
    if module() is None:
        return "this build of keraunos has no GPU kernels; build it where nvcc 13 is found (KERAUNOS_CUDA=ON)"
    return module().missing_reason()


@functools.cache
def kernels():
    """Op name -> ids of the dtypes that the device has a kernel for."""
    return {row["name"]: frozenset(row["dtypes"]) for row in module().op_table()}

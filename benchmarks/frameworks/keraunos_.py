"""keraunos: `Sequential.fit`."""

import keraunos as keras
from keraunos import _cpu

from benchmarks.frameworks.keras_api import Runner


def prepare(workload, data, threads):
    _cpu.set_num_threads(threads)
    return Runner(keras, workload, data)


def version():
    return f"keraunos ({_cpu.isa()})"

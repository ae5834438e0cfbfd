"""What this machine and this build offer, in a few lines: for people who wonder where their GPU is."""

from keraunos._version import __version__
from keraunos.runtime import cuda, native


def report():
    """Lines about the CPU, the GPUs, and what is missing."""
    machine = native.machine_info()
    isas = ", ".join(machine["isas"])
    lines = [
        f"keraunos {__version__}",
        f"cpu: {machine['isa']} kernels (this build has {isas}), {machine['num_threads']} threads",
    ]
    for number in range(cuda.count()):
        found = cuda.module().describe(number)
        lines.append(
            f"gpu:{number}: {found['name']}, compute capability {found['capability'] / 10:.1f}, "
            f"{found['multiprocessors']} multiprocessors, {found['memory_bytes'] >> 20} MiB"
        )
    if not cuda.count():
        lines.append(f"gpu: none: {cuda.missing()}")
    return lines

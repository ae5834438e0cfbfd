"""The machine: what results carry with them, and whether it is quiet enough to measure."""

import os
import platform
import subprocess
import time


def cpu_model():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.lower().startswith(("model name", "cpu part")):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def describe(threads):
    """Facts that belong to every result."""
    from keraunos import _cpu

    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "cpu": cpu_model(),
        "cpus": os.cpu_count(),
        "threads": threads,
        "isa": _cpu.isa(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": commit,
        "date": time.strftime("%Y-%m-%d"),
    }


def busy_share(seconds=0.5):
    """Share of the processors' time that others use, over an interval in which this process sleeps."""

    def read():
        with open("/proc/stat") as file:
            fields = [int(v) for v in file.readline().split()[1:]]
        return sum(fields), fields[3] + fields[4]

    total, idle = read()
    time.sleep(seconds)
    total_after, idle_after = read()
    return 1 - (idle_after - idle) / max(1, total_after - total)


def wait_until_quiet(patience, limit=0.15):
    """Waits up to `patience` seconds while others keep the machine busy; returns the busy share that it settled for."""
    share = busy_share()
    deadline = time.monotonic() + patience
    while share > limit and time.monotonic() < deadline:
        time.sleep(1)
        share = busy_share()
    return share

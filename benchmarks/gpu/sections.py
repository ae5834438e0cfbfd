"""Sections of the benchmark, each in a process of its own: an error of the device ends a process for good, and the
next one goes on with the next row."""

import importlib
import json
import os
import subprocess
import sys
import threading
import time

SECONDS = {"products": 60, "training": 110, "memory": 35, "convolutions": 75}  # together: what a run takes at most


def measure(names, small, device, seconds=None):
    """{section: [row, ...]} of the named sections, which share `seconds` as in SECONDS; what one leaves is for the
    next. Each row has "name", and "error" where it could not be measured."""
    whole = sum(SECONDS[name] for name in names)
    deadline = time.monotonic() + (seconds or whole)
    for position, name in enumerate(names):
        share = SECONDS[name] / sum(SECONDS[other] for other in names[position:])
        until = time.monotonic() + share * (deadline - time.monotonic())
        yield name, _section(name, small, device, until)


def _section(section, small, device, until):
    rows = []
    while True:
        skipped = len(rows)
        arguments = ["--small"] * small + ["--peer-device", device, "--worker", section, "--skip", str(skipped)]
        worker = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.gpu", *arguments], stdout=subprocess.PIPE, text=True
        )
        timer = threading.Timer(max(0.0, until - time.monotonic()), worker.kill)
        timer.start()
        begun = None
        for line in worker.stdout:
            found = json.loads(line)
            begun = found.get("begun")
            if not begun:
                rows.append(found)
        worker.wait()
        timer.cancel()
        late = time.monotonic() >= until
        why = "out of time" if late else f"the process ended with status {worker.returncode}"
        if begun:
            rows.append({"name": begun, "error": why})
        elif len(rows) == skipped and worker.returncode:
            return [*rows, {"name": section, "error": why}]
        if late or worker.returncode == 0:
            return rows


def work(section, small, device, skip):
    """Measures rows of a section and prints each as JSON; ends after an error that may have cost the device."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    for position, (name, function) in enumerate(
        importlib.import_module(f"benchmarks.gpu.{section}").cases(small, device)
    ):
        if position < skip:
            continue
        print(json.dumps({"begun": name}), file=answer, flush=True)
        row, failed = {"name": name}, None
        try:
            row |= function()
        except Exception as error:
            failed = error
            row["error"] = f"{type(error).__name__}: {error}"[:300]
        print(json.dumps(row), file=answer, flush=True)
        if failed and not isinstance(failed, ArithmeticError):
            sys.exit(1)

"""A process that runs one framework: reads JSON commands from standard input, answers on standard output.

Frameworks run in processes of their own, so that their threads and allocators cannot meet; the driver lets one work
at a time.
"""

import importlib
import json
import re
import sys
import time

from benchmarks.workloads import WORKLOADS

PREDICT_SECONDS = 2
PREDICT_CALLS = (5, 20_000)  # at least and at most


def peak_megabytes():
    """The most memory that the process has had resident so far. (`ru_maxrss` would be no less than the peak of the
    driver: it survives exec.)"""
    with open("/proc/self/status") as file:
        return int(re.search(r"VmHWM:\s*(\d+) kB", file.read()).group(1)) / 1024


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


class Session:
    """One framework with one workload; methods answer commands."""

    def __init__(self, framework, workload, threads):
        self.module = importlib.import_module(f"benchmarks.frameworks.{framework}_")
        self.workload, self.threads, self.data = workload, threads, workload.data()
        self.before = peak_megabytes()
        self.runner = self.module.prepare(workload, self.data, threads)

    def version(self):
        return self.module.version()

    def check(self, steps):
        """Outputs in inference and losses of the first steps of a fresh model without dropout."""
        fresh = self.module.prepare(self.workload.without_dropout(), self.data, self.threads)
        outputs = fresh.predict(self.workload.batch).ravel().tolist()
        return {"outputs": outputs, "losses": fresh.losses(steps)}

    def fit(self):
        """Seconds."""
        return timed(self.runner.fit)

    def memory(self):
        """Peak so far, and the peak when framework and data were there but no model, in MB."""
        return {"peak": peak_megabytes(), "before": self.before}

    def predict(self, rows):
        """Seconds per call, sorted."""
        self.runner.predict(rows)
        least, most = PREDICT_CALLS
        times, deadline = [], time.perf_counter() + PREDICT_SECONDS
        while len(times) < least or (len(times) < most and time.perf_counter() < deadline):
            times.append(timed(lambda: self.runner.predict(rows)))
        return sorted(times)


def main():
    framework, workload, threads = sys.argv[1], WORKLOADS[sys.argv[2]], int(sys.argv[3])
    answer = sys.stdout
    sys.stdout = sys.stderr
    session = Session(framework, workload, threads)
    for line in sys.stdin:
        command = json.loads(line)
        result = getattr(session, command.pop("do"))(**command)
        print(json.dumps(result), file=answer, flush=True)


if __name__ == "__main__":
    main()

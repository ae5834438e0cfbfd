"""A process that runs one framework: reads JSON commands from standard input, answers on standard output.

Frameworks run in processes of their own, so that their threads and allocators cannot meet; the driver lets one work
at a time.
"""

import importlib
import json
import sys
import time

from benchmarks.workloads import WORKLOADS

ROW_CALLS = 200


def main():
    framework, workload, threads = sys.argv[1], WORKLOADS[sys.argv[2]], int(sys.argv[3])
    answer = sys.stdout
    sys.stdout = sys.stderr
    module = importlib.import_module(f"benchmarks.frameworks.{framework}_")
    runner = module.prepare(workload, threads)
    print(json.dumps({"version": module.version()}), file=answer, flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "losses":
            result = {"losses": runner.losses(command["steps"])}
        elif command["do"] == "fit":
            start = time.perf_counter()
            runner.fit()
            result = {"seconds": time.perf_counter() - start}
        elif command["do"] == "predict":
            runner.predict_row()
            times = []
            for _ in range(command.get("calls", ROW_CALLS)):
                start = time.perf_counter()
                row = runner.predict_row()
                times.append(time.perf_counter() - start)
            result = {"row": row.ravel().tolist(), "seconds": sorted(times)}
        print(json.dumps(result), file=answer, flush=True)


if __name__ == "__main__":
    main()

"""Compares what `nvcc -Xptxas -v` reports on stdin (demangled) with the list of what kernels may take: compile.sh. It
writes "known" for a file that it has not assembled."""

import re
import sys
from pathlib import Path


def limits(path):
    """[(pattern, registers, bytes of spill stores)] of the list."""
    rows = (line.split("#")[0].strip() for line in Path(path).read_text().splitlines())
    return [row.rsplit(None, 2) for row in rows if row]


def kernels(report):
    """Yields (kernel, target, registers, bytes of spill stores); products that wait for each other count as a spill."""
    name = target = spill = None
    for line in report:
        if match := re.search(r"Compiling entry function '(.*)' for '(\w+)'", line):
            name, target = match.groups()
            name = re.sub(r"keraunos::|cuda::|\(anonymous namespace\)::|\((int|bool)\)|^void ", "", name)
        elif match := re.search(r"(\d+) bytes spill stores", line):
            spill = int(match[1])
        elif "wgmma" in line and "serialized" in line:
            print(line.strip())
            yield "serialized", "sm_90a", 0, sys.maxsize
        elif (match := re.search(r"Used (\d+) registers", line)) and name:
            yield name, target, int(match[1]), spill
            name = None


def main():
    allowed = limits(sys.argv[1])
    count = failures = 0
    report = sys.stdin.read().splitlines()
    known = report.count("known")
    for name, target, registers, spill in kernels(report):
        count += 1
        pattern, most, most_spill = next(row for row in allowed if re.search(row[0], name))
        if registers > int(most) or spill > int(most_spill):
            failures += 1
            taken = f"{registers} registers, {spill} bytes spilled"
            print(f"{target} {name[:160]}: {taken}; '{pattern}' allows {most}, {most_spill}")
    print(f"{known} files as they were recorded; of the others {count} kernels, {failures} beyond what they may take")
    return failures or not count + known


if __name__ == "__main__":
    sys.exit(bool(main()))

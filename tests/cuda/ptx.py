"""Prints a file's name and what tells its PTX from another: `ptx.py FILE FOLDER_OF_THE_PTX WHATEVER_ELSE_COUNTS...`.

Names of what is local to a file hold a number that differs from run to run, and the length of the name before it.
"""

import hashlib
import re
import sys
from pathlib import Path

LOCAL = re.compile(r"\d+_(GLOBAL__N_|INTERNAL)_+[0-9a-f]{8}_\d+_\w+?_cu_[0-9a-f]{8}(?:_\d+)?")


def main():
    name, folder, *rest = sys.argv[1:]
    (path,) = Path(folder).glob("*.ptx")
    allowed = Path(__file__).with_name("ptxas.txt").read_text()
    text = LOCAL.sub("", path.read_text()) + allowed + "\n".join(rest)
    print(name, hashlib.sha256(text.encode()).hexdigest())


if __name__ == "__main__":
    main()

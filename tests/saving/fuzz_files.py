"""Loads damaged model files for as long as it is told, and stops at the first that does anything but load or raise one
ValueError.

    python tests/saving/fuzz_files.py --minutes 20

Every file is made from a good one: bytes changed, cut out, repeated or swapped; members of archives and values of
configs replaced. Files are loaded by a child process with 2 GB of memory, so that a crash is seen, and told apart by
the number of the round, which is the seed.
"""

import argparse
import io
import json
import multiprocessing
import os
import pathlib
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
import zipfile

RECORDED = pathlib.Path(__file__).parent / "recorded"
MEMORY = 2 << 30
SECONDS = 60
VALUES = [
    None,
    -1,
    0,
    1,
    2**31,
    2**63,
    1e308,
    float("nan"),
    "",
    "x" * 1000,
    [],
    {},
    [[]],
    True,
    ["a", 0, 0],
    {"class_name": "Dense"},
]


def damaged_bytes(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8, 64])):
        if not data:
            break
        at, length = rng.randrange(len(data)), rng.choice([1, 1, 2, 4, 8, 64, 512])
        kind = rng.randrange(6)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at : at + length] = rng.randbytes(length)
        elif kind == 2:
            del data[at : at + length]
        elif kind == 3:
            data[at:at] = data[at : at + length]
        elif kind == 4:
            data[at : at + length] = rng.choice([b"\0", b"\xff", b"\x7f"]) * length
        else:
            other = rng.randrange(len(data))
            data[at : at + length] = data[other : other + length]
    return bytes(data)


def places(value, path=()):
    """Paths of everything inside a structure of JSON."""
    found = [path]
    if isinstance(value, dict):
        found += [p for key, inner in value.items() for p in places(inner, (*path, key))]
    elif isinstance(value, list):
        found += [p for i, inner in enumerate(value) for p in places(inner, (*path, i))]
    return found


def damaged_config(rng, text):
    config = json.loads(text)
    for _ in range(rng.choice([1, 1, 2, 5])):
        *outer, last = rng.choice(places(config)[1:])
        parent = config
        for key in outer:
            parent = parent[key]
        kind = rng.randrange(4)
        if kind == 0:
            del parent[last]
        elif kind == 1:
            source = config
            for key in rng.choice(places(config)):
                source = source[key]
            parent[last] = json.loads(json.dumps(source))
        else:
            parent[last] = rng.choice(VALUES)
    return json.dumps(config).encode()


def damaged_archive(rng, data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(["config.json"] * 3 + ["model.weights.h5"] * 3 + ["metadata.json"])
    if name == "config.json" and rng.random() < 0.8:
        members[name] = damaged_config(rng, members[name])
    elif rng.random() < 0.05:
        members[rng.choice(["assets/x", "assets/../x", "config.json2"])] = members.pop(name)
    else:
        members[name] = damaged_bytes(rng, members[name])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def load(keras, path, good):
    """Loads a file whose good form is `good`; a file of weights alone goes into the model of its archive."""
    name = path.name
    if name.endswith((".weights.h5", ".safetensors")):
        keras.models.load_model(good, compile=False).load_weights(path)
    else:
        keras.models.load_model(path)


def work(files, first, last, folder, queue):
    """Rounds `first` to `last`, in a process of its own."""
    import keraunos as keras

    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for number in range(first, last):
        rng = random.Random(number)
        source = rng.choice(files)
        data = source.read_bytes()
        whole = rng.random() < 0.3 or source.suffix != ".keras"
        path = pathlib.Path(folder) / f"{number}-{source.name}"
        path.write_bytes(damaged_bytes(rng, data) if whole else damaged_archive(rng, data))
        queue.put(("began", number, str(path)))
        good = source.parent / f"{source.name.split('.')[0]}.keras"
        try:
            load(keras, path, good)
            outcome = "loaded"
        except ValueError as error:
            outcome = "refused" if str(error).startswith("[") else f"untagged: {error!r}"
        except BaseException:
            outcome = traceback.format_exc()
        queue.put(("ended", number, outcome))
        if outcome in ("loaded", "refused"):
            path.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--first", type=int, default=0, help="number of the first round")
    arguments = parser.parse_args()
    files = sorted(p for p in RECORDED.iterdir() if (RECORDED / f"{p.name.split('.')[0]}.keras").exists())
    end, number, counts = time.time() + 60 * arguments.minutes, arguments.first, {"loaded": 0, "refused": 0}
    with tempfile.TemporaryDirectory() as folder:
        while time.time() < end:
            queue = multiprocessing.Queue()
            process = multiprocessing.Process(target=work, args=(files, number, number + 500, folder, queue))
            process.start()
            last = number + 500
            while number < last and time.time() < end:
                path = None
                try:
                    _, _, path = queue.get(timeout=SECONDS)
                    _, _, outcome = queue.get(timeout=SECONDS)
                except Exception:
                    outcome = f"crashed or hung, exit code {process.exitcode}"
                if outcome not in counts:
                    kept = pathlib.Path(path).name if path else "none"
                    if path:
                        pathlib.Path(kept).write_bytes(pathlib.Path(path).read_bytes())
                    process.kill()
                    sys.exit(f"round {number}: {outcome}\nthe file is kept as {kept}")
                counts[outcome] += 1
                number += 1
            process.kill()
            process.join()
    print(
        f"{number - arguments.first} files: {counts['refused']} refused, {counts['loaded']} loaded, nothing else; "
        f"{os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# Sets everything up in .venv and runs all tests: lints, C++ (plain, sanitizers, other ISAs under qemu), GPU kernels
# (compiled for every target, run by an emulator), the documentation site, Python, files and scripts together with the
# real Keras.
# usage: scripts/test.sh [quick]     quick: Python tests only
. "$(dirname "$0")/environment.sh" dev
if [ "${1:-}" != quick ]; then
  # Most of its time is the network's.
  keras=$(mktemp)
  bash scripts/keras.sh > "$keras" &
  export PATH=$PWD/.venv/bin:$PATH
  ruff check .
  ruff format --check --quiet .
  # Tables (*.inc) keep one row a line.
  git ls-files '*.h' '*.cpp' '*.cu' '*.cuh' | xargs clang-format --dry-run --Werror
  bash tests/cpp/run.sh
  bash tests/cpp/qemu.sh
  bash tests/cuda/compile.sh
  # In the folder of the plain C++ tests, which has the CPU's kernels to compare with.
  bash tests/cuda/emulate.sh "$PWD/build/tests/plain"
  bash scripts/docs.sh
  wait $!
  KERAUNOS_KERAS_PYTHON=$(cat "$keras")
  rm "$keras"
  export KERAUNOS_KERAS_PYTHON
fi
# A worker per processor, up to four: each trains with as many threads as there are processors.
exec .venv/bin/python -m pytest -q -n auto --maxprocesses 4

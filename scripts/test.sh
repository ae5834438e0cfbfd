#!/usr/bin/env bash
# Sets everything up in .venv and runs all tests: lints, C++ (plain, sanitizers, other ISAs under qemu), Python.
# usage: scripts/test.sh [quick]     quick: Python tests only
. "$(dirname "$0")/environment.sh" dev
if [ "${1:-}" != quick ]; then
  .venv/bin/ruff check . && .venv/bin/ruff format --check --quiet .
  git ls-files 'cpp/*.h' 'cpp/*.cpp' 'cpp/*.inc' 'tests/cpp/*.h' 'tests/cpp/*.cpp' | xargs .venv/bin/clang-format --dry-run --Werror
  bash tests/cpp/run.sh
  bash tests/cpp/qemu.sh
fi
exec .venv/bin/python -m pytest -q

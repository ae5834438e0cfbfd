#!/bin/sh
# Builds the GPU's kernels for the host and runs on that emulator: their C++ tests, what holds of every op, and training.
# Usage: tests/cuda/emulate.sh [build folder]; PYTHON=<interpreter with keraunos, nanobind, pytest and pytest-xdist>
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/emulated}
python=${PYTHON:-$root/.venv/bin/python}
cmake -S "$root" -B "$build" -DKERAUNOS_CUDA=EMULATED -DKERAUNOS_TESTS=ON -DKERAUNOS_PYTHON=ON -DPython_EXECUTABLE="$python" \
  -DCMAKE_CROSSCOMPILING_EMULATOR= \
  -Dpybind11_DIR="$("$python" -m pybind11 --cmakedir)" > /dev/null
cmake --build "$build" --parallel "${JOBS:-2}" --target _cuda cuda_tests
# 30 ns for every thread of every block: an eighth of the random trials.
export KERAUNOS_FUZZ="${KERAUNOS_FUZZ:-25}"
(cd "$build" && ctest --output-on-failure --parallel "${JOBS:-2}" --tests-regex '^cuda_')
KERAUNOS_CUDA_MODULE=$(ls "$build"/cuda/_cuda*.so)
export KERAUNOS_CUDA_MODULE
cd "$root"
. tests/gpu/suites.sh
gpu_suites | while read -r suites; do
  # Those train convolutional networks for hundreds of steps: minutes on the emulator, a second on a GPU.
  run_gpu_suite "$python" "$suites" -n "${JOBS:-2}" -k "$NOT_OF_A_GPU and not converges_like" < /dev/null
done

#!/bin/bash
# Everything that needs a GPU, in one call of less than nine minutes: build, tests, compute-sanitizer, benchmarks, profile.
# Usage: tests/gpu/check.sh [results folder]; PYTHON=<interpreter with numpy, pytest, hypothesis, pybind11, nanobind, torch>
# A stage that fails does not stop the next; gpu-check.txt sums up, and the exit status is 0 when all passed.
set -u
cd "$(dirname "$0")/../.." || exit 2
results=${1:-benchmarks/results}
mkdir -p "$results" && results=$(cd "$results" && pwd) || exit 2
python=${PYTHON:-python3}
build=${BUILD:-build/gpu}
log=$results/gpu-check.log
summary=$results/gpu-check.txt
deadline=$((SECONDS + ${CHECK_SECONDS:-530}))
export PYTHONPATH=$PWD/python:$PWD
. tests/gpu/suites.sh
: > "$log"
: > "$summary"
failed=0
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT

# begin <name> <most seconds> <command...>: starts a stage in the background, within what is left of the whole time.
begin() {
  local name=$1 most=$2
  shift 2
  local left=$((deadline - SECONDS))
  [ "$most" -gt "$left" ] && most=$left
  (
    start=$SECONDS
    status=1
    if [ "$most" -gt 0 ]; then
      timeout -k 5 "$most" "$@" > "$parts/$name.log" 2>&1
      status=$?
    else
      echo "no time left" > "$parts/$name.log"
    fi
    case $status in 0) said=ok ;; 124 | 137) said="failed (out of time)" ;; *) said="failed ($status)" ;; esac
    printf '%-28s %4d s  %s\n' "$name" $((SECONDS - start)) "$said" > "$parts/$name.said"
  ) &
}

# finish <name...>: waits for all stages that were begun and reports these.
finish() {
  wait
  local name
  for name in "$@"; do
    cat "$parts/$name.said" | tee -a "$summary"
    grep -q ' ok$' "$parts/$name.said" || failed=1
    # The end of a log has its verdict; the whole of many would be megabytes.
    { echo "===== $name"; tail -n 120 "$parts/$name.log"; } >> "$log"
  done
}

stage() {
  begin "$@"
  finish "$1"
}

build_all() {
  CUDACXX=$(bash scripts/nvcc.sh) || return 1
  export CUDACXX
  cmake -G Ninja -S . -B "$build" -DKERAUNOS_CUDA=ON -DKERAUNOS_CUDA_TARGETS=native -DKERAUNOS_PYTHON=ON \
    -Dpybind11_DIR="$("$python" -m pybind11 --cmakedir)" -Dnanobind_ROOT="$("$python" -m nanobind --cmake_dir)" \
    -DPython_EXECUTABLE="$(command -v "$python")" || return 1
  ninja -C "$build" -j "$(nproc)" -k 0 _cpu _cuda || return 1
  # Beside the package's sources, where PYTHONPATH finds them; git ignores them.
  rm -f python/keraunos/_cuda*.so
  cp "$build"/_cpu*.so "$build"/cuda/_cuda*.so python/keraunos/
  "$python" -m keraunos doctor
  "$python" -c 'import keraunos; assert "gpu:0" in keraunos.devices(), keraunos.devices()'
}

# sanitize <tool> <pytest arguments...>
sanitize() {
  local tool=$1
  shift
  compute-sanitizer --tool "$tool" --error-exitcode 9 --target-processes all --launch-timeout 60 \
    "$python" -m pytest -q -x -p no:cacheprovider "$@"
}

export -f build_all sanitize run_gpu_suite
export python build

stage build 200 bash -c build_all
names=()
while read -r suites; do
  name=test-$(basename "${suites%% *}" .py)
  names+=("$name")
  begin "$name" 120 bash -c 'run_gpu_suite "$python" "$0" -k "$NOT_OF_A_GPU"' "$suites"
done < <(gpu_suites)
finish "${names[@]}"

# The same machine carries these at once: they count errors, not seconds.
for tool in memcheck racecheck synccheck; do
  begin "$tool-training" 70 bash -c 'sanitize "$0" tests/gpu/test_training.py -k "dense_network and sgd"' $tool
done
begin memcheck-ops 70 env KERAUNOS_TEST_DEVICE=gpu bash -c \
  'sanitize memcheck tests/graph/test_ops.py -k "matmul or softmax or conv or sum"'
begin racecheck-ops 70 env KERAUNOS_TEST_DEVICE=gpu bash -c 'sanitize racecheck tests/graph/test_ops.py -k "matmul or softmax or conv"'
finish memcheck-training racecheck-training synccheck-training memcheck-ops racecheck-ops

# What is left but for the profile, and a few seconds to write the report.
left=$((deadline - SECONDS - 60))
[ "$left" -gt 320 ] && left=320
stage benchmarks "$left" "$python" -m benchmarks.gpu --results "$results" --seconds $((left - 15)) ${BENCHMARK_OPTIONS:-}
stage profile 60 "$python" -m benchmarks.gpu.profile "$results/gpu-profile.txt"

printf '%-28s %4d s  %s\n' all "$SECONDS" "$([ $failed = 0 ] && echo ok || echo failed)" | tee -a "$summary"
exit $failed

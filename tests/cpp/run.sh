#!/bin/sh
# Builds the C++ tests plain, with the address and undefined-behaviour sanitizers, and with the thread sanitizer; runs them.
# Usage: tests/cpp/run.sh [build folder] [plain|address|thread]...
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/tests}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- plain address thread
for kind in "$@"; do
  sanitize=$kind
  [ "$kind" = plain ] && sanitize=
  cmake -S "$root" -B "$build/$kind" -DKERAUNOS_PYTHON=OFF -DKERAUNOS_CUDA=OFF -DKERAUNOS_TESTS=ON -DKERAUNOS_SANITIZE="$sanitize" -DCMAKE_CROSSCOMPILING_EMULATOR=
  # Threads meet in the pool and the executor alone; damaged Programs may well race with themselves.
  only=
  [ "$kind" = thread ] && only="test_pool test_executor test_loader"
  cmake --build "$build/$kind" --parallel "${JOBS:-2}" ${only:+--target $only}
  # Numbers are compared in the plain build; what the sanitizers add is memory and threads, so those runs fuzz less.
  # Where damaged Programs write, nothing but a sanitizer tells.
  without=
  if [ "$kind" = plain ]; then without=test_loader_fuzz; else export KERAUNOS_FUZZ="${KERAUNOS_FUZZ:-25}"; fi
  (cd "$build/$kind" && ctest --output-on-failure --parallel "${JOBS:-2}" ${without:+--exclude-regex "^$without\$"} \
    ${only:+--tests-regex "^($(echo $only | tr ' ' '|'))\$"})
done

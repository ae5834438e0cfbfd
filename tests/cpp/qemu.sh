#!/bin/sh
# Runs the C++ tests where this machine cannot go by itself: the baseline tables on a CPU without AVX (qemu-x86_64 -cpu Nehalem), and the
# NEON tables on aarch64 (cross-compiled, qemu-aarch64). Installs nothing; says what is missing. The first takes what run.sh has built.
# Usage: tests/cpp/qemu.sh [build folder] [nehalem|neon]...
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/tests}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- nehalem neon
need() { command -v "$1" >/dev/null || { echo "missing: $1 (Debian package $2)"; exit 1; }; }
# Emulation is about 20 times slower: less fuzzing. Emulated fork and threads together are what qemu's user mode cannot do.
export KERAUNOS_FUZZ="${KERAUNOS_FUZZ:-2}"
for target in "$@"; do
  case $target in
    nehalem)
      need qemu-x86_64 qemu-user
      emulator="qemu-x86_64 -cpu Nehalem"
      folder=plain
      set -- ;;
    neon)
      need qemu-aarch64 qemu-user
      need aarch64-linux-gnu-g++ g++-aarch64-linux-gnu
      emulator="qemu-aarch64 -L /usr/aarch64-linux-gnu"
      folder=neon
      set -- -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ ;;
    *) echo "unknown target $target"; exit 1 ;;
  esac
  cmake -S "$root" -B "$build/$folder" -DKERAUNOS_PYTHON=OFF -DKERAUNOS_TESTS=ON -DCMAKE_CROSSCOMPILING_EMULATOR="$(echo "$emulator" | tr ' ' ';')" "$@"
  cmake --build "$build/$folder" --parallel "${JOBS:-2}"
  (cd "$build/$folder" && KERAUNOS_EMULATED=1 ctest --output-on-failure --parallel "${JOBS:-2}")
done

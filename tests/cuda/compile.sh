#!/bin/sh
# Compiles every kernel for every target as the package does, and compares registers and spills with ptxas.txt.
# No GPU is needed. gemm and convolution take three minutes of processor time, the others as long.
# Usage: tests/cuda/compile.sh [part of a file's path]
set -e
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
nvcc=$(bash scripts/nvcc.sh)
export nvcc
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

cat > "$reports/compile" <<'END'
case $1 in
  */hopper_*) targets="-gencode arch=compute_90a,code=sm_90a" ;;
  */gemm/* | */convolution/*)
    targets="-gencode arch=compute_80,code=sm_80 -gencode arch=compute_86,code=sm_86
             -gencode arch=compute_89,code=sm_89 -gencode arch=compute_90,code=[sm_90,compute_90]" ;;
  *) targets="-gencode arch=compute_80,code=sm_80 -gencode arch=compute_90,code=[sm_90,compute_90]" ;;
esac
report=$0-$(echo "$1" | tr / _)
# xargs stops at 255.
"$nvcc" -std=c++20 -O3 -I. -Icpp -Icuda/hardware --expt-relaxed-constexpr -Xptxas=-v --Werror=cross-execution-space-call \
  $targets -c "$1" -o "$report.o" > "$report.txt" 2>&1 || { cat "$report.txt" >&2; exit 255; }
END
ls cuda/kernels/*/*.cu cuda/persistent/*.cu | grep -F "${1:-/}" | xargs -P "$(nproc)" -n 1 sh "$reports/compile"
cat "$reports"/*.txt | c++filt | python3 "$here/ptxas.py" "$here/ptxas.txt"

#!/bin/sh
# The objects of one ISA: each defines exactly one global symbol, its table keraunos_<family>_<isa>, and nothing weak. A weak symbol
# (an inline function of a C++ header, say) would be merged by the linker with the copy of another ISA, whichever comes first.
# Usage: symbols.sh <nm> <isa> <object>...
nm=$1 isa=$2
shift 2
status=0
for object in "$@"; do
  defined=$("$nm" --defined-only -C "$object" | awk '$2 ~ /^[A-Zuvw]$/ {print $2, $3}')
  family=$(basename "$object" | sed 's/\..*//')
  case "$defined" in
    "D keraunos_${family}_${isa}" | "R keraunos_${family}_${isa}") ;;
    *)
      echo "$object: expected only keraunos_${family}_${isa}, found:"
      echo "$defined"
      status=1
      ;;
  esac
done
exit $status

// What this machine can do at most, measured on the calling thread: the yardstick of the benchmarks. Best of many short
// trials, so that a busy neighbour does not lower it.
#pragma once
#include <cstdint>

namespace keraunos {

// Gflop/s of independent fused multiply-adds in registers, with the widest vectors the machine runs (about 5 ms).
double MeasurePeakFloat32();

// GB/s over a buffer of `bytes`: reading it, and w -= r * g on two halves of it (two reads and a write).
struct Bandwidth {
  double read;
  double update;
};
Bandwidth MeasureBandwidth(int64_t bytes);

}  // namespace keraunos

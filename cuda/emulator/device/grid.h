// A barrier of all blocks of a cooperative launch, which the emulator runs as one cluster.
#pragma once
#include "device/thread.h"

namespace keraunos::cuda {

struct GridState {
  uint32_t arrived, generation;
};

inline void GridBarrier(GridState*) { emulator::ClusterBarrier(); }

}  // namespace keraunos::cuda

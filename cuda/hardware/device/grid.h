// A barrier of all blocks of a cooperative launch.
#pragma once
#include "device/thread.h"

namespace keraunos::cuda {

struct GridState {
  uint32_t arrived, generation;
};

// What any thread of the grid wrote before is seen by all after. `state` is zero before the first launch.
__device__ __forceinline__ void GridBarrier(GridState* state) {
  __syncthreads();
  if (threadIdx.x == 0) {
    volatile uint32_t* const generation = &state->generation;
    const uint32_t seen = *generation;
    __threadfence();
    if (atomicAdd(&state->arrived, 1u) == gridDim.x - 1) {
      state->arrived = 0;
      __threadfence();
      *generation = seen + 1;
    } else {
      while (*generation == seen) {
      }
    }
    __threadfence();
  }
  __syncthreads();
}

}  // namespace keraunos::cuda

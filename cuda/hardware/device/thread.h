// The language of kernels: on hardware, CUDA itself. cuda/emulator/device/ has headers of the same names for the host.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

namespace keraunos::cuda {

// Shared memory whose size the launch chooses, 1024-byte aligned.
__device__ __forceinline__ unsigned char* DynamicShared() {
  extern __shared__ __align__(1024) unsigned char keraunos_dynamic_shared[];
  return keraunos_dynamic_shared;
}

}  // namespace keraunos::cuda

// The launch layer on hardware: a Queue is a stream.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

#include "cuda/base/error.h"

namespace keraunos::cuda {

struct Queue {
  cudaStream_t stream;
};

struct Shape {
  dim3 grid;
  dim3 block;
  int64_t shared_bytes = 0;  // beyond the kernel's own arrays
  int cluster = 1;           // blocks along x that form a cluster; sm_90 and later
  bool cooperative = false;  // all blocks run at the same time, or the launch fails
};

// Launches `kernel` once. An empty grid launches nothing. Throws CudaError.
template <typename... Parameters, typename... Arguments>
void Launch(Queue& queue, const char* name, void (*kernel)(Parameters...), const Shape& shape,
            Arguments&&... arguments) {
  if (shape.grid.x == 0 || shape.grid.y == 0 || shape.grid.z == 0) return;
  // 48 KB need no asking; beyond, the limit is the kernel's own and setting it again costs nothing worth keeping.
  if (shape.shared_bytes > 48 << 10) {
    Check(
        cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shape.shared_bytes)),
        name);
  }
  cudaLaunchConfig_t config = {};
  config.gridDim = shape.grid;
  config.blockDim = shape.block;
  config.dynamicSmemBytes = static_cast<size_t>(shape.shared_bytes);
  config.stream = queue.stream;
  cudaLaunchAttribute attributes[2] = {};
  config.attrs = attributes;
  if (shape.cluster > 1) {
    cudaLaunchAttribute& attribute = attributes[config.numAttrs++];
    attribute.id = cudaLaunchAttributeClusterDimension;
    attribute.val.clusterDim = {static_cast<unsigned>(shape.cluster), 1, 1};
  }
  if (shape.cooperative) {
    cudaLaunchAttribute& attribute = attributes[config.numAttrs++];
    attribute.id = cudaLaunchAttributeCooperative;
    attribute.val.cooperative = 1;
  }
  Check(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...), name);
}

}  // namespace keraunos::cuda

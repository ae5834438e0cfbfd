// Grids of one dimension: blocks find their tile and matrix by division.
#pragma once
#include <cstdint>
#include <string>

#include "cuda/base/error.h"
#include "device/launch.h"

namespace keraunos::cuda {

inline uint32_t LinearGrid(int64_t blocks) {
  if (blocks > INT32_MAX) throw CudaError("[cuda] a product of " + std::to_string(blocks) + " tiles exceeds 2^31 - 1");
  return static_cast<uint32_t>(blocks);
}

}  // namespace keraunos::cuda

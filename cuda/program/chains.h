// Chains: consecutive elementwise instructions of a group that one launch can do, values between them in registers.
#pragma once
#include <cstdint>
#include <vector>

#include "cuda/kernels/elementwise/chain.h"
#include "program/image.h"

namespace keraunos::cuda {

struct FusedChain {
  uint32_t first, instructions;
  Chain chain;
  std::vector<uint32_t> operands;  // places in the image's operands: inputs, then outputs
};

// Of float32 instructions over equal extents. What no instruction beyond a chain touches is never written.
std::vector<FusedChain> FindChains(const ProgramImage& image);

}  // namespace keraunos::cuda

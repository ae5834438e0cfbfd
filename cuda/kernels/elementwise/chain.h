// A chain: several elementwise steps over one range of elements in one launch. Values between steps stay in registers.
#pragma once
#include "cuda/kernels/kernel.h"

namespace keraunos::cuda {

inline constexpr int kChainInputs = 8;
inline constexpr int kChainOutputs = 4;
inline constexpr int kChainRegisters = 10;
inline constexpr int kChainSteps = 24;
// A source that is the step's `scalar` instead of a register.
inline constexpr int64_t kChainScalar = -1;

// outputs (contiguous, dims) = steps over inputs (strides as for Elementwise; 0 broadcasts). Numbers are float32 in
// registers, truths 1 and 0. Register k holds input k at the start. Step s computes
//   registers[target[s]] = op[s](sources[s][0], sources[s][1], sources[s][2])
// with an elementwise op of ops.inc for which ChainHas is true, reading all sources before it writes; then, unless
// store[s] is -1, the result becomes output store[s], rounded to its dtype: bool, uint8 (0 to 255, truncated), float32,
// bfloat16 or float16, as of inputs. What follows reads the result as it was before that rounding: a chain that is to
// give the bits of single ops on halves rounds by steps of round_bfloat16 and round_float16.
// An output may be the buffer of an input of the same dtype that is contiguous with dims.
struct Chain {
  int64_t rank;
  int64_t dims[kMaxRank];
  int64_t inputs, outputs, steps;
  int64_t input_dtypes[kChainInputs];
  int64_t strides[kChainInputs][kMaxRank];
  int64_t output_dtypes[kChainOutputs];
  int64_t op[kChainSteps];
  int64_t sources[kChainSteps][3];
  int64_t target[kChainSteps];
  int64_t store[kChainSteps];
  double scalar[kChainSteps];
};

// Whether `op` may be a step.
bool ChainHas(uint32_t op);
// Throws CudaError on a chain that is malformed. operands: inputs, then outputs.
void LaunchChain(Queue& queue, const Chain& chain, void* const* operands);

}  // namespace keraunos::cuda

// Family elementwise: chains of steps (chain.h). Cost: one pass over inputs and outputs, whatever the number of steps.
#include "cuda/kernels/elementwise/chain.cuh"

#include <string>

namespace keraunos::cuda {
namespace {

constexpr int64_t kBytes[kNumDTypes] = {1, 1, 4, 8, 4, 8, 2, 2};

bool MayBeInChain(int64_t dtype) {
  return dtype == kBool || dtype == kUInt8 || dtype == kFloat32 || dtype == kBFloat16 || dtype == kFloat16;
}

void Require(bool condition, const char* what) {
  if (!condition) throw CudaError(std::string("[chain] ") + what);
}

void CheckChain(const Chain& chain) {
  Require(chain.rank >= 0 && chain.rank <= kMaxRank, "a chain has at most six dimensions");
  Require(chain.inputs >= 0 && chain.inputs <= kChainInputs, "a chain has at most 8 inputs");
  Require(chain.outputs >= 1 && chain.outputs <= kChainOutputs, "a chain has 1 to 4 outputs");
  Require(chain.steps >= 1 && chain.steps <= kChainSteps, "a chain has 1 to 24 steps");
  for (int64_t k = 0; k < chain.inputs; ++k) Require(MayBeInChain(chain.input_dtypes[k]), "the dtype of an input");
  for (int64_t k = 0; k < chain.outputs; ++k) Require(MayBeInChain(chain.output_dtypes[k]), "the dtype of an output");
  for (int64_t s = 0; s < chain.steps; ++s) {
    Require(chain.op[s] >= 0 && ChainHas(static_cast<uint32_t>(chain.op[s])), "an op that cannot be a step");
    for (const int64_t source : chain.sources[s]) {
      Require(source >= kChainScalar && source < kChainRegisters, "a source that is no register");
    }
    Require(chain.target[s] >= 0 && chain.target[s] < kChainRegisters, "a target that is no register");
    Require(chain.store[s] >= -1 && chain.store[s] < chain.outputs, "an output that does not exist");
  }
}

}  // namespace

bool ChainHas(uint32_t op) {
#define CHAIN_UNARY(kind, name) \
  if (op == kOp_##name) return true;
#define CHAIN_BINARY(kind, name) CHAIN_UNARY(kind, name)
#define CHAIN_TRUTH_UNARY(kind, name) CHAIN_UNARY(kind, name)
#define CHAIN_TRUTH_BINARY(kind, name) CHAIN_UNARY(kind, name)
#include "cuda/kernels/elementwise/chain_ops.inc"
  return op == kOp_where;
}

void LaunchChain(Queue& queue, const Chain& chain, void* const* operands) {
  CheckChain(chain);
  constexpr int kOut = kChainInputs;
  int64_t contiguous[kMaxRank];
  ContiguousStrides(chain.rank, chain.dims, contiguous);
  // Inputs that are not there go along with the output.
  const int64_t* strides[kChainInputs + 1];
  for (int k = 0; k <= kOut; ++k) strides[k] = k < chain.inputs ? chain.strides[k] : contiguous;
  const auto whole = MergeDims<kChainInputs + 1>(chain.rank, chain.dims, strides);
  ForSlices<kChainInputs + 1>(whole, [&](const StridedLoop<kChainInputs + 1>& loop, const int64_t* offsets) {
    ChainArguments a = {};
    const int64_t elements = loop.elements();
    a.digits = Digits::Of(loop);
    a.elements = static_cast<uint32_t>(elements);
    a.number_of_inputs = static_cast<int>(chain.inputs);
    a.number_of_steps = static_cast<int>(chain.steps);
    for (int k = 0; k < a.number_of_inputs; ++k) {
      ChainInput& input = a.inputs[k];
      const int64_t bytes = kBytes[chain.input_dtypes[k]];
      input.data = static_cast<const char*>(operands[k]) + offsets[k] * bytes;
      input.dtype = static_cast<int>(chain.input_dtypes[k]);
      input.bytes = static_cast<int>(bytes);
      input.reading = ReadingOf(loop, k, input.data, bytes, kChainItems);
      if (input.reading == Reading::kLinear && !IsAligned(input.data, bytes * kChainItems)) {
        input.reading = Reading::kElements;
      }
      a.rows = a.rows || input.reading == Reading::kRowPacks || input.reading == Reading::kRowScalar;
      for (int d = 0; d < kMaxRank; ++d) input.strides.of[d] = d < loop.rank ? loop.strides[k][d] : 0;
    }
    for (int k = 0; k < chain.outputs; ++k) {
      const int64_t bytes = kBytes[chain.output_dtypes[k]];
      char* out = static_cast<char*>(operands[chain.inputs + k]) + offsets[kOut] * bytes;
      a.outputs[k] = {out, static_cast<int>(chain.output_dtypes[k]), IsAligned(out, bytes * kChainItems)};
    }
    for (int s = 0; s < a.number_of_steps; ++s) {
      ChainStep& step = a.steps[s];
      step.scalar = static_cast<float>(chain.scalar[s]);
      step.op = static_cast<uint8_t>(chain.op[s]);
      step.target = static_cast<uint8_t>(chain.target[s]);
      for (int i = 0; i < 3; ++i) step.sources[i] = static_cast<int8_t>(chain.sources[s][i]);
      step.store = static_cast<int8_t>(chain.store[s]);
    }
    const int64_t blocks = CeilDivide(CeilDivide(elements, kChainItems), kChainThreads);
    Launch(queue, "chain", RunChain, Shape{{static_cast<uint32_t>(blocks)}, {kChainThreads}}, a);
  });
}

}  // namespace keraunos::cuda

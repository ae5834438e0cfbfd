#include "cuda/program/chains.h"

#include <algorithm>
#include <cstring>

#include "kernels/kernel.h"
#include "program/ops.h"

namespace keraunos::cuda {
namespace {

constexpr int64_t kUnstored = -1;

// A chain under construction.
class Builder {
 public:
  Builder(const ProgramImage& image, const std::vector<uint32_t>& uses, uint32_t first)
      : image_(image), uses_(uses), fused_{first, 0, {}, {}} {
    fused_.chain.rank = -1;
  }

  // Adds instruction `index` as the next step; false, and nothing is changed, when it does not fit.
  bool Add(uint32_t index);
  // The chain, when it is one: with at least two steps, and outputs that fit.
  bool Finish(FusedChain& fused);

 private:
  struct Input {
    uint32_t buffer, operand;
    int64_t strides[kMaxRank];
  };
  struct Step {
    uint32_t buffer, operand;  // of the result
    int64_t op, dtype, sources[3];
    double scalar;
  };

  const BufferRecord& BufferAt(uint32_t operand) const { return image_.buffers[image_.operands[operand]]; }
  bool Source(const Elementwise& p, int input, uint32_t operand, int64_t dtype, std::vector<Input>& inputs,
              std::vector<int64_t>& dtypes, int64_t& source) const;
  bool Contiguous(const int64_t* strides) const;

  const ProgramImage& image_;
  const std::vector<uint32_t>& uses_;  // per buffer: operands that name it, in the whole Program
  FusedChain fused_;
  std::vector<Input> inputs_;
  std::vector<int64_t> input_dtypes_;
  std::vector<Step> steps_;
};

bool Builder::Contiguous(const int64_t* strides) const {
  int64_t expected = 1;
  for (int64_t axis = fused_.chain.rank - 1; axis >= 0; --axis) {
    if (fused_.chain.dims[axis] > 1 && strides[axis] != expected) return false;
    expected *= fused_.chain.dims[axis];
  }
  return true;
}

// Finds the register of an operand: a step's, marked by numbers from kChainInputs on, or an input's.
bool Builder::Source(const Elementwise& p, int input, uint32_t operand, int64_t dtype, std::vector<Input>& inputs,
                     std::vector<int64_t>& dtypes, int64_t& source) const {
  const uint32_t buffer = image_.operands[operand];
  for (size_t s = steps_.size(); s-- > 0;) {
    if (steps_[s].buffer != buffer) continue;
    source = kChainInputs + static_cast<int64_t>(s);
    return Contiguous(p.strides[input]);  // another element of a result is in another thread
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].buffer == buffer && std::equal(p.strides[input], p.strides[input] + p.rank, inputs[i].strides)) {
      source = static_cast<int64_t>(i);
      return true;
    }
  }
  if (inputs.size() == kChainInputs) return false;
  source = static_cast<int64_t>(inputs.size());
  Input added = {buffer, operand, {}};
  std::copy(p.strides[input], p.strides[input] + kMaxRank, added.strides);
  inputs.push_back(added);
  dtypes.push_back(dtype);
  return true;
}

bool Builder::Add(uint32_t index) {
  const InstructionRecord& record = image_.instructions[index];
  const OpRow& row = GetOp(record.op);
  if (image_.writes_nothing[index] || record.dtype != kFloat32 || !ChainHas(record.op)) return false;
  const auto& p = *reinterpret_cast<const Elementwise*>(image_.params.data() + record.params_offset);
  Chain& chain = fused_.chain;
  if (chain.rank < 0) {
    chain.rank = p.rank;
    std::copy(p.dims, p.dims + kMaxRank, chain.dims);
  } else if (chain.rank != p.rank || !std::equal(p.dims, p.dims + p.rank, chain.dims)) {
    return false;
  }
  std::vector<Input> inputs = inputs_;
  std::vector<int64_t> dtypes = input_dtypes_;
  Step step = {0, record.first_operand + row.inputs, record.op, kFloat32, {0, 0, 0}, p.scalar};
  step.buffer = image_.operands[step.operand];
  for (uint32_t i = 0; i < row.inputs; ++i) {
    const bool condition = record.op == kOp_where && i == 0;
    if (!Source(p, static_cast<int>(i), record.first_operand + i, condition ? kBool : kFloat32, inputs, dtypes,
                step.sources[i])) {
      return false;
    }
  }
  // Overwriting what other elements are computed from would need a barrier.
  for (const Input& input : inputs) {
    if (input.buffer == step.buffer && !Contiguous(input.strides)) return false;
  }
  const uint32_t op = record.op;
  const bool truth = (op >= kOp_equal && op <= kOp_greater_equal) || op == kOp_is_nan || op == kOp_is_finite;
  step.dtype = truth ? kBool : kFloat32;
  if (inputs.size() + steps_.size() + 1 > kChainRegisters || steps_.size() + 1 > kChainSteps) return false;
  inputs_ = std::move(inputs);
  input_dtypes_ = std::move(dtypes);
  steps_.push_back(step);
  ++fused_.instructions;
  return true;
}

bool Builder::Finish(FusedChain& fused) {
  if (steps_.size() < 2) return false;
  Chain& chain = fused_.chain;
  chain.inputs = static_cast<int64_t>(inputs_.size());
  chain.steps = static_cast<int64_t>(steps_.size());
  for (size_t i = 0; i < inputs_.size(); ++i) {
    chain.input_dtypes[i] = input_dtypes_[i];
    std::copy(inputs_[i].strides, inputs_[i].strides + kMaxRank, chain.strides[i]);
    fused_.operands.push_back(inputs_[i].operand);
  }
  const auto count = [this](uint32_t buffer) {
    uint32_t found = 0;
    const uint32_t end = fused_.first + fused_.instructions;
    for (uint32_t i = fused_.first; i < end; ++i) {
      const InstructionRecord& record = image_.instructions[i];
      const auto operands = image_.operands.begin() + record.first_operand;
      found += static_cast<uint32_t>(std::count(operands, operands + record.operands, buffer));
    }
    return found;
  };
  for (size_t s = 0; s < steps_.size(); ++s) {
    const Step& step = steps_[s];
    chain.op[s] = step.op;
    for (int i = 0; i < 3; ++i) {
      const int64_t source = step.sources[i];
      chain.sources[s][i] = source >= kChainInputs ? chain.inputs + source - kChainInputs : source;
    }
    chain.target[s] = chain.inputs + static_cast<int64_t>(s);
    chain.scalar[s] = step.scalar;
    chain.store[s] = kUnstored;
    const bool last = std::none_of(steps_.begin() + static_cast<int64_t>(s) + 1, steps_.end(),
                                   [&](const Step& later) { return later.buffer == step.buffer; });
    const bool wanted = BufferAt(step.operand).kind != kArenaBuffer || uses_[step.buffer] > count(step.buffer);
    if (!last || !wanted) continue;
    if (chain.outputs == kChainOutputs) return false;
    chain.output_dtypes[chain.outputs] = step.dtype;
    chain.store[s] = chain.outputs++;
    fused_.operands.push_back(step.operand);
  }
  fused = fused_;
  return chain.outputs > 0;
}

}  // namespace

std::vector<FusedChain> FindChains(const ProgramImage& image) {
  std::vector<uint32_t> uses(image.buffers.size());
  for (uint32_t buffer : image.operands) ++uses[buffer];
  std::vector<FusedChain> found;
  for (const GroupRecord& group : image.groups) {
    const uint32_t end = group.first_instruction + group.instructions;
    for (uint32_t i = group.first_instruction; i < end;) {
      Builder builder(image, uses, i);
      uint32_t next = i;
      while (next < end && builder.Add(next)) ++next;
      FusedChain fused;
      if (builder.Finish(fused)) found.push_back(fused);
      i = std::max(next, i + 1);
    }
  }
  return found;
}

}  // namespace keraunos::cuda

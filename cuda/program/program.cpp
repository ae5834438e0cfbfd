#include "cuda/program/program.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "cuda/kernels/update/update.h"

namespace keraunos::cuda {
namespace {

// Independent groups of a phase run side by side up to this number: most phases of small models have two or three.
constexpr int kMostBranches = 4;
// Steps of the larger graph: starting a graph costs the host some microseconds, as much as a small model's step.
constexpr int64_t kStretch = 16;

uint64_t Address(const Block& block) { return reinterpret_cast<uint64_t>(block.address()); }

}  // namespace

Program::Program(const void* bytes, uint64_t size, int device, Float32Products products, bool persistent)
    : device_(device),
      products_(products),
      image_(ReadProgram(bytes, size, [](uint32_t op, uint32_t dtype) { return FindKernel(op, dtype) != nullptr; })),
      facts_(Describe(device).facts),
      queue_(DeviceQueue(device)),
      arena_(device, image_.arena_bytes),
      constants_(device, image_.constants.bytes()) {
  const Current current(device_);
  FillZero(queue_, arena_.address(), image_.arena_bytes);
  CopyToDevice(queue_, constants_.address(), image_.constants.data(), image_.constants.bytes());
  Synchronize(queue_);  // the host's copy goes with the image of another Program
  operands_.assign(image_.operands.size(), nullptr);
  for (size_t i = 0; i < operands_.size(); ++i) {
    const BufferRecord& buffer = image_.buffers[image_.operands[i]];
    if (buffer.kind == kSlotBuffer) continue;
    const Block& block = buffer.kind == kArenaBuffer ? arena_ : constants_;
    operands_[i] = reinterpret_cast<void*>(Address(block) + buffer.offset);
  }
  bound_.assign(image_.slots.size(), 0);
  for (size_t i = 0; i < image_.instructions.size(); ++i) {
    const InstructionRecord& record = image_.instructions[i];
    kernels_.push_back(image_.writes_nothing[i] ? nullptr : FindKernel(record.op, record.dtype));
  }
  chains_ = FindChains(image_);
  chain_at_.assign(image_.instructions.size(), -1);
  for (size_t i = 0; i < chains_.size(); ++i) chain_at_[chains_[i].first] = static_cast<int32_t>(i);
  uint64_t workspace = 0;
  for (const PhaseRecord& phase : image_.phases) {
    branch_count_ = std::max(branch_count_, std::min(kMostBranches, static_cast<int>(phase.groups)));
  }
  for (const GroupRecord& group : image_.groups) {
    for (uint32_t i = group.first_instruction; i < group.first_instruction + group.instructions; ++i) {
      if (!kernels_[i] || !kernels_[i]->workspace) continue;
      const int64_t needed = kernels_[i]->workspace(MakeCall(i, static_cast<int64_t>(group.units), queue_));
      workspace = std::max(workspace, static_cast<uint64_t>(needed));
    }
  }
  branches_ = std::make_unique<Branches>(queue_, branch_count_);
  for (int i = 0; i < branch_count_; ++i) workspaces_.emplace_back(device, workspace);
  if (persistent) persistent_ = PersistentSteps::Make(image_, device_, facts_);
  step_ = std::make_unique<Graph>();
  stretch_ = std::make_unique<Graph>();
}

void Program::Bind(uint32_t slot, void* address, uint64_t bytes) {
  if (slot >= image_.slots.size()) {
    throw InputError("[bind] no slot " + std::to_string(slot) + ", the Program has " +
                     std::to_string(image_.slots.size()));
  }
  if (bytes < image_.slots[slot].bytes) {
    throw InputError("[bind] slot " + std::to_string(slot) + " needs " + std::to_string(image_.slots[slot].bytes) +
                     " bytes, got " + std::to_string(bytes));
  }
  for (size_t i = 0; i < operands_.size(); ++i) {
    const BufferRecord& buffer = image_.buffers[image_.operands[i]];
    if (buffer.kind != kSlotBuffer || buffer.slot != slot) continue;
    void* const operand = static_cast<char*>(address) + buffer.offset;
    if (operands_[i] == operand) continue;
    operands_[i] = operand;
    recorded_ = stretch_recorded_ = false;
    operands_changed_ = true;
    runs_ = 0;
  }
  bound_[slot] = 1;
}

void Program::Unbind(uint32_t slot) {
  if (slot < bound_.size()) bound_[slot] = 0;
}

Call Program::MakeCall(uint32_t instruction, int64_t units, Queue& queue) {
  const InstructionRecord& record = image_.instructions[instruction];
  return {image_.params.data() + record.params_offset,
          operands_.data() + record.first_operand,
          units,
          nullptr,
          products_,
          facts_,
          queue};
}

// Optimizers' updates at the ends of chains: nothing in their phase reads what they write, so they can wait for one
// another and share launches.
bool Program::EndsWithUpdate(const GroupRecord& group) const {
  if (!group.instructions) return false;
  const uint32_t last = group.first_instruction + group.instructions - 1;
  const uint32_t op = image_.instructions[last].op;
  return kernels_[last] && op >= kOp_sgd && op <= kOp_adagrad;
}

void Program::LaunchUpdatesOf(const PhaseRecord& phase) {
  std::map<std::pair<uint32_t, uint32_t>, std::vector<UpdateCall>> calls;  // by op and dtype
  for (uint32_t k = 0; k < phase.groups; ++k) {
    const GroupRecord& group = image_.groups[phase.first_group + k];
    if (!EndsWithUpdate(group)) continue;
    const uint32_t last = group.first_instruction + group.instructions - 1;
    const InstructionRecord& record = image_.instructions[last];
    const Call call = MakeCall(last, static_cast<int64_t>(group.units), queue_);
    calls[{record.op, record.dtype}].push_back({&call.as<Update>(), call.operands, call.units});
  }
  for (const auto& [key, updates] : calls) {
    LaunchUpdates(queue_, key.first, key.second, updates.data(), static_cast<int64_t>(updates.size()));
  }
}

void Program::LaunchFused(const FusedChain& fused, Queue& queue) const {
  std::vector<void*> operands;
  for (uint32_t place : fused.operands) operands.push_back(operands_[place]);
  LaunchChain(queue, fused.chain, operands.data());
}

void Program::LaunchGroup(const GroupRecord& group, int branch) {
  const uint32_t end = group.first_instruction + group.instructions - (EndsWithUpdate(group) ? 1 : 0);
  for (uint32_t i = group.first_instruction; i < end; ++i) {
    if (chain_at_[i] >= 0) {
      const FusedChain& fused = chains_[static_cast<size_t>(chain_at_[i])];
      LaunchFused(fused, branches_->at(branch));
      i += fused.instructions - 1;
      continue;
    }
    if (!kernels_[i]) continue;
    Call call = MakeCall(i, static_cast<int64_t>(group.units), branches_->at(branch));
    call.workspace = workspaces_[static_cast<size_t>(branch)].address();
    kernels_[i]->launch(call);
  }
}

void Program::LaunchStep() {
  for (const PhaseRecord& phase : image_.phases) {
    const int branches = std::min(branch_count_, static_cast<int>(phase.groups));
    branches_->Fork(branches);
    // The dearest groups come first in a phase; the others share the branches that are left.
    for (uint32_t k = 0; k < phase.groups; ++k) {
      LaunchGroup(image_.groups[phase.first_group + k], static_cast<int>(k) % std::max(branches, 1));
    }
    branches_->Join();
    LaunchUpdatesOf(phase);
  }
}

void Program::Record(Graph& graph, int64_t steps) {
  graph.Begin(queue_);
  try {
    for (int64_t step = 0; step < steps; ++step) LaunchStep();
  } catch (...) {
    graph.Abandon(queue_);
    throw;
  }
  graph.End(queue_);
}

void Program::Run(int64_t steps) {
  const auto unbound = std::find(bound_.begin(), bound_.end(), 0);
  if (unbound != bound_.end()) {
    throw RunError("[run] slot " + std::to_string(unbound - bound_.begin()) + " has no array");
  }
  const Current current(device_);
  if (persistent_) {
    if (operands_changed_) persistent_->SetOperands(queue_, operands_);
    operands_changed_ = false;
    persistent_->Run(queue_, steps);
    return;
  }
  // Recording costs as much as some direct launches: arrays that are bound for one run alone are not worth it.
  if (steps == 1 && runs_ == 0) {
    ++runs_;
    LaunchStep();
    return;
  }
  runs_ += steps;
  if (steps >= 2 * kStretch && !stretch_recorded_) {
    Record(*stretch_, kStretch);
    stretch_recorded_ = true;
  }
  if (stretch_recorded_) {
    for (; steps >= kStretch; steps -= kStretch) stretch_->Start(queue_);
  }
  if (steps > 0 && !recorded_) {
    Record(*step_, 1);
    recorded_ = true;
  }
  for (; steps > 0; --steps) step_->Start(queue_);
}

void Program::Wait() {
  const Current current(device_);
  Synchronize(queue_);
}

int64_t Program::launches() const { return recorded_ ? step_->nodes() : 0; }

}  // namespace keraunos::cuda

// A Program on a device: one launch or a few per instruction, recorded as one graph per step.
//
// What changes from step to step (cursor, learning rate, iteration, seeds) lies in variables, in device memory, so a
// step is started again and again without the host. Groups of a phase are independent and go to branches of the graph.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cuda/base/memory.h"
#include "cuda/base/runtime.h"
#include "cuda/persistent/steps.h"
#include "cuda/program/chains.h"
#include "cuda/program/kernel_table.h"
#include "program/image.h"

namespace keraunos::cuda {

class Program {
 public:
  // persistent: run several steps of a small Program in one launch.
  // Throws keraunos::InputError as every reader of Programs does, CudaError when memory is short.
  Program(const void* bytes, uint64_t size, int device, Float32Products products, bool persistent);

  // Uses device memory for `slot` until the next Bind. Throws InputError on a missing slot or too few bytes.
  void Bind(uint32_t slot, void* address, uint64_t bytes);
  void Unbind(uint32_t slot);

  // Puts all phases on the device's queue, `steps` times; does not wait. Throws RunError when a slot is not bound.
  void Run(int64_t steps);
  void Wait();

  uint64_t arena_bytes() const { return image_.arena_bytes; }
  int64_t launches() const;  // of the recorded step, 0 before it was recorded
  bool persistent() const { return persistent_ != nullptr; }
  const std::vector<SlotRecord>& slots() const { return image_.slots; }
  int device() const { return device_; }

 private:
  void Record(Graph& graph, int64_t steps);
  void LaunchStep();
  void LaunchFused(const FusedChain& fused, Queue& queue) const;
  void LaunchGroup(const GroupRecord& group, int branch);
  bool EndsWithUpdate(const GroupRecord& group) const;
  void LaunchUpdatesOf(const PhaseRecord& phase);
  Call MakeCall(uint32_t instruction, int64_t units, Queue& queue);

  const int device_;
  const Float32Products products_;
  ProgramImage image_;
  Facts facts_;
  Queue& queue_;
  Block arena_, constants_;
  std::vector<FusedChain> chains_;
  std::vector<int32_t> chain_at_;            // per instruction: the chain that begins there, or -1
  std::vector<const KernelEntry*> kernels_;  // per instruction, null: nothing to write
  std::vector<void*> operands_;
  std::vector<uint8_t> bound_;
  int branch_count_ = 1;
  std::unique_ptr<Branches> branches_;
  std::vector<Block> workspaces_;                // per branch
  std::unique_ptr<PersistentSteps> persistent_;  // for small Programs
  bool operands_changed_ = true;                 // since the persistent steps saw them
  std::unique_ptr<Graph> step_, stretch_;        // one step, kStretch of them
  bool recorded_ = false, stretch_recorded_ = false;
  int64_t runs_ = 0;  // since the last change of a binding
};

}  // namespace keraunos::cuda

// Binding and running. Nothing is allocated, locked or looked up per phase.
#include <algorithm>
#include <string>

#include "base/denormals.h"
#include "base/error.h"
#include "program/program.h"

namespace keraunos {
namespace {

void RunItem(const Group& group, int64_t begin, int64_t end, void* scratch) {
  const Instruction* const last = group.instructions + group.count;
  for (const Instruction* instruction = group.instructions; instruction != last; ++instruction) {
    instruction->kernel(instruction->params, instruction->operands, begin, end, scratch);
  }
}

// Few items were cut for the sake of other threads alone: without those, longer runs of rows read the weights less
// often (a 784-100-75-10 step: 72 us instead of 84). More items were also cut for the cache, and stay. Kernels give the
// same bits for any cut.
constexpr int64_t kFewItems = 8;

void RunPhaseHere(const Phase& phase, void* scratch) {
  for (const Group* group = phase.groups; group != phase.groups + phase.group_count; ++group) {
    const int64_t chunk = group->units <= kFewItems * group->chunk ? group->units : group->chunk;
    for (int64_t begin = 0; begin < group->units; begin += chunk) {
      RunItem(*group, begin, std::min(begin + chunk, group->units), scratch);
    }
  }
}

// One per thread that calls Run; pool workers have their own.
void* CallerScratch() {
  thread_local Arena scratch(kScratchBytes);
  return scratch.data();
}

}  // namespace

void RunPhaseItem(const Job& job, uint32_t item, void* scratch) {
  const auto& phase = static_cast<const Phase&>(job);
  // The last group that starts at or before the item.
  const Group* group = std::upper_bound(phase.groups, phase.groups + phase.group_count, item,
                                        [](uint32_t value, const Group& other) { return value < other.first_item; }) -
                       1;
  const int64_t begin = (item - group->first_item) * group->chunk;
  RunItem(*group, begin, std::min(begin + group->chunk, group->units), scratch);
}

void Program::Bind(uint32_t slot, void* address, uint64_t bytes, bool writable) {
  if (slot >= slots_.size()) {
    throw InputError("[bind] no slot " + std::to_string(slot) + ", the Program has " + std::to_string(slots_.size()));
  }
  if (bytes < slots_[slot].bytes) {
    throw InputError("[bind] slot " + std::to_string(slot) + " needs " + std::to_string(slots_[slot].bytes) +
                     " bytes, got " + std::to_string(bytes));
  }
  if (slots_[slot].writable && !writable) {
    throw InputError("[bind] slot " + std::to_string(slot) + " is written, the array is read-only");
  }
  char* const base = static_cast<char*>(address);
  for (uint32_t i = patch_first_[slot]; i < patch_first_[slot + 1]; ++i) {
    operands_[patches_[i].operand] = base + patches_[i].offset;
  }
  unbound_ -= !bound_[slot];
  bound_[slot] = 1;
}

void Program::Unbind(uint32_t slot) {
  if (slot >= slots_.size()) {
    throw InputError("[unbind] no slot " + std::to_string(slot) + ", the Program has " + std::to_string(slots_.size()));
  }
  unbound_ += bound_[slot];
  bound_[slot] = 0;
}

void Program::Run(int64_t steps) {
  if (unbound_ != 0) {
    const auto slot = std::find(bound_.begin(), bound_.end(), 0) - bound_.begin();
    throw RunError("[run] slot " + std::to_string(slot) + " has no array");
  }
  const uint32_t me = ForkGeneration() + 1;
  uint32_t runner = running_.load(std::memory_order_relaxed);
  // A runner of another generation was a thread of the parent and does not exist here.
  if (runner == me || !running_.compare_exchange_strong(runner, me, std::memory_order_acquire)) {
    throw RunError("[run] the Program is running in another thread");
  }
  struct Release {
    std::atomic<uint32_t>& running;
    Pool* pool = nullptr;
    ~Release() {
      if (pool) pool->Release();
      running.store(0, std::memory_order_release);
    }
  } release{running_};
  void* const scratch = CallerScratch();
  if (shared_) release.pool = Pool::TryAcquire(kScratchBytes);
  Pool* const pool = release.pool;
  const FlushDenormals flush;
  for (int64_t step = 0; step < steps; ++step) {
    for (const Phase& phase : phases_) {
      if (pool && !phase.serial && phase.items > 1) {
        pool->Run(phase, scratch);
      } else {
        RunPhaseHere(phase, scratch);
      }
    }
  }
}

const char* Program::BufferData(uint32_t index) const {
  if (index >= buffers_.size()) throw InputError("[read] no buffer " + std::to_string(index));
  const BufferRecord& buffer = buffers_[index];
  if (buffer.kind == kSlotBuffer) throw InputError("[read] buffer " + std::to_string(index) + " is a bound array");
  return (buffer.kind == kArenaBuffer ? arena_ : constants_).data() + buffer.offset;
}

}  // namespace keraunos

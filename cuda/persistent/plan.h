// The plan of a persistent run: a Program as the blocks of one cooperative launch see it, all in device memory.
//
// It is the CPU's executor over again, with blocks for threads: phases of groups, groups cut into items, an item runs a
// chain of instructions on a range of units. One launch does many steps, and a barrier of the grid takes the place of
// the launches of each phase.
#pragma once
#include <cstdint>

namespace keraunos::cuda {

struct PlanInstruction {
  uint32_t op, dtype;
  const void* params;
  void* const* operands;
};

struct PlanGroup {
  uint32_t first_instruction, instructions;
  uint32_t first_item, items;  // numbers in the phase
  int64_t units, chunk;
};

struct PlanPhase {
  uint32_t first_group, groups, items;
  uint32_t alone;  // block 0 does it by itself, without a barrier to a neighbour that is alone, too
};

struct Plan {
  const PlanInstruction* instructions;
  const PlanGroup* groups;
  const PlanPhase* phases;
  uint32_t phase_count;
};

inline constexpr int kPersistentThreads = 256;
inline constexpr int kPersistentWarps = kPersistentThreads / 32;

}  // namespace keraunos::cuda

// The sections of a Program, verified: what any executor starts from, whatever device it runs on.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "base/arena.h"
#include "program/format.h"

namespace keraunos {

struct ProgramImage {
  uint64_t arena_bytes = 0;
  std::vector<BufferRecord> buffers;
  std::vector<InstructionRecord> instructions;
  std::vector<uint32_t> operands;  // buffer indices
  std::vector<GroupRecord> groups;
  std::vector<PhaseRecord> phases;
  std::vector<SlotRecord> slots;
  std::vector<uint8_t> writes_nothing;  // per instruction: no output has an element
  Arena params, constants;
};

// Whether the executor has a kernel of an op for a dtype.
using HasKernel = std::function<bool(uint32_t op, uint32_t dtype)>;

// Reads bytes from anywhere. Throws InputError unless they are a Program that can do no harm; docs/program-format.md
// lists the rules, and every one of them is checked here, once.
ProgramImage ReadProgram(const void* bytes, uint64_t size, const HasKernel& has_kernel);

}  // namespace keraunos

// The sections of a Program's bytes, version 1; docs/program-format.md explains them.
#pragma once
#include <cstdint>

namespace keraunos {

inline constexpr char kProgramMagic[8] = {'K', 'E', 'R', 'A', 'U', 'N', 'O', 'S'};
inline constexpr uint32_t kProgramVersion = 1;

struct HeaderRecord {
  char magic[8];
  uint32_t version, buffers, instructions, operands, groups, phases, slots, reserved;
  uint64_t arena_bytes, params_bytes, constants_bytes;
};

enum BufferKind : uint32_t { kArenaBuffer = 0, kSlotBuffer = 1, kConstantBuffer = 2 };

struct BufferRecord {
  uint32_t kind, slot;
  uint64_t offset, bytes;
};

struct InstructionRecord {
  uint32_t op, dtype, first_operand, operands;
  uint64_t params_offset;
};

struct GroupRecord {
  uint32_t first_instruction, instructions;
  uint64_t units, chunk;
};

struct PhaseRecord {
  uint32_t first_group, groups, serial, reserved;
};

struct SlotRecord {
  uint64_t bytes;
  uint32_t writable, reserved;
};

static_assert(sizeof(HeaderRecord) == 64 && sizeof(BufferRecord) == 24 && sizeof(InstructionRecord) == 24 &&
              sizeof(GroupRecord) == 24 && sizeof(PhaseRecord) == 16 && sizeof(SlotRecord) == 16);

}  // namespace keraunos

// Builds Program bytes for tests, record by record, so that a test can also build wrong ones.
#pragma once
#include <cstring>
#include <string>
#include <vector>

#include "kernels/kernel.h"
#include "program/format.h"

namespace keraunos {

struct ProgramBytes {
  std::vector<BufferRecord> buffers;
  std::vector<InstructionRecord> instructions;
  std::vector<uint32_t> operands;
  std::vector<GroupRecord> groups;
  std::vector<PhaseRecord> phases;
  std::vector<SlotRecord> slots;
  std::string params, constants;
  uint64_t arena_bytes = 0;

  uint32_t Slot(uint64_t bytes, bool writable) {
    slots.push_back({bytes, writable, 0});
    buffers.push_back({kSlotBuffer, static_cast<uint32_t>(slots.size() - 1), 0, bytes});
    return static_cast<uint32_t>(buffers.size() - 1);
  }
  uint32_t Memory(uint64_t bytes) {
    buffers.push_back({kArenaBuffer, 0, arena_bytes, bytes});
    arena_bytes += (bytes + 63) / 64 * 64;
    return static_cast<uint32_t>(buffers.size() - 1);
  }
  uint32_t Constant(const void* data, uint64_t bytes) {
    constants.resize((constants.size() + 63) / 64 * 64);
    buffers.push_back({kConstantBuffer, 0, constants.size(), bytes});
    constants.append(static_cast<const char*>(data), bytes);
    return static_cast<uint32_t>(buffers.size() - 1);
  }
  template <class Params>
  void Add(Op op, DType dtype, const Params& block, const std::vector<uint32_t>& used) {
    instructions.push_back({op, static_cast<uint32_t>(dtype), static_cast<uint32_t>(operands.size()),
                            static_cast<uint32_t>(used.size()), params.size()});
    operands.insert(operands.end(), used.begin(), used.end());
    params.append(reinterpret_cast<const char*>(&block), sizeof(block));
  }
  // The last `count` instructions.
  void EndGroup(uint32_t count, uint64_t units, uint64_t chunk) {
    groups.push_back({static_cast<uint32_t>(instructions.size()) - count, count, units, chunk});
  }
  // The last `count` groups.
  void EndPhase(uint32_t count, bool serial) {
    phases.push_back({static_cast<uint32_t>(groups.size()) - count, count, serial, 0});
  }

  std::string Encode() const {
    HeaderRecord header = {};
    std::memcpy(header.magic, kProgramMagic, sizeof(kProgramMagic));
    header.version = kProgramVersion;
    header.buffers = static_cast<uint32_t>(buffers.size());
    header.instructions = static_cast<uint32_t>(instructions.size());
    header.operands = static_cast<uint32_t>(operands.size());
    header.groups = static_cast<uint32_t>(groups.size());
    header.phases = static_cast<uint32_t>(phases.size());
    header.slots = static_cast<uint32_t>(slots.size());
    header.arena_bytes = arena_bytes;
    header.params_bytes = params.size();
    header.constants_bytes = constants.size();
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
    const auto append = [&](const auto& records) {
      bytes.append(reinterpret_cast<const char*>(records.data()), records.size() * sizeof(records[0]));
      bytes.resize((bytes.size() + 7) / 8 * 8);
    };
    append(buffers);
    append(instructions);
    append(operands);
    append(groups);
    append(phases);
    append(slots);
    return bytes + params + constants;
  }
};

// Contiguous operands of `rank` dimensions.
inline Elementwise ContiguousElementwise(const std::vector<int64_t>& dims) {
  Elementwise params = {};
  params.rank = static_cast<int64_t>(dims.size());
  int64_t stride = 1;
  for (int i = static_cast<int>(dims.size()) - 1; i >= 0; --i) {
    params.dims[i] = dims[i];
    for (auto& strides : params.strides) strides[i] = stride;
    stride *= dims[i];
  }
  return params;
}

}  // namespace keraunos

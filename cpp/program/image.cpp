// Bytes from anywhere -> a ProgramImage: the rules of docs/program-format.md.
#include "program/image.h"

#include <cstring>
#include <string>

#include "base/error.h"
#include "kernels/check.h"
#include "program/ops.h"

namespace keraunos {
namespace {

// A phase with more items than this spends its time on handing them out; the planner stays far below.
constexpr uint64_t kMaxItems = uint64_t{1} << 20;
constexpr uint64_t kArenaAlignment = 64;

[[noreturn]] void Fail(const std::string& reason) { throw InputError("[program] " + reason); }

std::string Number(uint64_t value) { return std::to_string(value); }

bool Inside(uint64_t first, uint64_t count, uint64_t end) { return first <= end && count <= end - first; }

class Reader {
 public:
  Reader(const char* bytes, uint64_t size, const HasKernel& has_kernel)
      : bytes_(bytes), size_(size), has_kernel_(has_kernel) {}

  ProgramImage Read() {
    ReadHeader();
    ReadSections();
    CheckBuffers();
    CheckOperands();
    for (uint32_t i = 0; i < image_.instructions.size(); ++i) CheckInstruction(i);
    CheckGroups();
    CheckPhases();
    return std::move(image_);
  }

 private:
  void ReadHeader();
  void ReadSections();
  void CheckBuffers() const;
  void CheckOperands() const;
  void CheckInstruction(uint32_t index) const;
  void CheckExtents(uint32_t index, int64_t units);
  void CheckGroups();
  void CheckPhases() const;

  const char* bytes_;
  const uint64_t size_;
  const HasKernel& has_kernel_;
  HeaderRecord header_;
  ProgramImage image_;
};

void Reader::ReadHeader() {
  if (size_ < sizeof(HeaderRecord)) Fail("truncated: " + Number(size_) + " bytes");
  std::memcpy(&header_, bytes_, sizeof(header_));
  if (std::memcmp(header_.magic, kProgramMagic, sizeof(kProgramMagic)) != 0) Fail("these bytes are not a Program");
  if (header_.version != kProgramVersion) Fail("version " + Number(header_.version) + " is not 1");
  if (header_.reserved != 0) Fail("a reserved field is not 0");
  if (header_.params_bytes % 8 != 0) Fail("the params section is not a multiple of 8 bytes");
}

void Reader::ReadSections() {
  uint64_t at = sizeof(HeaderRecord);
  // Counts have 32 bits and records at most 24 bytes: the products cannot overflow.
  const auto take = [&](auto* records, uint64_t count) {
    using Record = typename std::remove_pointer_t<decltype(records)>::value_type;
    const uint64_t bytes = count * sizeof(Record);
    if (!Inside(at, bytes, size_)) Fail("truncated");
    records->resize(count);
    if (bytes) std::memcpy(records->data(), bytes_ + at, bytes);
    at += (bytes + 7) / 8 * 8;
  };
  const auto copy = [&](uint64_t bytes) {
    if (!Inside(at, bytes, size_)) Fail("truncated");
    Arena arena(bytes);
    if (bytes) std::memcpy(arena.data(), bytes_ + at, bytes);
    at += bytes;
    return arena;
  };
  take(&image_.buffers, header_.buffers);
  take(&image_.instructions, header_.instructions);
  take(&image_.operands, header_.operands);
  take(&image_.groups, header_.groups);
  take(&image_.phases, header_.phases);
  take(&image_.slots, header_.slots);
  image_.arena_bytes = header_.arena_bytes;
  image_.params = copy(header_.params_bytes);
  image_.constants = copy(header_.constants_bytes);
  if (at != size_) Fail(Number(size_ - at) + " bytes follow the last section");
}

void Reader::CheckBuffers() const {
  for (const BufferRecord& buffer : image_.buffers) {
    uint64_t end = 0;
    switch (buffer.kind) {
      case kArenaBuffer:
        end = header_.arena_bytes;
        if (buffer.offset % kArenaAlignment != 0) Fail("an arena offset is not a multiple of 64");
        break;
      case kSlotBuffer:
        if (buffer.slot >= header_.slots) Fail("a buffer names slot " + Number(buffer.slot) + ", which does not exist");
        end = image_.slots[buffer.slot].bytes;
        break;
      case kConstantBuffer:
        end = header_.constants_bytes;
        if (buffer.offset % kArenaAlignment != 0) Fail("a constant's offset is not a multiple of 64");
        break;
      default:
        Fail("buffer kind " + Number(buffer.kind) + " is unknown");
    }
    if (!Inside(buffer.offset, buffer.bytes, end)) Fail("a buffer ends outside its memory");
  }
}

void Reader::CheckOperands() const {
  for (uint32_t index : image_.operands) {
    if (index >= header_.buffers) Fail("an operand names buffer " + Number(index) + ", which does not exist");
  }
}

void Reader::CheckInstruction(uint32_t index) const {
  const InstructionRecord& record = image_.instructions[index];
  const std::string name = "instruction " + Number(index) + ": ";
  if (record.op >= kNumOps) Fail(name + "op " + Number(record.op) + " is unknown");
  const OpRow& op = GetOp(record.op);
  if (record.dtype >= kNumDTypes) Fail(name + "dtype " + Number(record.dtype) + " is unknown");
  if (record.operands != op.inputs + op.outputs) Fail(name + op.name + " has " + Number(record.operands) + " operands");
  if (!Inside(record.first_operand, record.operands, header_.operands)) Fail(name + "operands out of range");
  if (record.params_offset % 8 != 0 || !Inside(record.params_offset, op.params_bytes, header_.params_bytes)) {
    Fail(name + "params out of range");
  }
  for (uint32_t output = op.inputs; output < record.operands; ++output) {
    const BufferRecord& buffer = image_.buffers[image_.operands[record.first_operand + output]];
    if (buffer.kind == kConstantBuffer) Fail(name + op.name + " writes a constant");
    if (buffer.kind == kSlotBuffer && !image_.slots[buffer.slot].writable) {
      Fail(name + op.name + " writes slot " + Number(buffer.slot) + ", which is not writable");
    }
  }
  if (!has_kernel_(record.op, record.dtype)) Fail(name + op.name + " has no kernel for dtype " + Number(record.dtype));
}

void Reader::CheckExtents(uint32_t index, int64_t units) {
  const InstructionRecord& record = image_.instructions[index];
  const OpRow& op = GetOp(record.op);
  std::vector<CheckOperand> operands(record.operands);
  for (uint32_t i = 0; i < record.operands; ++i) {
    const BufferRecord& buffer = image_.buffers[image_.operands[record.first_operand + i]];
    operands[i] = {buffer.bytes, buffer.offset};
  }
  Check check(record.op, record.dtype, units, image_.params.data() + record.params_offset, operands.data(), op.inputs);
  try {
    op.check(check);
  } catch (const InputError& error) {
    Fail("instruction " + Number(index) + " (" + op.name + "): " + error.what());
  }
  image_.writes_nothing[index] = check.writes_nothing();
}

void Reader::CheckGroups() {
  image_.writes_nothing.assign(image_.instructions.size(), 0);
  uint32_t next = 0;
  for (size_t i = 0; i < image_.groups.size(); ++i) {
    const GroupRecord& group = image_.groups[i];
    const std::string name = "group " + Number(i) + ": ";
    if (!Inside(group.first_instruction, group.instructions, header_.instructions)) {
      Fail(name + "instructions out of range");
    }
    // An instruction is checked for the units of its group, so it belongs to one group only.
    if (group.first_instruction != next) Fail(name + "instructions are not those that follow the group before");
    next += group.instructions;
    if (group.chunk < 1) Fail(name + "chunk is 0");
    // Half of the range of int64_t, so that begin + chunk cannot overflow.
    if (group.units > INT64_MAX / 2) Fail(name + "too many units");
    for (uint32_t k = 0; k < group.instructions; ++k) {
      CheckExtents(group.first_instruction + k, static_cast<int64_t>(group.units));
    }
  }
}

void Reader::CheckPhases() const {
  uint32_t next = 0;
  for (size_t i = 0; i < image_.phases.size(); ++i) {
    const PhaseRecord& phase = image_.phases[i];
    // Items are numbered in their phase, so a group belongs to one phase only.
    if (phase.first_group != next || !Inside(phase.first_group, phase.groups, header_.groups)) {
      Fail("phase " + Number(i) + ": groups are not those that follow the phase before");
    }
    next += phase.groups;
    uint64_t items = 0;
    for (uint32_t k = 0; k < phase.groups; ++k) {
      const GroupRecord& group = image_.groups[phase.first_group + k];
      if (group.units) items += (group.units - 1) / group.chunk + 1;
      if (items > kMaxItems) Fail("phase " + Number(i) + " has more than " + Number(kMaxItems) + " items");
    }
  }
}

}  // namespace

ProgramImage ReadProgram(const void* bytes, uint64_t size, const HasKernel& has_kernel) {
  return Reader(static_cast<const char*>(bytes), size, has_kernel).Read();
}

}  // namespace keraunos

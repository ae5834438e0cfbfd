// Bytes from anywhere -> a Program that can do no harm: every rule of docs/program-format.md is checked here, once.
#include "program/loader.h"

#include <algorithm>
#include <cstring>

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

// In place of an instruction whose outputs have no element, so that no number of empty units can keep a thread busy.
void DoNothing(const void*, void* const*, int64_t, int64_t, void*) {}

bool Inside(uint64_t first, uint64_t count, uint64_t end) { return first <= end && count <= end - first; }

}  // namespace

std::unique_ptr<Program> Program::Load(const void* bytes, uint64_t size) {
  return Loader(static_cast<const char*>(bytes), size).Load();
}

std::unique_ptr<Program> Loader::Load() {
  ReadHeader();
  program_.reset(new Program());
  program_->isa_ = ActiveIsa();
  ReadSections();
  CheckBuffers();
  ResolveOperands();
  ResolveInstructions();
  ResolveGroups();
  ResolvePhases();
  return std::move(program_);
}

void Loader::ReadHeader() {
  if (size_ < sizeof(HeaderRecord)) Fail("truncated: " + Number(size_) + " bytes");
  std::memcpy(&header_, bytes_, sizeof(header_));
  if (std::memcmp(header_.magic, kProgramMagic, sizeof(kProgramMagic)) != 0) Fail("these bytes are not a Program");
  if (header_.version != kProgramVersion) Fail("version " + Number(header_.version) + " is not 1");
  if (header_.reserved != 0) Fail("a reserved field is not 0");
  if (header_.params_bytes % 8 != 0) Fail("the params section is not a multiple of 8 bytes");
}

void Loader::ReadSections() {
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
  take(&program_->buffers_, header_.buffers);
  take(&instructions_, header_.instructions);
  take(&operands_, header_.operands);
  take(&groups_, header_.groups);
  take(&phases_, header_.phases);
  take(&program_->slots_, header_.slots);
  program_->params_ = copy(header_.params_bytes);
  program_->constants_ = copy(header_.constants_bytes);
  if (at != size_) Fail(Number(size_ - at) + " bytes follow the last section");
}

void Loader::CheckBuffers() const {
  for (const BufferRecord& buffer : program_->buffers_) {
    uint64_t end = 0;
    switch (buffer.kind) {
      case kArenaBuffer:
        end = header_.arena_bytes;
        if (buffer.offset % kArenaAlignment != 0) Fail("an arena offset is not a multiple of 64");
        break;
      case kSlotBuffer:
        if (buffer.slot >= header_.slots) Fail("a buffer names slot " + Number(buffer.slot) + ", which does not exist");
        end = program_->slots_[buffer.slot].bytes;
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

void Loader::ResolveOperands() {
  Program& program = *program_;
  program.arena_ = Arena(header_.arena_bytes);
  program.operands_.assign(operands_.size(), nullptr);
  program.bound_.assign(program.slots_.size(), 0);
  program.unbound_ = static_cast<uint32_t>(program.slots_.size());
  program.patch_first_.assign(program.slots_.size() + 1, 0);
  for (uint32_t index : operands_) {
    if (index >= header_.buffers) Fail("an operand names buffer " + Number(index) + ", which does not exist");
    const BufferRecord& buffer = program.buffers_[index];
    if (buffer.kind == kSlotBuffer) ++program.patch_first_[buffer.slot + 1];
  }
  for (size_t slot = 0; slot < program.slots_.size(); ++slot)
    program.patch_first_[slot + 1] += program.patch_first_[slot];
  program.patches_.resize(program.patch_first_.back());
  std::vector<uint32_t> next(program.patch_first_.begin(), program.patch_first_.end() - 1);
  for (uint32_t i = 0; i < operands_.size(); ++i) {
    const BufferRecord& buffer = program.buffers_[operands_[i]];
    switch (buffer.kind) {
      case kArenaBuffer:
        program.operands_[i] = program.arena_.data() + buffer.offset;
        break;
      case kConstantBuffer:
        program.operands_[i] = program.constants_.data() + buffer.offset;
        break;
      default:
        program.patches_[next[buffer.slot]++] = {i, buffer.offset};
    }
  }
}

void Loader::ResolveInstructions() {
  Program& program = *program_;
  program.instructions_.resize(instructions_.size());
  for (size_t i = 0; i < instructions_.size(); ++i) {
    const InstructionRecord& record = instructions_[i];
    const std::string name = "instruction " + Number(i) + ": ";
    if (record.op >= kNumOps) Fail(name + "op " + Number(record.op) + " is unknown");
    const OpRow& op = GetOp(record.op);
    if (record.dtype >= kNumDTypes) Fail(name + "dtype " + Number(record.dtype) + " is unknown");
    if (record.operands != op.inputs + op.outputs)
      Fail(name + op.name + " has " + Number(record.operands) + " operands");
    if (!Inside(record.first_operand, record.operands, header_.operands)) Fail(name + "operands out of range");
    if (record.params_offset % 8 != 0 || !Inside(record.params_offset, op.params_bytes, header_.params_bytes)) {
      Fail(name + "params out of range");
    }
    for (uint32_t output = op.inputs; output < record.operands; ++output) {
      const BufferRecord& buffer = program.buffers_[operands_[record.first_operand + output]];
      if (buffer.kind == kConstantBuffer) Fail(name + op.name + " writes a constant");
      if (buffer.kind == kSlotBuffer && !program.slots_[buffer.slot].writable) {
        Fail(name + op.name + " writes slot " + Number(buffer.slot) + ", which is not writable");
      }
    }
    const Kernel kernel = FindKernel(program.isa_, record.op, record.dtype);
    if (!kernel) Fail(name + op.name + " has no kernel for dtype " + Number(record.dtype));
    program.instructions_[i] = {kernel, program.params_.data() + record.params_offset,
                                program.operands_.data() + record.first_operand};
  }
}

void Loader::CheckInstruction(uint32_t index, int64_t units) {
  const InstructionRecord& record = instructions_[index];
  const OpRow& op = GetOp(record.op);
  std::vector<CheckOperand> operands(record.operands);
  for (uint32_t i = 0; i < record.operands; ++i) {
    const BufferRecord& buffer = program_->buffers_[operands_[record.first_operand + i]];
    operands[i] = {buffer.bytes, buffer.offset};
    program_->step_bytes_ += buffer.bytes;
  }
  Instruction& instruction = program_->instructions_[index];
  Check check(record.op, record.dtype, units, instruction.params, operands.data(), op.inputs);
  try {
    op.check(check);
  } catch (const InputError& error) {
    Fail("instruction " + Number(index) + " (" + op.name + "): " + error.what());
  }
  if (check.writes_nothing()) instruction.kernel = DoNothing;
}

void Loader::ResolveGroups() {
  Program& program = *program_;
  program.groups_.resize(groups_.size());
  uint32_t next = 0;
  for (size_t i = 0; i < groups_.size(); ++i) {
    const GroupRecord& record = groups_[i];
    const std::string name = "group " + Number(i) + ": ";
    if (!Inside(record.first_instruction, record.instructions, header_.instructions)) {
      Fail(name + "instructions out of range");
    }
    // An instruction is checked for the units of its group, so it belongs to one group only.
    if (record.first_instruction != next) Fail(name + "instructions are not those that follow the group before");
    next += record.instructions;
    if (record.chunk < 1) Fail(name + "chunk is 0");
    // Half of the range of int64_t, so that begin + chunk cannot overflow.
    if (record.units > INT64_MAX / 2) Fail(name + "too many units");
    const int64_t units = static_cast<int64_t>(record.units);
    const int64_t chunk = std::max<int64_t>(1, static_cast<int64_t>(std::min(record.chunk, record.units)));
    for (uint32_t k = 0; k < record.instructions; ++k) CheckInstruction(record.first_instruction + k, units);
    program.groups_[i] = {program.instructions_.data() + record.first_instruction, record.instructions, 0, units,
                          chunk};
  }
}

void Loader::ResolvePhases() {
  Program& program = *program_;
  program.phases_.resize(phases_.size());
  uint32_t next_group = 0;
  for (size_t i = 0; i < phases_.size(); ++i) {
    const PhaseRecord& record = phases_[i];
    // Items are numbered in their phase, so a group belongs to one phase only.
    if (record.first_group != next_group || !Inside(record.first_group, record.groups, header_.groups)) {
      Fail("phase " + Number(i) + ": groups are not those that follow the phase before");
    }
    next_group += record.groups;
    uint64_t items = 0;
    for (uint32_t k = 0; k < record.groups; ++k) {
      Group& group = program.groups_[record.first_group + k];
      group.first_item = static_cast<uint32_t>(items);
      items += static_cast<uint64_t>(group.units / group.chunk + (group.units % group.chunk != 0));
      if (items > kMaxItems) Fail("phase " + Number(i) + " has more than " + Number(kMaxItems) + " items");
    }
    Phase& phase = program.phases_[i];
    phase.run = RunPhaseItem;
    phase.items = static_cast<uint32_t>(items);
    phase.groups = program.groups_.data() + record.first_group;
    phase.group_count = record.groups;
    phase.serial = record.serial != 0;
    if (!phase.serial && items > 1) program.shared_ = true;
  }
}

}  // namespace keraunos

#include "program/loader.h"

#include <algorithm>

#include "program/kernel_table.h"

namespace keraunos {
namespace {

// In place of an instruction whose outputs have no element, so that no number of empty units can keep a thread busy.
void DoNothing(const void*, void* const*, int64_t, int64_t, void*) {}

}  // namespace

std::unique_ptr<Program> Program::Load(const void* bytes, uint64_t size) {
  const Isa isa = ActiveIsa();
  const auto has_kernel = [isa](uint32_t op, uint32_t dtype) { return FindKernel(isa, op, dtype) != nullptr; };
  return Loader(ReadProgram(bytes, size, has_kernel), isa).Load();
}

Loader::Loader(ProgramImage image, Isa isa) : image_(std::move(image)), program_(new Program()) {
  program_->isa_ = isa;
  program_->arena_ = Arena(image_.arena_bytes);
  program_->buffers_ = std::move(image_.buffers);
  program_->slots_ = std::move(image_.slots);
  program_->params_ = std::move(image_.params);
  program_->constants_ = std::move(image_.constants);
}

std::unique_ptr<Program> Loader::Load() {
  ResolveOperands();
  ResolveInstructions();
  ResolveGroups();
  ResolvePhases();
  return std::move(program_);
}

void Loader::ResolveOperands() {
  Program& program = *program_;
  program.operands_.assign(image_.operands.size(), nullptr);
  program.bound_.assign(program.slots_.size(), 0);
  program.unbound_ = static_cast<uint32_t>(program.slots_.size());
  program.patch_first_.assign(program.slots_.size() + 1, 0);
  for (uint32_t index : image_.operands) {
    const BufferRecord& buffer = program.buffers_[index];
    program.step_bytes_ += buffer.bytes;
    if (buffer.kind == kSlotBuffer) ++program.patch_first_[buffer.slot + 1];
  }
  for (size_t slot = 0; slot < program.slots_.size(); ++slot)
    program.patch_first_[slot + 1] += program.patch_first_[slot];
  program.patches_.resize(program.patch_first_.back());
  std::vector<uint32_t> next(program.patch_first_.begin(), program.patch_first_.end() - 1);
  for (uint32_t i = 0; i < image_.operands.size(); ++i) {
    const BufferRecord& buffer = program.buffers_[image_.operands[i]];
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
  for (size_t i = 0; i < image_.instructions.size(); ++i) {
    const InstructionRecord& record = image_.instructions[i];
    const Kernel kernel = image_.writes_nothing[i] ? DoNothing : FindKernel(program.isa_, record.op, record.dtype);
    program.instructions_.push_back(
        {kernel, program.params_.data() + record.params_offset, program.operands_.data() + record.first_operand});
  }
}

void Loader::ResolveGroups() {
  Program& program = *program_;
  for (const GroupRecord& record : image_.groups) {
    const int64_t units = static_cast<int64_t>(record.units);
    const int64_t chunk = std::max<int64_t>(1, static_cast<int64_t>(std::min(record.chunk, record.units)));
    program.groups_.push_back(
        {program.instructions_.data() + record.first_instruction, record.instructions, 0, units, chunk});
  }
}

void Loader::ResolvePhases() {
  Program& program = *program_;
  program.phases_.resize(image_.phases.size());
  for (size_t i = 0; i < image_.phases.size(); ++i) {
    const PhaseRecord& record = image_.phases[i];
    Phase& phase = program.phases_[i];
    phase.run = RunPhaseItem;
    phase.items = 0;
    for (uint32_t k = 0; k < record.groups; ++k) {
      Group& group = program.groups_[record.first_group + k];
      group.first_item = phase.items;
      phase.items += static_cast<uint32_t>(group.units / group.chunk + (group.units % group.chunk != 0));
    }
    phase.groups = program.groups_.data() + record.first_group;
    phase.group_count = record.groups;
    phase.serial = record.serial != 0;
    if (!phase.serial && phase.items > 1) program.shared_ = true;
  }
}

}  // namespace keraunos

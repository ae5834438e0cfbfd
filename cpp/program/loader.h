// Reads and verifies Program bytes; only Program::Load uses it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "program/program.h"

namespace keraunos {

class Loader {
 public:
  Loader(const char* bytes, uint64_t size) : bytes_(bytes), size_(size) {}

  std::unique_ptr<Program> Load();

 private:
  void ReadHeader();
  void ReadSections();
  void CheckBuffers() const;
  void ResolveOperands();
  void ResolveInstructions();
  void CheckInstruction(uint32_t index, int64_t units);
  void ResolveGroups();
  void ResolvePhases();

  const char* bytes_;
  const uint64_t size_;
  HeaderRecord header_;
  std::vector<InstructionRecord> instructions_;
  std::vector<uint32_t> operands_;
  std::vector<GroupRecord> groups_;
  std::vector<PhaseRecord> phases_;
  std::unique_ptr<Program> program_;
};

void RunPhaseItem(const Job& job, uint32_t item, void* scratch);

}  // namespace keraunos

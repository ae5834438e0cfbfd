// From a ProgramImage to a Program of this machine: kernels looked up, operands resolved to addresses.
#pragma once
#include <cstdint>
#include <memory>
#include <utility>

#include "program/image.h"
#include "program/program.h"

namespace keraunos {

class Loader {
 public:
  explicit Loader(ProgramImage image, Isa isa);

  std::unique_ptr<Program> Load();

 private:
  void ResolveOperands();
  void ResolveInstructions();
  void ResolveGroups();
  void ResolvePhases();

  ProgramImage image_;
  std::unique_ptr<Program> program_;
};

void RunPhaseItem(const Job& job, uint32_t item, void* scratch);

}  // namespace keraunos

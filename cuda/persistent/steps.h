// Persistent steps: small Programs whose instructions blocks can run by themselves, in one launch for many steps.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "cuda/base/facts.h"
#include "cuda/base/memory.h"
#include "device/launch.h"
#include "program/image.h"

namespace keraunos::cuda {

class PersistentSteps {
 public:
  // Null for a Program with an instruction that blocks cannot run, or with too much work for it to pay.
  static std::unique_ptr<PersistentSteps> Make(const ProgramImage& image, int device, const Facts& facts);

  // Addresses of all operands, as of the next run.
  void SetOperands(Queue& queue, const std::vector<void*>& operands);
  void Run(Queue& queue, int64_t steps);

 private:
  PersistentSteps() = default;

  unsigned blocks_ = 0;
  uint32_t phases_ = 0;
  Block instructions_, groups_, phase_records_, params_, operands_, state_;
};

}  // namespace keraunos::cuda

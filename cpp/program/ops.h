// The rows of ops.inc at run time, and the kernel tables of every ISA that was compiled in.
#pragma once
#include <cstdint>

#include "base/isa.h"
#include "kernels/check.h"
#include "kernels/kernel.h"

namespace keraunos {

struct OpRow {
  const char* name;
  uint32_t params_bytes;
  uint32_t inputs;
  uint32_t outputs;
  void (*check)(Check&);
};

const OpRow& GetOp(uint32_t op);

// Null when this ISA's table has no kernel of `op` for `dtype`.
Kernel FindKernel(Isa isa, uint32_t op, uint32_t dtype);

}  // namespace keraunos

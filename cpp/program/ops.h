// The rows of ops.inc at run time.
#pragma once
#include <cstdint>

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

}  // namespace keraunos

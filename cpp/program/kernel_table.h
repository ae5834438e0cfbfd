// The kernel tables of every ISA that was compiled in.
#pragma once
#include <cstdint>

#include "base/isa.h"
#include "kernels/kernel.h"

namespace keraunos {

// Null when this ISA's table has no kernel of `op` for `dtype`.
Kernel FindKernel(Isa isa, uint32_t op, uint32_t dtype);

}  // namespace keraunos

// The kernels of the device, by op and dtype.
#pragma once
#include "cuda/kernels/kernel.h"

namespace keraunos::cuda {

// Null where there is none.
const KernelEntry* FindKernel(uint32_t op, uint32_t dtype);

}  // namespace keraunos::cuda

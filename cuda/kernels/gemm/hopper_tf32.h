// Large float32 products as TF32 by warpgroups, for devices of capability 9.0.
#pragma once
#include "cuda/kernels/kernel.h"
#include "kernels/params.h"

namespace keraunos::cuda {

// Whether the device is such, and the product so large that rounding its factors into the workspace first pays.
bool SuitsHopperTf32(const Call& call, const Gemm& g);
int64_t HopperTf32Workspace(const Gemm& g);

// bias and rate may be null.
void HopperTf32(const Call& call, const Gemm& g, const float* a, const float* b, const float* bias, const float* rate,
                float* c);

}  // namespace keraunos::cuda

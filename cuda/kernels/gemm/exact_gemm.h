// Exact float32 products of the gemm family by large tiles.
#pragma once
#include "cuda/kernels/kernel.h"
#include "kernels/params.h"

namespace keraunos::cuda {

// Says whether it did the work: products that fill few large tiles, or whose rows do not begin at multiples of 16
// bytes, are left to simple.cuh, which gives the same bits.
bool ExactGemm(const Call& call, const Gemm& g, const float* a, const float* b, const float* bias, const float* rate,
               float* c);

}  // namespace keraunos::cuda

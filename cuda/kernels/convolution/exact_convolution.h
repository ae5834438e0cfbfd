// Exact float32 convolutions by large tiles. Each says whether it did the work: what fills few of them is left to
// gemm/simple.cuh, which gives the same bits.
#pragma once
#include "cuda/kernels/kernel.h"
#include "kernels/params.h"

namespace keraunos::cuda {

bool ExactForward(const Call& call, const Convolution& p, const float* x, const float* w, const float* bias, float* y);
bool ExactInputGradient(const Call& call, const Convolution& p, const float* dy, const float* w, float* dx);
bool ExactKernelGradient(const Call& call, const Convolution& p, const float* x, const float* dy, float* dw);

}  // namespace keraunos::cuda

// Products of the gemm family on tensor cores.
#pragma once
#include "cuda/kernels/kernel.h"
#include "kernels/params.h"

namespace keraunos::cuda {

// Whether 32-bit indices suffice.
bool FitsTensorGemm(const Gemm& g);

template <class T>
int64_t TensorGemmWorkspace(const Gemm& g);

// T: float (as TF32), BFloat16, Float16. bias and rate may be null.
template <class T>
void TensorGemm(const Call& call, const Gemm& g, const T* a, const T* b, const T* bias, const T* rate, T* c);

}  // namespace keraunos::cuda

// TensorGemm for one element type. One translation unit per type.
#pragma once
#include "cuda/kernels/gemm/gemm_sources.cuh"
#include "cuda/kernels/gemm/tensor.cuh"
#include "cuda/kernels/gemm/tensor_gemm.h"

namespace keraunos::cuda {

template <class T>
int64_t TensorGemmWorkspace(const Gemm& g) {
  return TensorWorkspace<T>(g.m, g.n, g.k, g.batch);
}

template <class T>
void TensorGemm(const Call& call, const Gemm& g, const T* a, const T* b, const T* bias, const T* rate, T* c) {
  const MatrixOutput<T> output(c, g.ldc, g.batch > 1 ? g.stride_c : 0, {bias, rate, g.activation});
  WithSources(g, a, b, [&](const auto& left, const auto& right, bool wide) {
    LaunchTensor(call, "gemm", left, right, output, g.m, g.n, g.k, g.batch, wide);
  });
}

#define KERAUNOS_TENSOR_GEMM(T)                           \
  template int64_t TensorGemmWorkspace<T>(const Gemm& g); \
  template void TensorGemm<T>(const Call&, const Gemm&, const T*, const T*, const T*, const T*, T*);

}  // namespace keraunos::cuda

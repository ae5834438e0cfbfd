// TensorGemm for one element type: the four ways in which factors may lie. One translation unit per type.
#pragma once
#include "cuda/kernels/gemm/source.cuh"
#include "cuda/kernels/gemm/tensor.cuh"
#include "cuda/kernels/gemm/tensor_gemm.h"

namespace keraunos::cuda {

template <class T>
int64_t TensorGemmWorkspace(const Gemm& g) {
  return TensorWorkspace<T>(g.m, g.n, g.k, g.batch);
}

template <class T>
void TensorGemm(const Call& call, const Gemm& g, const T* a, const T* b, const T* bias, const T* rate, T* c) {
  const auto aligned = [](const T* data, int64_t leading, int64_t stride) {
    return (leading | stride) * static_cast<int64_t>(sizeof(T)) % kChunkBytes == 0 &&
           reinterpret_cast<uintptr_t>(data) % kChunkBytes == 0;
  };
  const bool wide = aligned(a, g.lda, g.batch > 1 ? g.stride_a : 0) && aligned(b, g.ldb, g.batch > 1 ? g.stride_b : 0);
  const MatrixOutput<T> output(c, g.ldc, g.batch > 1 ? g.stride_c : 0, {bias, rate, g.activation});
  const auto run = [&](const auto& left, const auto& right) {
    LaunchTensor(call, "gemm", left, right, output, g.m, g.n, g.k, g.batch, wide);
  };
  const auto with_left = [&](const auto& left) {
    if (g.trans_b) {
      run(left, MatrixSource<T, true>{b, g.ldb, g.stride_b});
    } else {
      run(left, MatrixSource<T, false>{b, g.ldb, g.stride_b});
    }
  };
  if (g.trans_a) {
    with_left(MatrixSource<T, false>{a, g.lda, g.stride_a});
  } else {
    with_left(MatrixSource<T, true>{a, g.lda, g.stride_a});
  }
}

#define KERAUNOS_TENSOR_GEMM(T)                           \
  template int64_t TensorGemmWorkspace<T>(const Gemm& g); \
  template void TensorGemm<T>(const Call&, const Gemm&, const T*, const T*, const T*, const T*, T*);

}  // namespace keraunos::cuda

// Params of the gemm family as a Problem of simple.cuh.
#pragma once
#include "cuda/kernels/gemm/epilogue.cuh"
#include "kernels/params.h"

namespace keraunos::cuda {
namespace {

template <class T>
struct GemmProblem {
  using Element = T;
  const T* a;
  const T* b;
  T* c;
  int64_t m, n, depth;
  bool a_along_k, b_along_k;
  int64_t lda, ldb, ldc, stride_a, stride_b, stride_c;
  Epilogue<T> epilogue;

  GemmProblem(const Gemm& g, const T* a, const T* b, T* c, const T* bias, const T* rate)
      : a(a),
        b(b),
        c(c),
        m(g.m),
        n(g.n),
        depth(g.k),
        a_along_k(!g.trans_a),
        b_along_k(g.trans_b != 0),
        lda(g.lda),
        ldb(g.ldb),
        ldc(g.ldc),
        stride_a(g.stride_a),
        stride_b(g.stride_b),
        stride_c(g.stride_c),
        epilogue{bias, rate, g.activation} {}

  __device__ void Open(int64_t matrix) {
    a += matrix * stride_a;
    b += matrix * stride_b;
    c += matrix * stride_c;
  }
  __device__ __forceinline__ Compute<T> A(int64_t i, int64_t k) const {
    return Load(a + (a_along_k ? i * lda + k : k * lda + i));
  }
  __device__ __forceinline__ Compute<T> B(int64_t k, int64_t j) const {
    return Load(b + (b_along_k ? j * ldb + k : k * ldb + j));
  }
  __device__ __forceinline__ void Store(int64_t i, int64_t j, Compute<T> sum) const {
    T* at = c + i * ldc + j;
    *at = epilogue(sum, j, at);
  }
};

}  // namespace
}  // namespace keraunos::cuda

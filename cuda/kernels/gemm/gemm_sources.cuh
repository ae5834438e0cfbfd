// Factors of the gemm family as sources: the four ways in which they may lie.
#pragma once
#include "cuda/kernels/gemm/operand_tile.h"
#include "cuda/kernels/gemm/source.cuh"
#include "kernels/params.h"

namespace keraunos::cuda {
namespace {

// Calls visit(source of A, source of B, wide); wide: rows of both begin at multiples of 16 bytes.
template <class T, class Visit>
void WithSources(const Gemm& g, const T* a, const T* b, const Visit& visit) {
  const auto aligned = [](const T* data, int64_t leading, int64_t stride) {
    return (leading | stride) * static_cast<int64_t>(sizeof(T)) % kChunkBytes == 0 &&
           reinterpret_cast<uintptr_t>(data) % kChunkBytes == 0;
  };
  const bool wide = aligned(a, g.lda, g.batch > 1 ? g.stride_a : 0) && aligned(b, g.ldb, g.batch > 1 ? g.stride_b : 0);
  const auto with_left = [&](const auto& left) {
    if (g.trans_b) {
      visit(left, MatrixSource<T, true>{b, g.ldb, g.stride_b}, wide);
    } else {
      visit(left, MatrixSource<T, false>{b, g.ldb, g.stride_b}, wide);
    }
  };
  if (g.trans_a) {
    with_left(MatrixSource<T, false>{a, g.lda, g.stride_a});
  } else {
    with_left(MatrixSource<T, true>{a, g.lda, g.stride_a});
  }
}

}  // namespace
}  // namespace keraunos::cuda

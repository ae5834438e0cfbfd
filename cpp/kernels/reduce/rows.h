// Reductions along a contiguous row. Floats: sixteen lanes (lane i takes elements i, i + 16, ...) in four chains,
// folded by the tree of simd/lanes.h after every block; blocks add up in double. So a sum of n float32 numbers errs by
// at most about 70 ulp of its absolute sum however long it is, and has the same bits on every ISA. Integers: the
// compiler's own vectors.
#pragma once
#include "kernels/reduce/combine.h"
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

// 4 chains of 16 lanes, 64 deep: two 4 KB pages of float32.
constexpr int64_t kChains = 4;
constexpr int64_t kBlock = kChains * 16 * 64;

template <class Op, class T>
KERAUNOS_INLINE T ReduceBlock(const T* in, int64_t n) {
  const Op op;
  Lanes<T> chain[kChains];
  KERAUNOS_UNROLL for (int c = 0; c < kChains; ++c) chain[c] = splat_lanes(Op::template Identity<T>());
  int64_t i = 0;
  for (; i + kChains * 16 <= n; i += kChains * 16) {
    KERAUNOS_UNROLL for (int c = 0; c < kChains; ++c) {
      const Lanes<T> next = load_lanes(in + i + c * 16);
      KERAUNOS_UNROLL for (int p = 0; p < Lanes<T>::kParts; ++p) chain[c].part[p] = op(chain[c].part[p], next.part[p]);
    }
  }
  // What is left goes through the first chain, so that short rows fold little.
  for (; i < n; i += 16) {
    const Lanes<T> next = n - i >= 16 ? load_lanes(in + i) : load_lanes_n(in + i, n - i, Op::template Identity<T>());
    KERAUNOS_UNROLL for (int p = 0; p < Lanes<T>::kParts; ++p) chain[0].part[p] = op(chain[0].part[p], next.part[p]);
  }
  if (n >= kChains * 16) {
    KERAUNOS_UNROLL for (int p = 0; p < Lanes<T>::kParts; ++p) {
      chain[0].part[p] = op(op(chain[0].part[p], chain[1].part[p]), op(chain[2].part[p], chain[3].part[p]));
    }
  }
  return fold(chain[0], op);
}

template <class Op, class T>
KERAUNOS_INLINE T ReduceRow(const T* in, int64_t n) {
  const Op op;
  if constexpr (kIsFloat<T>) {
    if (n <= kBlock) return ReduceBlock<Op>(in, n);
    double total = ReduceBlock<Op>(in, kBlock);
    for (int64_t i = kBlock; i < n; i += kBlock) {
      total = op(total, static_cast<double>(ReduceBlock<Op>(in + i, n - i < kBlock ? n - i : kBlock)));
    }
    return static_cast<T>(total);
  } else {
    T result = Op::template Identity<T>();
    for (int64_t i = 0; i < n; ++i) result = op(result, in[i]);
    return result;
  }
}

}  // namespace
}  // namespace keraunos

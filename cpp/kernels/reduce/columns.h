// Reductions down the columns of (count, inner), vectorised along inner. Four rows are folded into the running row at a
// time, so that it is loaded and stored once for four rows read. Every 256 rows the running row is folded into the
// result: a sum of float32 numbers then errs by at most (256 + count / 256) roundings instead of count.
#pragma once
#include "kernels/reduce/combine.h"
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

constexpr int64_t kRowsPerBlock = 256;
// Columns done at a time: running row and result stay in the L1 cache.
constexpr int64_t kColumnTile = 1024;

// out[j] = op(...op(op(out[j], rows[0][j]), rows[1][j])...). Floats in explicit vectors: the compiler gives up on the
// NaN rule of max and min.
template <class Op, int kRows, class T>
KERAUNOS_INLINE void FoldInto(T* out, const T* rows, int64_t stride, int64_t n) {
  const Op op;
  if constexpr (kIsFloat<T>) {
    int64_t j = 0;
    for (; j + kVecLanes<T> <= n; j += kVecLanes<T>) {
      Vec<T> v = load(out + j);
      KERAUNOS_UNROLL for (int r = 0; r < kRows; ++r) v = op(v, load(rows + r * stride + j));
      store(out + j, v);
    }
    if (j == n) return;
    Vec<T> v = load_n(out + j, n - j);
    KERAUNOS_UNROLL for (int r = 0; r < kRows; ++r) v = op(v, load_n(rows + r * stride + j, n - j));
    store_n(out + j, v, n - j);
  } else {
#pragma GCC ivdep
    for (int64_t j = 0; j < n; ++j) {
      T value = out[j];
      KERAUNOS_UNROLL for (int r = 0; r < kRows; ++r) value = op(value, rows[r * stride + j]);
      out[j] = value;
    }
  }
}

// rows >= 1 of them into out[0, n).
template <class Op, class T>
KERAUNOS_INLINE void FoldRows(const T* in, int64_t stride, int64_t rows, int64_t n, T* out) {
  if constexpr (kIsFloat<T>) {
    // Narrow rows (channels, classes) stay in one register.
    if (n < kVecLanes<T>) {
      const Op op;
      Vec<T> v = load_n(in, n);
      for (int64_t r = 1; r < rows; ++r) v = op(v, load_n(in + r * stride, n));
      store_n(out, v, n);
      return;
    }
  }
  for (int64_t j = 0; j < n; ++j) out[j] = in[j];
  int64_t r = 1;
  for (; r + 4 <= rows; r += 4) FoldInto<Op, 4>(out, in + r * stride, stride, n);
  for (; r < rows; ++r) FoldInto<Op, 1>(out, in + r * stride, stride, n);
}

// Columns [begin, end) of one (count, inner) matrix. scratch: kColumnTile elements.
template <class Op, class T>
void ReduceColumns(const T* in, int64_t count, int64_t inner, int64_t begin, int64_t end, T* out, T* scratch) {
  for (int64_t j = begin; j < end; j += kColumnTile) {
    const int64_t n = end - j < kColumnTile ? end - j : kColumnTile;
    if (count == 0) {
      for (int64_t i = 0; i < n; ++i) out[j + i] = Op::template Identity<T>();
      continue;
    }
    FoldRows<Op>(in + j, inner, count < kRowsPerBlock ? count : kRowsPerBlock, n, out + j);
    for (int64_t r = kRowsPerBlock; r < count; r += kRowsPerBlock) {
      FoldRows<Op>(in + r * inner + j, inner, count - r < kRowsPerBlock ? count - r : kRowsPerBlock, n, scratch);
      FoldInto<Op, 1>(out + j, scratch, 0, n);
    }
  }
}

}  // namespace
}  // namespace keraunos

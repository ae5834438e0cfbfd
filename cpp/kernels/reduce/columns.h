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

// rows >= 1 of them into out[0, n).
template <class Op, class T>
KERAUNOS_INLINE void FoldRows(const T* in, int64_t stride, int64_t rows, int64_t n, T* out) {
  const Op op;
#pragma GCC ivdep
  for (int64_t j = 0; j < n; ++j) out[j] = in[j];
  int64_t r = 1;
  for (; r + 4 <= rows; r += 4) {
    const T *a = in + r * stride, *b = a + stride, *c = b + stride, *d = c + stride;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; ++j) out[j] = op(op(op(op(out[j], a[j]), b[j]), c[j]), d[j]);
  }
  for (; r < rows; ++r) {
    const T* a = in + r * stride;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; ++j) out[j] = op(out[j], a[j]);
  }
}

// Columns [begin, end) of one (count, inner) matrix. scratch: kColumnTile elements.
template <class Op, class T>
void ReduceColumns(const T* in, int64_t count, int64_t inner, int64_t begin, int64_t end, T* out, T* scratch) {
  const Op op;
  for (int64_t j = begin; j < end; j += kColumnTile) {
    const int64_t n = end - j < kColumnTile ? end - j : kColumnTile;
    if (count == 0) {
      for (int64_t i = 0; i < n; ++i) out[j + i] = Op::template Identity<T>();
      continue;
    }
    FoldRows<Op>(in + j, inner, count < kRowsPerBlock ? count : kRowsPerBlock, n, out + j);
    for (int64_t r = kRowsPerBlock; r < count; r += kRowsPerBlock) {
      FoldRows<Op>(in + r * inner + j, inner, count - r < kRowsPerBlock ? count - r : kRowsPerBlock, n, scratch);
      T* total = out + j;
#pragma GCC ivdep
      for (int64_t i = 0; i < n; ++i) total[i] = op(total[i], scratch[i]);
    }
  }
}

}  // namespace
}  // namespace keraunos

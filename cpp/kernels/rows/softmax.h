// softmax and log_softmax of rows. Sixteen lanes run over a row (simd/lanes.h): one pass for the maximum, one for the
// sum of exp(x - max), one for the result; a row of up to sixteen columns stays in registers. NaN or an infinite
// maximum makes the row NaN.
#pragma once
#include "kernels/simd/chunks.h"
#include "kernels/simd/math.h"

namespace keraunos {
namespace {

// exp of a number that is not positive; what is below the normal numbers is 0 (float).
KERAUNOS_INLINE VecF32 ExpShifted(VecF32 x) { return exp_non_positive(x); }
KERAUNOS_INLINE VecF64 ExpShifted(VecF64 x) { return exp(x); }

template <typename T>
KERAUNOS_INLINE T LowestInfinity() {
  return -static_cast<T>(__builtin_inff());
}

struct Max {
  template <typename V>
  KERAUNOS_INLINE V operator()(V a, V b) const {
    return a > b ? a : b;
  }
};

// May miss a NaN, which does no harm: exp(NaN - max) makes the sum NaN.
template <typename T>
KERAUNOS_INLINE T RowMax(const T* x, int64_t cols) {
  Lanes<T> highest = splat_lanes(LowestInfinity<T>());
  ForChunks(cols, [&](int64_t column, auto lanes) {
    highest = Map(Max{}, highest, LoadChunk(x + column, lanes, LowestInfinity<T>()));
  });
  return fold(highest, Max{});
}

// exp(x - max) of a chunk; lanes beyond the row give 0.
template <typename T, typename LaneCount>
KERAUNOS_INLINE Lanes<T> ExpChunk(const T* x, T max, LaneCount lanes) {
  return Map([max](auto v) { return ExpShifted(v - max); }, LoadChunk(x, lanes, LowestInfinity<T>()));
}

// sum of exp(x - max); `out`, when given, receives the terms.
template <typename T>
KERAUNOS_INLINE T RowExpSum(const T* x, T max, int64_t cols, T* out) {
  Lanes<T> sum = splat_lanes(T{0});
  ForChunks(cols, [&](int64_t column, auto lanes) {
    const Lanes<T> terms = ExpChunk(x + column, max, lanes);
    if (out) StoreChunk(out + column, terms, lanes);
    sum = Map(Add{}, sum, terms);
  });
  return fold(sum, Add{});
}

template <typename T>
KERAUNOS_INLINE void SoftmaxRow(const T* x, T* out, int64_t cols) {
  const T max = RowMax(x, cols);
  if (cols <= 16) {
    const SomeLanes lanes = {cols};
    const Lanes<T> terms = ExpChunk(x, max, lanes);
    const T sum = fold(terms, Add{});
    StoreChunk(out, Map([sum](auto v) { return v / sum; }, terms), lanes);
    return;
  }
  const T sum = RowExpSum(x, max, cols, out);
  ForChunks(cols, [&](int64_t column, auto lanes) {
    StoreChunk(out + column, Map([sum](auto v) { return v / sum; }, LoadChunk(out + column, lanes, T{0})), lanes);
  });
}

// body(row, max, log(sum of exp(x - max))) for rows [begin, end). Logarithms are taken of sixteen rows at a time: one
// by one they would be half the cost of a row of ten columns.
template <typename T, typename Body>
KERAUNOS_INLINE void ForLogSums(const T* x, int64_t cols, int64_t begin, int64_t end, Body body) {
  for (; begin < end; begin += 16) {
    const int64_t rows = end - begin < 16 ? end - begin : 16;
    T max[16];
    T log_sum[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    for (int64_t r = 0; r < rows; ++r) {
      const T* row = x + (begin + r) * cols;
      max[r] = RowMax(row, cols);
      log_sum[r] = RowExpSum<T>(row, max[r], cols, nullptr);
    }
    store_lanes(log_sum, Map([](auto v) { return log(v); }, load_lanes(log_sum)));
    for (int64_t r = 0; r < rows; ++r) body(begin + r, max[r], log_sum[r]);
  }
}

template <typename T>
KERAUNOS_INLINE void LogSoftmaxRow(const T* x, T max, T log_sum, T* out, int64_t cols) {
  ForChunks(cols, [&](int64_t column, auto lanes) {
    const Lanes<T> row = LoadChunk(x + column, lanes, T{0});
    StoreChunk(out + column, Map([=](auto v) { return (v - max) - log_sum; }, row), lanes);
  });
}

}  // namespace
}  // namespace keraunos

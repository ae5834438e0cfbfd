// softmax and log_softmax of rows. Sixteen lanes run over a row (simd/lanes.h): one pass for the maximum, one for the
// sum of exp(x - max), one for the result; a row of up to sixteen columns stays in registers. NaN or an infinite
// maximum makes the row NaN.
#pragma once
#include "kernels/simd/math.h"

namespace keraunos {
namespace {

// Sixteen columns, all of them or the first `count`: full chunks need no masks.
struct AllLanes {
  static constexpr int64_t count = 16;
};
struct SomeLanes {
  int64_t count;
};

template <typename T>
KERAUNOS_INLINE Lanes<T> LoadChunk(const T* p, AllLanes, T) {
  return load_lanes(p);
}
template <typename T>
KERAUNOS_INLINE Lanes<T> LoadChunk(const T* p, SomeLanes lanes, T fill) {
  return load_lanes_n(p, lanes.count, fill);
}
template <typename T>
KERAUNOS_INLINE void StoreChunk(T* p, const Lanes<T>& x, AllLanes) {
  store_lanes(p, x);
}
template <typename T>
KERAUNOS_INLINE void StoreChunk(T* p, const Lanes<T>& x, SomeLanes lanes) {
  store_lanes_n(p, x, lanes.count);
}

// body(column, lanes) for every chunk of a row.
template <typename Body>
KERAUNOS_INLINE void ForChunks(int64_t cols, Body body) {
  int64_t column = 0;
  for (; column + 16 <= cols; column += 16) body(column, AllLanes{});
  if (column < cols) body(column, SomeLanes{cols - column});
}

// f on every lane.
template <typename T, typename Function>
KERAUNOS_INLINE Lanes<T> Map(Function f, const Lanes<T>& x) {
  Lanes<T> out;
  KERAUNOS_UNROLL for (int i = 0; i < Lanes<T>::kParts; ++i) out.part[i] = f(x.part[i]);
  return out;
}
template <typename T, typename Function>
KERAUNOS_INLINE Lanes<T> Map(Function f, const Lanes<T>& x, const Lanes<T>& y) {
  Lanes<T> out;
  KERAUNOS_UNROLL for (int i = 0; i < Lanes<T>::kParts; ++i) out.part[i] = f(x.part[i], y.part[i]);
  return out;
}

// exp of a number that is not positive; what is below the normal numbers is 0 (float).
KERAUNOS_INLINE VecF32 ExpShifted(VecF32 x) { return exp_non_positive(x); }
KERAUNOS_INLINE VecF64 ExpShifted(VecF64 x) { return exp(x); }

template <typename T>
KERAUNOS_INLINE T LogScalar(T x) {
  return log(splat(x))[0];
}

template <typename T>
KERAUNOS_INLINE T LowestInfinity() {
  return -static_cast<T>(__builtin_inff());
}

template <typename T>
KERAUNOS_INLINE T RowMax(const T* x, int64_t cols) {
  Lanes<T> highest = splat_lanes(LowestInfinity<T>());
  ForChunks(cols, [&](int64_t column, auto lanes) {
    highest = Map(MaxNan{}, highest, LoadChunk(x + column, lanes, LowestInfinity<T>()));
  });
  return fold(highest, MaxNan{});
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

template <typename T>
KERAUNOS_INLINE void LogSoftmaxRow(const T* x, T* out, int64_t cols) {
  const T max = RowMax(x, cols);
  const T log_sum = LogScalar(RowExpSum<T>(x, max, cols, nullptr));
  ForChunks(cols, [&](int64_t column, auto lanes) {
    const Lanes<T> row = LoadChunk(x + column, lanes, T{0});
    StoreChunk(out + column, Map([=](auto v) { return (v - max) - log_sum; }, row), lanes);
  });
}

}  // namespace
}  // namespace keraunos

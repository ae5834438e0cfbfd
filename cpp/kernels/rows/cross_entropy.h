// softmax + cross-entropy of rows, with dense targets or with one label per row, and the gradients with respect to the
// logits.
#pragma once
#include "kernels/rows/softmax.h"

namespace keraunos {
namespace {

// -sum(t * log_softmax(x)).
template <typename T>
KERAUNOS_INLINE T CrossEntropyRow(const T* x, T max, T log_sum, const T* targets, int64_t cols) {
  Lanes<T> loss = splat_lanes(T{0});
  ForChunks(cols, [&](int64_t column, auto lanes) {
    const Lanes<T> row = LoadChunk(x + column, lanes, max);  // finite where the target is padding
    const Lanes<T> target = LoadChunk(targets + column, lanes, T{0});
    loss = Map(Add{}, loss, Map([=](auto v, auto t) { return t * (log_sum - (v - max)); }, row, target));
  });
  return fold(loss, Add{});
}

template <typename T>
KERAUNOS_INLINE T SparseCrossEntropyRow(const T* x, T max, T log_sum, int64_t label, int64_t cols) {
  if (label < 0 || label >= cols) return static_cast<T>(__builtin_nanf(""));
  return log_sum - (x[label] - max);
}

// Targets of a chunk: read from a row, or one where the column is the label.
template <typename T>
struct DenseTargets {
  const T* row;
  template <typename LaneCount>
  KERAUNOS_INLINE Lanes<T> Chunk(int64_t column, LaneCount lanes) const {
    return LoadChunk(row + column, lanes, T{0});
  }
  KERAUNOS_INLINE T Sum(int64_t cols) const {
    Lanes<T> sum = splat_lanes(T{0});
    ForChunks(cols, [&](int64_t column, auto lanes) { sum = Map(Add{}, sum, Chunk(column, lanes)); });
    return fold(sum, Add{});
  }
};

alignas(64) constexpr int32_t kIota32[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
alignas(64) constexpr int64_t kIota64[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
template <typename T>
KERAUNOS_INLINE typename Simd<T>::Bits LaneNumbers(int part) {
  typename Simd<T>::Bits numbers;
  if constexpr (sizeof(T) == 4) {
    __builtin_memcpy(&numbers, kIota32 + part * kVecLanes<T>, sizeof numbers);
  } else {
    __builtin_memcpy(&numbers, kIota64 + part * kVecLanes<T>, sizeof numbers);
  }
  return numbers;
}

template <typename T>
struct LabelTarget {
  int64_t label;
  template <typename LaneCount>
  KERAUNOS_INLINE Lanes<T> Chunk(int64_t column, LaneCount) const {
    const auto lane = static_cast<typename Simd<T>::Int>(label - column);
    Lanes<T> target;
    KERAUNOS_UNROLL for (int i = 0; i < Lanes<T>::kParts; ++i) {
      target.part[i] = select(LaneNumbers<T>(i) == lane, splat(T{1}), splat(T{0}));
    }
    return target;
  }
  KERAUNOS_INLINE T Sum(int64_t) const { return T{1}; }
};

// (softmax(x) * sum(t) - t) * dloss.
template <typename T, typename Targets>
KERAUNOS_INLINE void CrossEntropyGradRow(const T* x, const Targets& targets, T dloss, T* out, int64_t cols) {
  const T max = RowMax(x, cols);
  const T total = targets.Sum(cols);
  const auto finish = [&](int64_t column, const Lanes<T>& terms, T sum, auto lanes) {
    const auto gradient = [=](auto e, auto t) { return (e / sum * total - t) * dloss; };
    StoreChunk(out + column, Map(gradient, terms, targets.Chunk(column, lanes)), lanes);
  };
  if (cols <= 16) {
    const SomeLanes lanes = {cols};
    const Lanes<T> terms = ExpChunk(x, max, lanes);
    finish(0, terms, fold(terms, Add{}), lanes);
    return;
  }
  const T sum = RowExpSum(x, max, cols, out);
  ForChunks(cols,
            [&](int64_t column, auto lanes) { finish(column, LoadChunk(out + column, lanes, T{0}), sum, lanes); });
}

template <typename T>
KERAUNOS_INLINE void SparseCrossEntropyGradRow(const T* x, int64_t label, T dloss, T* out, int64_t cols) {
  if (label < 0 || label >= cols) {
    for (int64_t j = 0; j < cols; ++j) out[j] = static_cast<T>(__builtin_nanf(""));
    return;
  }
  CrossEntropyGradRow(x, LabelTarget<T>{label}, dloss, out, cols);
}

}  // namespace
}  // namespace keraunos

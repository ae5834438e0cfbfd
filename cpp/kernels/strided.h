// Loops over tensors whose operands have strides: neighbouring dimensions that are one run in every operand are merged,
// so that what is contiguous becomes a single row; then every row, one step of the last dimension each, is visited in
// order.
#pragma once
#include "kernels/params.h"
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

// K operands; strides and offsets count elements. rank >= 1.
template <int K>
struct StridedLoop {
  int rank;
  int64_t dims[kMaxRank];
  int64_t strides[K][kMaxRank];
  int64_t offsets[K];

  int64_t row_length() const { return dims[rank - 1]; }
  int64_t row_stride(int k) const { return strides[k][rank - 1]; }
};

// dims[0] is cut to [begin, end) first.
template <int K>
KERAUNOS_INLINE StridedLoop<K> merge_dims(int64_t rank, const int64_t* dims, const int64_t* const (&strides)[K],
                                          int64_t begin, int64_t end) {
  StridedLoop<K> loop;
  if (rank == 0) {
    loop.rank = 1;
    loop.dims[0] = end - begin;
    for (int k = 0; k < K; ++k) loop.strides[k][0] = loop.offsets[k] = 0;
    return loop;
  }
  int merged = -1;
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t dim = i == 0 ? end - begin : dims[i];
    bool joins = merged >= 0;
    for (int k = 0; k < K; ++k) joins = joins && loop.strides[k][merged] == strides[k][i] * dim;
    // A dimension of one says nothing about its stride.
    if (merged >= 0 && (dim == 1 || loop.dims[merged] == 1 || joins)) {
      if (dim == 1) continue;
      loop.dims[merged] *= dim;
    } else {
      loop.dims[++merged] = dim;
    }
    for (int k = 0; k < K; ++k) loop.strides[k][merged] = strides[k][i];
  }
  loop.rank = merged + 1;
  for (int k = 0; k < K; ++k) loop.offsets[k] = begin * strides[k][0];
  return loop;
}

// row(offsets): offsets[k] of the row's first element.
template <int K, class Row>
KERAUNOS_INLINE void for_each_row(const StridedLoop<K>& loop, Row row) {
  int64_t offsets[K], index[kMaxRank] = {};
  for (int k = 0; k < K; ++k) offsets[k] = loop.offsets[k];
  for (int i = 0; i < loop.rank; ++i) {
    if (loop.dims[i] <= 0) return;
  }
  while (true) {
    row(offsets);
    int d = loop.rank - 2;
    for (; d >= 0; --d) {
      for (int k = 0; k < K; ++k) offsets[k] += loop.strides[k][d];
      if (++index[d] < loop.dims[d]) break;
      for (int k = 0; k < K; ++k) offsets[k] -= loop.strides[k][d] * loop.dims[d];
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

// Strides of a contiguous tensor.
KERAUNOS_INLINE void contiguous_strides(int64_t rank, const int64_t* dims, int64_t* strides) {
  int64_t stride = 1;
  for (int64_t i = rank - 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= dims[i];
  }
}

// Elements are copied by size, whatever their type.
template <class Word>
KERAUNOS_INLINE void copy_row(const Word* in, int64_t in_stride, Word* out, int64_t out_stride, int64_t n) {
  if (in_stride == 1 && out_stride == 1) {
    // The library's memcpy costs about 10 ns, which is a lot for the short rows of slices and padding.
    if (n * static_cast<int64_t>(sizeof(Word)) > 256) {
      __builtin_memmove(out, in, static_cast<size_t>(n) * sizeof(Word));
    } else {
#pragma GCC ivdep
      for (int64_t i = 0; i < n; ++i) out[i] = in[i];
    }
  } else if (in_stride == 0 && out_stride == 1) {
    const Word value = *in;
    for (int64_t i = 0; i < n; ++i) out[i] = value;
  } else {
    for (int64_t i = 0; i < n; ++i) out[i * out_stride] = in[i * in_stride];
  }
}

}  // namespace
}  // namespace keraunos

// Loops over tensors whose operands have strides: neighbouring dimensions that are one run in every operand are merged
// on the host, kernels take an element's number apart into indices and those into offsets.
#pragma once
#include <cstdint>

#include "cuda/kernels/divide.h"
#include "kernels/params.h"

namespace keraunos::cuda {

// K operands; strides count elements. rank >= 1.
template <int K>
struct StridedLoop {
  int rank = 1;
  int64_t dims[kMaxRank] = {};
  int64_t strides[K][kMaxRank] = {};

  int64_t elements() const {
    int64_t product = 1;
    for (int d = 0; d < rank; ++d) product *= dims[d];
    return product;
  }
};

template <int K>
StridedLoop<K> MergeDims(int64_t rank, const int64_t* dims, const int64_t* const (&strides)[K]) {
  StridedLoop<K> loop;
  loop.dims[0] = 1;
  int merged = -1;
  for (int64_t i = 0; i < rank; ++i) {
    if (dims[i] == 1) continue;  // says nothing about its stride
    bool joins = merged >= 0;
    for (int k = 0; k < K; ++k) joins = joins && loop.strides[k][merged] == strides[k][i] * dims[i];
    if (joins) {
      loop.dims[merged] *= dims[i];
    } else {
      loop.dims[++merged] = dims[i];
    }
    for (int k = 0; k < K; ++k) loop.strides[k][merged] = strides[k][i];
  }
  loop.rank = merged < 0 ? 1 : merged + 1;
  return loop;
}

inline void ContiguousStrides(int64_t rank, const int64_t* dims, int64_t* strides) {
  int64_t stride = 1;
  for (int64_t i = rank - 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= dims[i];
  }
}

// run(loop, offsets) for slices of at most `most` elements that together are the loop; offsets: of each operand.
template <int K, class Run>
void ForSlices(StridedLoop<K> loop, int64_t most, const Run& run, const int64_t (&offsets)[K]) {
  const int64_t elements = loop.elements();
  if (elements == 0) return;
  if (elements <= most) {
    run(loop, offsets);
  } else if (loop.dims[0] == 1) {
    for (int d = 1; d < loop.rank; ++d) {
      loop.dims[d - 1] = loop.dims[d];
      for (int k = 0; k < K; ++k) loop.strides[k][d - 1] = loop.strides[k][d];
    }
    --loop.rank;
    ForSlices(loop, most, run, offsets);
  } else {
    const int64_t dim = loop.dims[0];
    // Halves start at multiples of 16, so that what was aligned stays so.
    const int64_t half = dim >= 32 ? dim / 2 / 16 * 16 : dim / 2;
    int64_t second[K];
    for (int k = 0; k < K; ++k) second[k] = offsets[k] + half * loop.strides[k][0];
    loop.dims[0] = half;
    ForSlices(loop, most, run, offsets);
    loop.dims[0] = dim - half;
    ForSlices(loop, most, run, second);
  }
}
template <int K, class Run>
void ForSlices(const StridedLoop<K>& loop, const Run& run) {
  const int64_t zeros[K] = {};
  ForSlices(loop, kMostPerLaunch, run, zeros);
}

// The dimensions as kernels want them.
struct Digits {
  int rank;
  Divider dims[kMaxRank];

  template <int K>
  static Digits Of(const StridedLoop<K>& loop) {
    Digits digits;
    digits.rank = loop.rank;
    for (int d = 0; d < loop.rank; ++d) digits.dims[d] = Divider(loop.dims[d]);
    return digits;
  }

  // The indices of an element, last dimension first.
  __device__ __forceinline__ void Split(uint32_t element, uint32_t (&indices)[kMaxRank]) const {
#pragma unroll
    for (int d = kMaxRank - 1; d >= 1; --d) {
      if (d >= rank) {
        indices[d] = 0;
        continue;
      }
      const uint32_t rest = dims[d].Quotient(element);
      indices[d] = element - rest * dims[d].divisor;
      element = rest;
    }
    indices[0] = element;
  }
};

struct Strides {
  int64_t of[kMaxRank];

  __device__ __forceinline__ int64_t Offset(const uint32_t (&indices)[kMaxRank], int rank) const {
    int64_t offset = static_cast<int64_t>(indices[0]) * of[0];
#pragma unroll
    for (int d = 1; d < kMaxRank; ++d) {
      if (d < rank) offset += static_cast<int64_t>(indices[d]) * of[d];
    }
    return offset;
  }
};

}  // namespace keraunos::cuda

// Transposes in registers, blocks of native width: log2(lanes) rounds of two-source shuffles. A float block of 16 x 16
// takes 64 shuffles for 256 elements (AVX-512), several times faster than moving elements one by one.
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

// Round with distance s: the pair (row i, row i + s) swaps a's lanes with bit s set for b's lanes with it clear.
template <int kLanes, int s>
constexpr int low_source(int lane) {
  return (lane & s) == 0 ? lane : lane - s + kLanes;
}
template <int kLanes, int s>
constexpr int high_source(int lane) {
  return (lane & s) == 0 ? lane + s : lane + kLanes;
}

template <int s, typename V>
KERAUNOS_INLINE void swap_lanes(V& a, V& b) {
  constexpr int kLanes = sizeof(V) / sizeof(a[0]);
  const V x = a;
  const V y = b;
  if constexpr (kLanes == 2) {
    a = shuffle<0, 2>(x, y);
    b = shuffle<1, 3>(x, y);
  } else {
#define KERAUNOS_AT4(f, first) \
  f<kLanes, s>(first), f<kLanes, s>(first + 1), f<kLanes, s>(first + 2), f<kLanes, s>(first + 3)
#define KERAUNOS_AT8(f, first) KERAUNOS_AT4(f, first), KERAUNOS_AT4(f, first + 4)
    if constexpr (kLanes == 4) {
      a = shuffle<KERAUNOS_AT4(low_source, 0)>(x, y);
      b = shuffle<KERAUNOS_AT4(high_source, 0)>(x, y);
    } else if constexpr (kLanes == 8) {
      a = shuffle<KERAUNOS_AT8(low_source, 0)>(x, y);
      b = shuffle<KERAUNOS_AT8(high_source, 0)>(x, y);
    } else {
      a = shuffle<KERAUNOS_AT8(low_source, 0), KERAUNOS_AT8(low_source, 8)>(x, y);
      b = shuffle<KERAUNOS_AT8(high_source, 0), KERAUNOS_AT8(high_source, 8)>(x, y);
    }
#undef KERAUNOS_AT8
#undef KERAUNOS_AT4
  }
}

template <int s, typename V>
KERAUNOS_INLINE void transpose_rounds(V* rows) {
  constexpr int kLanes = sizeof(V) / sizeof(rows[0][0]);
  if constexpr (s > 0) {
    KERAUNOS_UNROLL for (int i = 0; i < kLanes; ++i) {
      if ((i & s) == 0) swap_lanes<s>(rows[i], rows[i + s]);
    }
    transpose_rounds<s / 2>(rows);
  }
}

// out[c][r] = in[r][c] for `rows` x `cols` elements, at most one native block (lanes x lanes).
template <typename T>
inline void transpose_block(const T* in, int64_t in_stride, T* out, int64_t out_stride, int64_t rows, int64_t cols) {
  constexpr int kLanes = kVecLanes<T>;
  Vec<T> block[kLanes];
  if (rows == kLanes && cols == kLanes) {
    KERAUNOS_UNROLL for (int i = 0; i < kLanes; ++i) block[i] = load(in + i * in_stride);
    transpose_rounds<kLanes / 2>(block);
    KERAUNOS_UNROLL for (int i = 0; i < kLanes; ++i) store(out + i * out_stride, block[i]);
    return;
  }
  KERAUNOS_UNROLL for (int i = 0; i < kLanes; ++i) block[i] = i < rows ? load_n(in + i * in_stride, cols) : Vec<T>{};
  transpose_rounds<kLanes / 2>(block);
  KERAUNOS_UNROLL for (int i = 0; i < kLanes; ++i) {
    if (i < cols) store_n(out + i * out_stride, block[i], rows);
  }
}

// out[c][r] = in[r][c], any size.
template <typename T>
inline void transpose(const T* in, int64_t in_stride, T* out, int64_t out_stride, int64_t rows, int64_t cols) {
  constexpr int64_t kLanes = kVecLanes<T>;
  for (int64_t r = 0; r < rows; r += kLanes) {
    const int64_t block_rows = rows - r < kLanes ? rows - r : kLanes;
    for (int64_t c = 0; c < cols; c += kLanes) {
      const int64_t block_cols = cols - c < kLanes ? cols - c : kLanes;
      transpose_block(in + r * in_stride + c, in_stride, out + c * out_stride + r, out_stride, block_rows, block_cols);
    }
  }
}

}  // namespace
}  // namespace keraunos

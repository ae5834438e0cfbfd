// out[r * out_stride + c] = in[c * in_stride + r]: a plane that is contiguous along r in the source and along c in the
// target. Words of 4 bytes go through 4x4 transposes in registers, in tiles of 16x16 so that every touched cache line
// is used whole (784x100: 8 us; with the native-width blocks of simd/transpose.h, whose shuffles cross 128-bit lanes,
// 12 us). The other sizes and the edges go one by one within such tiles.
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

constexpr int64_t kTransposeTile = 16;

typedef uint32_t U32x4 __attribute__((vector_size(16)));

KERAUNOS_INLINE U32x4 load_4(const uint32_t* p) {
  U32x4 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

KERAUNOS_INLINE void transpose_4x4(const uint32_t* in, int64_t in_stride, uint32_t* out, int64_t out_stride) {
  const U32x4 a = load_4(in), b = load_4(in + in_stride), c = load_4(in + 2 * in_stride),
              d = load_4(in + 3 * in_stride);
  const U32x4 ab_low = shuffle<0, 4, 1, 5>(a, b), ab_high = shuffle<2, 6, 3, 7>(a, b);
  const U32x4 cd_low = shuffle<0, 4, 1, 5>(c, d), cd_high = shuffle<2, 6, 3, 7>(c, d);
  const U32x4 columns[4] = {shuffle<0, 1, 4, 5>(ab_low, cd_low), shuffle<2, 3, 6, 7>(ab_low, cd_low),
                            shuffle<0, 1, 4, 5>(ab_high, cd_high), shuffle<2, 3, 6, 7>(ab_high, cd_high)};
  KERAUNOS_UNROLL for (int i = 0; i < 4; ++i) __builtin_memcpy(out + i * out_stride, &columns[i], sizeof columns[i]);
}

template <class Word>
KERAUNOS_INLINE void transpose_tile(const Word* in, int64_t in_stride, Word* out, int64_t out_stride, int64_t rows,
                                    int64_t cols) {
  int64_t whole_rows = 0, whole_cols = 0;
  if constexpr (sizeof(Word) == 4) {
    whole_rows = rows & ~int64_t{3};
    whole_cols = cols & ~int64_t{3};
    for (int64_t r = 0; r < whole_rows; r += 4) {
      for (int64_t c = 0; c < whole_cols; c += 4) {
        transpose_4x4(in + c * in_stride + r, in_stride, out + r * out_stride + c, out_stride);
      }
    }
  }
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = r < whole_rows ? whole_cols : 0; c < cols; ++c) out[r * out_stride + c] = in[c * in_stride + r];
  }
}

template <class Word>
void transpose_plane(const Word* in, int64_t in_stride, Word* out, int64_t out_stride, int64_t rows, int64_t cols) {
  for (int64_t r = 0; r < rows; r += kTransposeTile) {
    const int64_t tile_rows = rows - r < kTransposeTile ? rows - r : kTransposeTile;
    for (int64_t c = 0; c < cols; c += kTransposeTile) {
      const int64_t tile_cols = cols - c < kTransposeTile ? cols - c : kTransposeTile;
      transpose_tile(in + c * in_stride + r, in_stride, out + r * out_stride + c, out_stride, tile_rows, tile_cols);
    }
  }
}

}  // namespace
}  // namespace keraunos

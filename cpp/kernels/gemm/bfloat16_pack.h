// Operands of the bfloat16 product in pairs along k. Zeros stand where k or the columns end.
#pragma once
#include "kernels/gemm/bfloat16_tile.h"
#include "kernels/simd/transpose.h"

namespace keraunos {
namespace {

KERAUNOS_INLINE int64_t pairs_of(int64_t k) { return (k + 1) / 2; }

// Up to 48 columns of a row-major B into a panel.
inline void PackRows(const BFloat16* b, int64_t stride, int64_t k, int64_t columns, BFloat16* panel) {
  for (int64_t row = 0; row < k; row += 2, b += 2 * stride, panel += kPanelPair) {
    KERAUNOS_UNROLL for (int j = 0; j < 3; ++j) {
      const int64_t lanes = columns - 16 * j;
      const __m256i second = row + 1 < k ? load_halves(b + stride + 16 * j, lanes) : _mm256_setzero_si256();
      store_words(panel + 32 * j, interleave(load_halves(b + 16 * j, lanes), second));
    }
  }
}

// Up to 48 columns of a B that is stored (n, k): 16 columns of 32 elements are 16 x 16 pairs, transposed in registers.
inline void PackColumns(const BFloat16* b, int64_t stride, int64_t k, int64_t columns, BFloat16* panel) {
  for (int64_t j = 0; j < 3; ++j) {
    for (int64_t row = 0; row < k; row += 32) {
      const __mmask32 mask = k - row < 32 ? (1u << (k - row)) - 1 : 0xffffffffu;
      VecF32 block[16];
      KERAUNOS_UNROLL for (int64_t i = 0; i < 16; ++i) {
        const int64_t column = 16 * j + i;
        block[i] = column < columns ? (VecF32)_mm512_maskz_loadu_epi16(mask, b + column * stride + row) : VecF32{};
      }
      transpose_rounds<8>(block);
      const int64_t pairs = smaller(16, pairs_of(k - row));
      for (int64_t p = 0; p < pairs; ++p) store_words(panel + (row / 2 + p) * kPanelPair + 32 * j, (Words)block[p]);
    }
  }
}

// Rows of an A that is stored (k, m), 16 at a time: pair p of row i of a group at p * 32 + 2 * i, groups one after the
// other.
inline void PackGroups(const BFloat16* a, int64_t stride, int64_t rows, int64_t k, BFloat16* out) {
  for (int64_t i = 0; i < rows; i += 16) {
    for (int64_t depth = 0; depth < k; depth += 2) {
      const BFloat16* from = a + depth * stride + i;
      const __m256i second = depth + 1 < k ? load_halves(from + stride, rows - i) : _mm256_setzero_si256();
      store_words(out, interleave(load_halves(from, rows - i), second));
      out += 32;
    }
  }
}

}  // namespace
}  // namespace keraunos

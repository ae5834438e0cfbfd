// The micro-kernel for bfloat16: C (rows x NV vectors) = A * B with sums in float32. vdpbf16ps multiplies pairs of
// neighbours along k: a 32-bit word of A, broadcast, holds A(i, k) and A(i, k + 1), a lane of B the same of its column.
// Each element of C is one chain in ascending k, so no blocking, tile shape or thread can change a bit.
//
// B lies in panels of such lanes, or row-major, where one shuffle per 16 columns interleaves two rows: that costs
// nothing while it is hidden behind 8 rows of products, and saves a pass over B when there are few rows.
#pragma once
#include "kernels/simd/half.h"
#include "kernels/simd/math.h"

namespace keraunos {
namespace {

typedef __m512i Words;  // 16 pairs

inline constexpr int64_t kPanelColumns = 48;
inline constexpr int64_t kPanelPair = 2 * kPanelColumns;  // halves from pair to pair in a panel

// Panels may lie at any address of halves.
KERAUNOS_INLINE Words load_words(const BFloat16* p) { return _mm512_loadu_si512(p); }
KERAUNOS_INLINE void store_words(BFloat16* p, Words words) { _mm512_storeu_si512(p, words); }

KERAUNOS_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Lane i: a[i] in the low half, b[i] in the high half.
KERAUNOS_INLINE Words interleave(__m256i a, __m256i b) {
  const __m512i order = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37,
                                         5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
  return _mm512_permutex2var_epi16(_mm512_castsi256_si512(a), order, _mm512_castsi256_si512(b));
}

KERAUNOS_INLINE __m256i load_halves(const BFloat16* p, int64_t lanes) {
  return lanes >= 16 ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))
                     : _mm256_maskz_loadu_epi16(lane_mask16(lanes < 0 ? 0 : lanes), p);
}

KERAUNOS_INLINE VecF32 widen_halves(__m256i halves) {
  return (VecF32)_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16);
}

// As narrow<BFloat16>, sixteen at a time.
KERAUNOS_INLINE __m256i narrow_halves(VecF32 x) {
  const __m512i bits = (__m512i)x;
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
  const __m512i sign = _mm512_and_si512(bits, _mm512_set1_epi32(INT32_MIN));
  const __m512i quiet = _mm512_or_si512(sign, _mm512_set1_epi32(0x7fc00000));
  const __mmask16 nan = _mm512_cmp_ps_mask((__m512)x, (__m512)x, _CMP_UNORD_Q);
  return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_mask_mov_epi32(rounded, nan, quiet), 16));
}

struct HalfTile {
  const BFloat16* a;  // pair p of row i at a + i * a_row + p * a_pair
  int64_t a_row, a_pair;
  const BFloat16* panel;  // pair p of column j at panel + p * kPanelPair + 2 * j; null: B is row-major
  const BFloat16* b;      // element (k, j) at b[k * b_stride + j]
  int64_t b_stride;
  int64_t k;
  float* sums;  // partial sums of K blocks, in and out
  int64_t sums_stride;
  bool accumulate;       // start from `sums`
  bool finish;           // to C, else to `sums`
  const BFloat16* bias;  // or null
  bool relu;
  BFloat16* c;
  int64_t c_stride;
  int64_t last_lanes;  // valid lanes of the last vector
};

template <int MR, int NV>
KERAUNOS_INLINE void FinishHalves(const HalfTile& t, VecF32 (&sum)[MR][NV]) {
  KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
    const int64_t lanes = j == NV - 1 ? t.last_lanes : 16;
    const VecF32 bias = t.bias ? widen_halves(load_halves(t.bias + 16 * j, lanes)) : VecF32{};
    KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
      VecF32 y = t.bias ? sum[i][j] + bias : sum[i][j];
      y = t.relu ? max(VecF32{}, y) : y;
      _mm256_mask_storeu_epi16(t.c + i * t.c_stride + 16 * j, lane_mask16(lanes), narrow_halves(y));
    }
  }
}

template <int MR, int NV>
KERAUNOS_INLINE void MultiplyPair(const HalfTile& t, const Words (&b)[NV], const BFloat16* a0, const BFloat16* a4,
                                  VecF32 (&sum)[MR][NV]) {
  KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
    int32_t word;
    __builtin_memcpy(&word, i < 4 ? a0 + i * t.a_row : a4 + (i - 4) * t.a_row, sizeof word);
    const Words a = _mm512_set1_epi32(word);
    KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) sum[i][j] = _mm512_dpbf16_ps(sum[i][j], (__m512bh)a, (__m512bh)b[j]);
  }
}

template <int MR, int NV, bool kPanel>
void MultiplyHalves(const HalfTile& t) {
  VecF32 sum[MR][NV];
  KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
    KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
      sum[i][j] = t.accumulate ? load(t.sums + i * t.sums_stride + 16 * j) : VecF32{};
    }
  }
  const BFloat16* a0 = t.a;
  const BFloat16* a4 = t.a + 4 * t.a_row;
  const BFloat16* panel = t.panel;
  const BFloat16* row = t.b;
  const __mmask16 last = lane_mask16(t.last_lanes);
  const auto half_row = [last](const BFloat16* p, int j) {
    return j == NV - 1 ? _mm256_maskz_loadu_epi16(last, p + 16 * j)
                       : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 16 * j));
  };
  Words b[NV];
  for (int64_t left = t.k; left > 1; left -= 2) {
    KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
      b[j] = kPanel ? load_words(panel + 32 * j) : interleave(half_row(row, j), half_row(row + t.b_stride, j));
    }
    MultiplyPair<MR, NV>(t, b, a0, a4, sum);
    a0 += t.a_pair;
    a4 += t.a_pair;
    panel += kPanelPair;
    row += 2 * t.b_stride;
  }
  if (t.k % 2 != 0) {
    // The last of an odd k has no neighbour: only the low half of the words counts.
    KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
      b[j] = kPanel ? load_words(panel + 32 * j) : _mm512_cvtepu16_epi32(half_row(row, j));
    }
    KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
      uint16_t half;
      __builtin_memcpy(&half, i < 4 ? a0 + i * t.a_row : a4 + (i - 4) * t.a_row, sizeof half);
      const Words a = _mm512_set1_epi32(half);
      KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) sum[i][j] = _mm512_dpbf16_ps(sum[i][j], (__m512bh)a, (__m512bh)b[j]);
    }
  }
  if (t.finish) {
    FinishHalves<MR, NV>(t, sum);
    return;
  }
  KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
    KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) store(t.sums + i * t.sums_stride + 16 * j, sum[i][j]);
  }
}

using HalfTileKernel = void (*)(const HalfTile&);

// Indexed by [in panels][vectors - 1][rows - 1].
#define KERAUNOS_ROWS(nv, panel)                                                             \
  {MultiplyHalves<1, nv, panel>, MultiplyHalves<2, nv, panel>, MultiplyHalves<3, nv, panel>, \
   MultiplyHalves<4, nv, panel>, MultiplyHalves<5, nv, panel>, MultiplyHalves<6, nv, panel>, \
   MultiplyHalves<7, nv, panel>, MultiplyHalves<8, nv, panel>}
constexpr HalfTileKernel kHalfTileKernels[2][3][8] = {
    {KERAUNOS_ROWS(1, false), KERAUNOS_ROWS(2, false), KERAUNOS_ROWS(3, false)},
    {KERAUNOS_ROWS(1, true), KERAUNOS_ROWS(2, true), KERAUNOS_ROWS(3, true)}};
#undef KERAUNOS_ROWS

}  // namespace
}  // namespace keraunos

// The micro-kernel of gemm/tile.h over several runs: sum over r of A_r (rows x k_r) * B_r (k_r x vectors), all in
// registers. A run is what lies in one piece: the taps of one kernel row (forward), or the pixels of one line (gradient
// with respect to the kernel). Known as batch-reduce GEMM (Georganas et al., "Harnessing deep learning via a single
// building block", 2020).
#pragma once
#include "kernels/gemm/tile.h"

namespace keraunos {
namespace {

template <typename T>
struct Run {
  int64_t a;  // added to the tile's A
  int64_t b;  // added to the tile's B
  int64_t k;
};

inline constexpr int64_t kMostRuns = 64;

template <typename T, int MR, int NV, bool kStoredKM, bool kPartial>
void MultiplyRuns(const Tile<T>& t, const Run<T>* runs, int64_t count) {
  Vec<T> sum[MR][NV];
  if (t.accumulate) {
    KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
      KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
        sum[i][j] = LoadPart<T, MR, NV, kPartial>(t.c + i * t.c_stride, j, t.last_lanes);
      }
    }
  } else {
    KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) { KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) sum[i][j] = Vec<T>{}; }
  }
  const int64_t row_step = kStoredKM ? 1 : t.a_stride;
  const int64_t k_step = kStoredKM ? t.a_stride : 1;
  const int64_t last_lanes = t.last_lanes;
  for (const Run<T>* run = runs; run != runs + count; ++run) {
    const T* a0 = t.a + run->a;
    const T* a4 = a0 + 4 * row_step;
    const T* b = t.b + run->b;
    for (int64_t left = run->k; left > 0; --left) {
      Vec<T> vectors[NV];
      KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
        vectors[j] = LoadPart<T, MR, NV, kPartial>(b, j, last_lanes);
        pin(vectors[j]);
      }
      KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
        const Vec<T> a = splat(i < 4 ? a0[i * row_step] : a4[(i - 4) * row_step]);
        KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) sum[i][j] = fma(a, vectors[j], sum[i][j]);
      }
      a0 += k_step;
      a4 += k_step;
      b += t.b_stride;
    }
  }
  FinishTile<T, MR, NV, kPartial>(t, sum);
}

template <typename T>
using RunsKernel = void (*)(const Tile<T>&, const Run<T>*, int64_t);

// Indexed by [partial][vectors - 1][rows - 1].
template <typename T>
struct RunsKernels {
  RunsKernel<T> at[2][3][8];
};

template <typename T, int MR, int NV, bool kStoredKM, bool kPartial>
constexpr RunsKernel<T> ChooseRuns() {
  if constexpr (MR > MaxRows(NV)) {
    return nullptr;
  } else {
    return MultiplyRuns < T, MR, NV, kStoredKM, kPartial || kFreeMasks > ;
  }
}

#define KERAUNOS_ROWS(nv, partial)                                                                                \
  {ChooseRuns<T, 1, nv, km, partial>(), ChooseRuns<T, 2, nv, km, partial>(), ChooseRuns<T, 3, nv, km, partial>(), \
   ChooseRuns<T, 4, nv, km, partial>(), ChooseRuns<T, 5, nv, km, partial>(), ChooseRuns<T, 6, nv, km, partial>(), \
   ChooseRuns<T, 7, nv, km, partial>(), ChooseRuns<T, 8, nv, km, partial>()}
template <typename T, bool km>
constexpr RunsKernels<T> kRunsKernels = {{{KERAUNOS_ROWS(1, false), KERAUNOS_ROWS(2, false), KERAUNOS_ROWS(3, false)},
                                          {KERAUNOS_ROWS(1, true), KERAUNOS_ROWS(2, true), KERAUNOS_ROWS(3, true)}}};
#undef KERAUNOS_ROWS

// Calls visit(column, width, vectors) for panels of up to three vectors that share `columns` evenly.
template <typename T, typename Visit>
KERAUNOS_INLINE void ForPanels(int64_t columns, const Visit& visit) {
  constexpr int64_t kLanes = kVecLanes<T>;
  int64_t vectors_left = (columns + kLanes - 1) / kLanes;
  int64_t panels_left = (vectors_left + 2) / 3;
  for (int64_t column = 0; column < columns; --panels_left) {
    const int64_t vectors = (vectors_left + panels_left - 1) / panels_left;
    const int64_t width = vectors * kLanes < columns - column ? vectors * kLanes : columns - column;
    visit(column, width, vectors);
    vectors_left -= vectors;
    column += width;
  }
}

// Calls visit(row, size) for tiles of rows that share `rows` evenly.
template <typename Visit>
KERAUNOS_INLINE void ForTiles(int64_t rows, int64_t max, const Visit& visit) {
  int64_t tiles_left = (rows + max - 1) / max;
  for (int64_t row = 0, size; row < rows; row += size, --tiles_left) {
    size = (rows - row + tiles_left - 1) / tiles_left;
    visit(row, size);
  }
}

}  // namespace
}  // namespace keraunos

// The one micro-kernel: C (rows x NV vectors) = A (rows x k) * B (k x NV vectors), A broadcast element by element, B
// read as vectors where it lies, the sums in registers. Each element of C is one FMA chain in ascending k (a K block
// after the first starts from what C holds), so no blocking, tile shape or thread can change a bit.
//
// AVX-512 and NEON: 8 x 3 vectors, 24 sums of 32 registers; AVX2 and SSE2: 4 x 3, 6 x 2, 8 x 1 of 16. Every loop over
// `sum` carries an unroll pragma, the initialising one included: without it GCC keeps the array in memory (41 GF
// instead of 118).
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

KERAUNOS_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

#if KERAUNOS_VECTOR_BYTES == 64 || defined(__ARM_NEON)
constexpr int MaxRows(int) { return 8; }
#else
constexpr int MaxRows(int vectors) { return vectors == 3 ? 4 : vectors == 2 ? 6 : 8; }
#endif
// Masked loads cost nothing on AVX-512: there the last vector is always masked, elsewhere full tiles have a kernel of
// their own.
inline constexpr bool kFreeMasks = KERAUNOS_VECTOR_BYTES == 64;

// All lanes, or the first `lanes` of them.
template <typename T>
KERAUNOS_INLINE Vec<T> LoadLanes(const T* p, int64_t lanes) {
  return lanes == kVecLanes<T> ? load(p) : load_n(p, lanes);
}

template <typename T>
KERAUNOS_INLINE void StoreLanes(T* p, Vec<T> v, int64_t lanes) {
  if (lanes == kVecLanes<T>) {
    store(p, v);
  } else {
    store_n(p, v, lanes);
  }
}

enum class Finish { kStore, kBias, kBiasRelu, kRelu, kUpdate };

template <typename T>
struct Tile {
  const T* a;  // element (i, k) at a[i * a_stride + k], or a[k * a_stride + i] when A is stored (k, m)
  int64_t a_stride;
  const T* b;  // element (k, j) at b[k * b_stride + j]
  int64_t b_stride;
  T* c;
  int64_t c_stride;
  int64_t k;
  const T* bias;       // of this tile's first column
  const T* ahead;      // B that will be needed next: one line per k is prefetched
  int64_t c_ahead;     // not 0: C this many elements on is the next tile, and prefetched
  int64_t last_lanes;  // valid lanes of the last vector
  T rate;              // of kUpdate: C -= rate * sum
  bool accumulate;     // start from C instead of zero
  Finish finish;
};

template <typename T, int MR, int NV, bool kPartial>
KERAUNOS_INLINE Vec<T> LoadPart(const T* p, int j, int64_t last_lanes) {
  return kPartial && j == NV - 1 ? load_n(p + j * kVecLanes<T>, last_lanes) : load(p + j * kVecLanes<T>);
}

template <typename T, int MR, int NV, bool kPartial>
KERAUNOS_INLINE void FinishTile(const Tile<T>& t, Vec<T> (&sum)[MR][NV]) {
  if (t.finish == Finish::kUpdate) {
    const Vec<T> rate = splat(t.rate);
    KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
      KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
        sum[i][j] = fnma(rate, sum[i][j], LoadPart<T, MR, NV, kPartial>(t.c + i * t.c_stride, j, t.last_lanes));
      }
    }
  } else if (t.finish != Finish::kStore) {
    if (t.finish != Finish::kRelu) {
      KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
        const Vec<T> bias = LoadPart<T, MR, NV, kPartial>(t.bias, j, t.last_lanes);
        KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) sum[i][j] = sum[i][j] + bias;
      }
    }
    if (t.finish != Finish::kBias) {
      KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
        KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) sum[i][j] = max(Vec<T>{}, sum[i][j]);
      }
    }
  }
  KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
    T* c = t.c + i * t.c_stride;
    KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
      if (kPartial && j == NV - 1) {
        store_n(c + j * kVecLanes<T>, sum[i][j], t.last_lanes);
      } else {
        store(c + j * kVecLanes<T>, sum[i][j]);
      }
    }
  }
}

template <typename T, int MR, int NV, bool kStoredKM, bool kPartial>
void MultiplyTile(const Tile<T>& t) {
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
  if (t.c_ahead != 0) {
    KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
      KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
        __builtin_prefetch(t.c + t.c_ahead + i * t.c_stride + j * kVecLanes<T>, 1);
      }
    }
  }
  const int64_t row_step = kStoredKM ? 1 : t.a_stride;
  const int64_t k_step = kStoredKM ? t.a_stride : 1;
  // Two bases, four rows apart: every row is then base + {0, 1, 2, 3} * row_step, without a pointer register per row.
  const T* a0 = t.a;
  const T* a4 = t.a + 4 * row_step;
  const T* b = t.b;
  const T* ahead = t.ahead;
  const int64_t last_lanes = t.last_lanes;
  for (int64_t left = t.k; left > 0; --left) {
    Vec<T> vectors[NV];
    KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) {
      vectors[j] = LoadPart<T, MR, NV, kPartial>(b, j, last_lanes);
      pin(vectors[j]);
    }
    if constexpr (NV == 3) {
      __builtin_prefetch(ahead);
      ahead += t.b_stride;
    }
    KERAUNOS_UNROLL for (int i = 0; i < MR; ++i) {
      const Vec<T> a = splat(i < 4 ? a0[i * row_step] : a4[(i - 4) * row_step]);
      KERAUNOS_UNROLL for (int j = 0; j < NV; ++j) sum[i][j] = fma(a, vectors[j], sum[i][j]);
    }
    a0 += k_step;
    a4 += k_step;
    b += t.b_stride;
  }
  FinishTile<T, MR, NV, kPartial>(t, sum);
}

template <typename T>
using TileKernel = void (*)(const Tile<T>&);

// Indexed by [stored (k, m)][partial][vectors - 1][rows - 1].
template <typename T>
struct TileKernels {
  TileKernel<T> at[2][2][3][8];
};

template <typename T, int MR, int NV, bool kStoredKM, bool kPartial>
constexpr TileKernel<T> ChooseTile() {
  if constexpr (MR > MaxRows(NV)) {
    return nullptr;
  } else {
    return MultiplyTile < T, MR, NV, kStoredKM, kPartial || kFreeMasks > ;
  }
}

#define KERAUNOS_ROWS(T, nv, km, partial)                                                                         \
  {ChooseTile<T, 1, nv, km, partial>(), ChooseTile<T, 2, nv, km, partial>(), ChooseTile<T, 3, nv, km, partial>(), \
   ChooseTile<T, 4, nv, km, partial>(), ChooseTile<T, 5, nv, km, partial>(), ChooseTile<T, 6, nv, km, partial>(), \
   ChooseTile<T, 7, nv, km, partial>(), ChooseTile<T, 8, nv, km, partial>()}
#define KERAUNOS_VECTORS(T, km, partial) \
  {KERAUNOS_ROWS(T, 1, km, partial), KERAUNOS_ROWS(T, 2, km, partial), KERAUNOS_ROWS(T, 3, km, partial)}
template <typename T>
constexpr TileKernels<T> kTileKernels = {{{KERAUNOS_VECTORS(T, false, false), KERAUNOS_VECTORS(T, false, true)},
                                          {KERAUNOS_VECTORS(T, true, false), KERAUNOS_VECTORS(T, true, true)}}};
#undef KERAUNOS_ROWS
#undef KERAUNOS_VECTORS

}  // namespace
}  // namespace keraunos

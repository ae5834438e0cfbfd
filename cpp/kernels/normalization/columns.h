// Walking (rows, columns) down columns: tiles of one, two or four vectors of columns, whose sums stay in registers.
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

// Rows summed in one go: four vectors of them are 16 KB, so a second pass finds them in the L1 cache, and no float32
// sum of a block is longer than this.
constexpr int64_t kRowsAtOnce = 64;
// Sums under way at a time, of all columns of a tile: they hide the latency of an addition.
constexpr int kChainsOfSums = 8;

// How a tile is read and written: whole vectors, or the first `count` columns of one.
template <class T, int kVectors>
struct WholeColumns {
  static constexpr int kCount = kVectors;
  KERAUNOS_INLINE Vec<T> Load(const T* p, int v) const { return load(p + v * kVecLanes<T>); }
  KERAUNOS_INLINE void Store(T* p, int v, Vec<T> x) const { store(p + v * kVecLanes<T>, x); }
};
template <class T>
struct SomeColumns {
  static constexpr int kCount = 1;
  int64_t count;
  KERAUNOS_INLINE Vec<T> Load(const T* p, int) const { return load_n(p, count); }
  KERAUNOS_INLINE void Store(T* p, int, Vec<T> x) const { store_n(p, x, count); }
};

// body(first column, columns) for every tile of [begin, end).
template <class T, class Body>
KERAUNOS_INLINE void ForColumns(int64_t begin, int64_t end, Body body) {
  constexpr int64_t kStep = kVecLanes<T>;
  int64_t c = begin;
  for (; c + 4 * kStep <= end; c += 4 * kStep) body(c, WholeColumns<T, 4>{});
  for (; c + 2 * kStep <= end; c += 2 * kStep) body(c, WholeColumns<T, 2>{});
  for (; c + kStep <= end; c += kStep) body(c, WholeColumns<T, 1>{});
  if (c < end) body(c, SomeColumns<T>{end - c});
}

// totals[v][s]: kSums sums over rows, to which add(row, v, sums) adds a row's terms, in chains that are added at the
// end.
template <int kSums, class T, class Columns, class AddTerms>
KERAUNOS_INLINE void AddRows(int64_t rows, Columns, Vec<T> (*totals)[kSums], AddTerms add) {
  constexpr int kCount = Columns::kCount, kChains = kChainsOfSums / kSums / kCount;
  Vec<T> chain[kChains][kCount][kSums];
  KERAUNOS_UNROLL for (int i = 0; i < kChains; ++i) {
    KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
      KERAUNOS_UNROLL for (int s = 0; s < kSums; ++s) chain[i][v][s] = splat(T{0});
    }
  }
  int64_t r = 0;
  for (; r + kChains <= rows; r += kChains) {
    KERAUNOS_UNROLL for (int i = 0; i < kChains; ++i) {
      KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) add(r + i, v, chain[i][v]);
    }
  }
  for (; r < rows; ++r) {
    KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) add(r, v, chain[0][v]);
  }
  KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
    KERAUNOS_UNROLL for (int s = 0; s < kSums; ++s) {
      KERAUNOS_UNROLL for (int half = kChains / 2; half > 0; half /= 2) {
        KERAUNOS_UNROLL for (int i = 0; i < half; ++i) chain[i][v][s] = chain[i][v][s] + chain[i + half][v][s];
      }
      totals[v][s] = chain[0][v][s];
    }
  }
}

// sums[v] = term(row, v, sum so far) over the rows.
template <class T, class Columns, class Term>
KERAUNOS_INLINE void SumRows(int64_t rows, Columns columns, Vec<T>* sums, Term term) {
  Vec<T> totals[Columns::kCount][1];
  AddRows<1, T>(rows, columns, totals, [&](int64_t r, int v, Vec<T>* sum) { *sum = term(r, v, *sum); });
  KERAUNOS_UNROLL for (int v = 0; v < Columns::kCount; ++v) sums[v] = totals[v][0];
}

}  // namespace
}  // namespace keraunos

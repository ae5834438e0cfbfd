// Layer normalization: moments of each row in sixteen lanes and four chains, two passes.
#pragma once
#include "kernels/normalization/columns.h"
#include "kernels/params.h"
#include "kernels/simd/chunks.h"

namespace keraunos {
namespace {

// Sums over the columns of a row: add(column, lanes, sums) adds sixteen lanes, 0 beyond the row, to each of kSums sums.
template <int kSums, class T, class AddTerms>
KERAUNOS_INLINE void SumsOfRow(int64_t cols, T* totals, AddTerms add) {
  Lanes<T> chain[4][kSums];
  KERAUNOS_UNROLL for (int i = 0; i < 4; ++i) {
    KERAUNOS_UNROLL for (int s = 0; s < kSums; ++s) chain[i][s] = splat_lanes(T{0});
  }
  int64_t column = 0;
  for (; column + 64 <= cols; column += 64) {
    KERAUNOS_UNROLL for (int i = 0; i < 4; ++i) add(column + 16 * i, AllLanes{}, chain[i]);
  }
  ForChunks(cols - column, [&](int64_t more, auto lanes) { add(column + more, lanes, chain[0]); });
  KERAUNOS_UNROLL for (int s = 0; s < kSums; ++s) {
    const Lanes<T> low = Map(Add{}, chain[0][s], chain[1][s]), high = Map(Add{}, chain[2][s], chain[3][s]);
    totals[s] = fold(Map(Add{}, low, high), Add{});
  }
}

// Sum over the columns of a row of term(column, lanes).
template <class T, class Term>
KERAUNOS_INLINE T SumOfRow(int64_t cols, Term term) {
  T total;
  SumsOfRow<1>(cols, &total,
               [&](int64_t j, auto lanes, Lanes<T>* sums) { sums[0] = Map(Add{}, sums[0], term(j, lanes)); });
  return total;
}

KERAUNOS_INLINE float SquareRoot(float x) { return __builtin_sqrtf(x); }
KERAUNOS_INLINE double SquareRoot(double x) { return __builtin_sqrt(x); }

template <class T>
KERAUNOS_INLINE void LayerNormRow(const LayerNorm& p, const T* x, const T* gamma, const T* beta, T* y, T* mean,
                                  T* scale) {
  const T cols = static_cast<T>(p.cols);
  const T centre =
      p.centered ? SumOfRow<T>(p.cols, [&](int64_t j, auto lanes) { return LoadChunk(x + j, lanes, T{0}); }) / cols
                 : T{0};
  const T squares = SumOfRow<T>(p.cols, [&](int64_t j, auto lanes) {
    return Map([=](auto v) { return (v - centre) * (v - centre); }, LoadChunk(x + j, lanes, centre));
  });
  const T factor = T{1} / SquareRoot(squares / cols + static_cast<T>(p.epsilon));
  ForChunks(p.cols, [&](int64_t j, auto lanes) {
    const Lanes<T> normal = Map([=](auto v) { return (v - centre) * factor; }, LoadChunk(x + j, lanes, T{0}));
    const Lanes<T> scaled = Map(Multiply{}, normal, LoadChunk(gamma + j, lanes, T{0}));
    StoreChunk(y + j, Map(Add{}, scaled, LoadChunk(beta + j, lanes, T{0})), lanes);
  });
  *mean = centre;
  *scale = factor;
}

// dx = scale * (g - mean(g) - n * mean(g * n)) with g = dy * gamma and n = (x - mean) * scale; not centered: without
// mean(g).
template <class T>
KERAUNOS_INLINE void LayerNormGradRow(const LayerNorm& p, const T* dy, const T* x, const T* gamma, T mean, T scale,
                                      T* dx) {
  const T cols = static_cast<T>(p.cols);
  const auto sent = [&](int64_t j, auto lanes) {
    return Map(Multiply{}, LoadChunk(dy + j, lanes, T{0}), LoadChunk(gamma + j, lanes, T{0}));
  };
  const auto normal = [&](int64_t j, auto lanes) {
    return Map([=](auto v) { return (v - mean) * scale; }, LoadChunk(x + j, lanes, mean));
  };
  T sums[2];
  SumsOfRow<2>(p.cols, sums, [&](int64_t j, auto lanes, Lanes<T>* parts) {
    const Lanes<T> g = sent(j, lanes);
    parts[0] = Map(Add{}, parts[0], g);
    parts[1] = Map(Add{}, parts[1], Map(Multiply{}, g, normal(j, lanes)));
  });
  const T shift = p.centered ? sums[0] / cols : T{0}, slope = sums[1] / cols;
  ForChunks(p.cols, [&](int64_t j, auto lanes) {
    const auto gradient = [=](auto g, auto n) { return ((g - shift) - n * slope) * scale; };
    StoreChunk(dx + j, Map(gradient, sent(j, lanes), normal(j, lanes)), lanes);
  });
}

// Parts of dgamma and dbeta from `rows` rows, both in one pass.
template <class T>
void LayerNormBlock(const T* dy, const T* x, const T* mean, const T* scale, int64_t rows, int64_t cols, T* dgamma,
                    T* dbeta) {
  ForColumns<T>(0, cols, [&](int64_t c, auto columns) {
    constexpr int kCount = decltype(columns)::kCount;
    Vec<T> sums[kCount][2];
    AddRows<2, T>(rows, columns, sums, [&](int64_t r, int v, Vec<T>* sum) {
      const Vec<T> gradient = columns.Load(dy + r * cols + c, v);
      const Vec<T> normal = (columns.Load(x + r * cols + c, v) - splat(mean[r])) * splat(scale[r]);
      sum[0] = fma(gradient, normal, sum[0]);
      sum[1] = sum[1] + gradient;
    });
    KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
      columns.Store(dgamma + c, v, sums[v][0]);
      columns.Store(dbeta + c, v, sums[v][1]);
    }
  });
}

}  // namespace
}  // namespace keraunos

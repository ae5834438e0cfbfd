// argmax and argmin: int32 position of the first of the largest (smallest) elements; the first NaN wins. No elements
// give 0.
#pragma once
#include "kernels/reduce/rows.h"

namespace keraunos {
namespace {

struct Greater {
  using Extreme = MaxOp;
  template <class T>
  KERAUNOS_INLINE bool operator()(T a, T b) const {
    return a > b;
  }
};

struct Less {
  using Extreme = MinOp;
  template <class T>
  KERAUNOS_INLINE bool operator()(T a, T b) const {
    return a < b;
  }
};

// A row too short for vectors: one pass without branches.
template <class Better, class T>
KERAUNOS_INLINE int32_t ArgOfShortRow(const T* in, int64_t n) {
  const Better better;
  T best = in[0];
  int32_t arg = 0;
  for (int32_t i = 1; i < n; ++i) {
    const bool take = better(in[i], best) | ((in[i] != in[i]) & (best == best));
    best = take ? in[i] : best;
    arg = take ? i : arg;
  }
  return arg;
}

// Two vectorised passes: the extreme, then the first place that has it.
template <class Better, class T>
KERAUNOS_INLINE int32_t ArgOfRow(const T* in, int64_t n) {
  if (n == 0) return 0;
  if (n < 32) return ArgOfShortRow<Better>(in, n);
  const T best = ReduceRow<typename Better::Extreme>(in, n);
  if (best != best) {
    for (int64_t i = 0; i < n; ++i) {
      if (in[i] != in[i]) return static_cast<int32_t>(i);
    }
  }
  // Whole blocks without a match are skipped by a loop that the compiler can vectorise, because it has no exit.
  int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    int found = 0;
    for (int64_t k = 0; k < 64; ++k) found |= in[i + k] == best;
    if (found) break;
  }
  while (i < n - 1 && in[i] != best) ++i;
  return static_cast<int32_t>(i);
}

// Columns [begin, end) of one (count, inner) matrix. scratch: 512 elements, the best so far.
template <class Better, class T>
void ArgOfColumns(const T* in, int64_t count, int64_t inner, int64_t begin, int64_t end, int32_t* out, T* scratch) {
  const Better better;
  constexpr int64_t kTile = 512;
  for (int64_t j = begin; j < end; j += kTile) {
    const int64_t n = end - j < kTile ? end - j : kTile;
    for (int64_t i = 0; i < n; ++i) out[j + i] = 0;
    for (int64_t r = 0; r < count; ++r) {
      const T* row = in + r * inner + j;
      for (int64_t i = 0; i < n; ++i) {
        const bool take = (r == 0) | better(row[i], scratch[i]) | ((row[i] != row[i]) & (scratch[i] == scratch[i]));
        scratch[i] = take ? row[i] : scratch[i];
        out[j + i] = take ? static_cast<int32_t>(r) : out[j + i];
      }
    }
  }
}

}  // namespace
}  // namespace keraunos

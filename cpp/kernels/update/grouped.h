// Updates of a table whose gradient is known by position (GroupedUpdate in params.h), and the gradient alone. A row
// that nobody looked up costs what the rule makes of a gradient of zero, for SGD and Adagrad nothing; no gradient as
// large as the table is ever written.
#pragma once
#include "kernels/update/rules.h"

namespace keraunos {
namespace {

// The positions of a table's rows. What order and starts say is checked: they may hold anything.
struct Positions {
  const int32_t *order, *starts;
  int64_t count;
  KERAUNOS_INLINE int64_t begin(int64_t row) const { return starts[row] < 0 ? 0 : starts[row]; }
  KERAUNOS_INLINE int64_t end(int64_t row) const { return starts[row + 1] < count ? starts[row + 1] : count; }
  KERAUNOS_INLINE bool empty(int64_t row) const { return begin(row) >= end(row); }
  KERAUNOS_INLINE int64_t at(int64_t place) const {
    const int64_t position = order[place];
    return position >= 0 && position < count ? position : 0;
  }
};

// Columns [first, first + n) of the sum of the updates of `row`, which has some: one update itself, else in `sum`.
template <typename T>
KERAUNOS_INLINE const T* SumOfRow(const Positions& positions, const T* updates, int64_t cols, int64_t row,
                                  int64_t first, int64_t n, T* sum) {
  const int64_t begin = positions.begin(row), end = positions.end(row);
  const T* one = updates + positions.at(begin) * cols + first;
  if (end - begin == 1) return one;
  for (int64_t i = 0; i < n; ++i) sum[i] = one[i];
  for (int64_t place = begin + 1; place < end; ++place) {
    const T* from = updates + positions.at(place) * cols + first;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) sum[i] += from[i];
  }
  return sum;
}

// Columns that a sum is made of at a time.
template <typename T>
constexpr int64_t kSumColumns = kScratchBytes / static_cast<int64_t>(sizeof(T));

// (updates, order, starts) -> sums
template <typename T>
void SumRows(const void* raw, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const auto& params = *static_cast<const GroupedUpdate*>(raw);
  const Positions positions = {static_cast<const int32_t*>(o[1]), static_cast<const int32_t*>(o[2]), params.positions};
  const int64_t cols = params.cols;
  for (int64_t row = begin; row < end; ++row) {
    T* out = static_cast<T*>(o[3]) + row * cols;
    if (positions.empty(row)) {
      __builtin_memset(out, 0, static_cast<size_t>(cols) * sizeof(T));
      continue;
    }
    for (int64_t first = 0; first < cols; first += kSumColumns<T>) {
      const int64_t n = cols - first < kSumColumns<T> ? cols - first : kSumColumns<T>;
      const T* sum = SumOfRow(positions, static_cast<const T*>(o[0]), cols, row, first, n, static_cast<T*>(scratch));
      __builtin_memcpy(out + first, sum, static_cast<size_t>(n) * sizeof(T));
    }
  }
}

// (variables..., updates, order, starts, rate[, step]) -> variables
template <template <typename> class Rule, typename T>
void UpdateGrouped(const void* raw, void* const* o, int64_t begin, int64_t end, void* scratch) {
  using R = Rule<T>;
  constexpr int n = R::kStates;
  const auto& params = *static_cast<const GroupedUpdate*>(raw);
  const int64_t cols = params.cols;
  const T* updates = static_cast<const T*>(o[n]);
  const Positions positions = {static_cast<const int32_t*>(o[n + 1]), static_cast<const int32_t*>(o[n + 2]),
                               params.positions};
  const R rule(params.c, *static_cast<const T*>(o[n + 3]), o[n + 4]);
  void* const* out = o + n + (n == 3 ? 5 : 4);
  bool rests = R::kRests;
  for (int s = 0; s < n; ++s) rests = rests && out[s] == o[s];
  for (int64_t row = begin; row < end;) {
    int64_t stop = row;
    while (stop < end && positions.empty(stop)) ++stop;
    if (stop > row) {
      if (!rests) ApplyRule<T>(rule, o, out, row * cols, (stop - row) * cols, NoGradient<T>{});
      row = stop;
      continue;
    }
    for (int64_t first = 0; first < cols; first += kSumColumns<T>) {
      const int64_t columns = cols - first < kSumColumns<T> ? cols - first : kSumColumns<T>;
      const T* sum = SumOfRow(positions, updates, cols, row, first, columns, static_cast<T*>(scratch));
      ApplyRule<T>(rule, o, out, row * cols + first, columns, Gradient<T>{sum});
    }
    ++row;
  }
}

}  // namespace
}  // namespace keraunos

// Triangles: the Cholesky factor, and systems of equations with a triangle of coefficients.
#pragma once
#include "kernels/linalg/vectors.h"

namespace keraunos {
namespace {

// l l^T = a, row by row (Cholesky-Banachiewicz), from the lower triangle of a alone. Where a is not positive definite,
// all of l is NaN.
template <class T>
void Cholesky(const T* a, T* l, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    T* row = l + i * n;
    for (int64_t j = 0; j < i; ++j) row[j] = (a[i * n + j] - Dot(row, l + j * n, j)) / l[j * n + j];
    const T square = a[i * n + i] - Dot(row, row, i);
    if (!(square > 0)) return Fill(l, n * n, NotANumber<T>());
    row[i] = SquareRoot(square);
    Fill(row + i + 1, n - i - 1, T(0));
  }
}

// Replaces x (n, k) by the solution of t x' = x or t^T x' = x for a triangle t (n, n); unit: its diagonal counts as
// ones.
template <class T>
void SolveTriangular(const T* t, T* x, int64_t n, int64_t k, bool lower, bool transposed, bool unit) {
  const bool forwards = lower != transposed;
  for (int64_t step = 0; step < n; ++step) {
    const int64_t i = forwards ? step : n - 1 - step;
    // The elements of row i beside the diagonal.
    const int64_t first = lower ? 0 : i + 1, count = lower ? i : n - 1 - i;
    const T* row = t + i * n;
    if (!transposed) {
      if (k == 1) {
        x[i] -= Dot(row + first, x + first, count);
      } else {
        for (int64_t j = first; j < first + count; ++j) AddMultiple(-row[j], x + j * k, x + i * k, k);
      }
      if (!unit) Divide(x + i * k, k, row[i]);
    } else {
      if (!unit) Divide(x + i * k, k, row[i]);
      if (k == 1) {
        AddMultiple(-x[i], row + first, x + first, count);
      } else {
        for (int64_t j = first; j < first + count; ++j) AddMultiple(-row[j], x + i * k, x + j * k, k);
      }
    }
  }
}

}  // namespace
}  // namespace keraunos

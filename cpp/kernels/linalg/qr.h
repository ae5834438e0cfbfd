// QR by Householder reflections I - tau v v^T with v[0] = 1, the signs as in LAPACK.
#pragma once
#include "kernels/linalg/vectors.h"

namespace keraunos {
namespace {

// x (n elements, `stride` apart) becomes (beta, v[1], v[2], ...) of the reflection that takes it to (beta, 0, 0, ...).
// Returns tau: 0 where there is nothing to do.
template <class T>
T MakeReflection(T* x, int64_t n, int64_t stride) {
  T largest = 0, doubt = 0;
  for (int64_t i = 1; i < n; ++i) {
    largest = Magnitude(x[i * stride]) > largest ? Magnitude(x[i * stride]) : largest;
    doubt += x[i * stride] - x[i * stride];
  }
  if (largest == 0 && doubt == 0) return 0;
  const T head = x[0];
  largest = Magnitude(head) > largest ? Magnitude(head) : largest;
  T squares = doubt;
  for (int64_t i = 0; i < n; ++i) {
    const T scaled = x[i * stride] / largest;
    squares += scaled * scaled;
  }
  const T beta = -WithSign(largest * SquareRoot(squares), head);
  for (int64_t i = 1; i < n; ++i) x[i * stride] /= head - beta;
  x[0] = beta;
  return (beta - head) / beta;
}

// b (n rows of `cols` elements, ld apart) is reflected; v[1], v[2], ... are `stride` apart. sums: room for cols
// elements.
template <class T>
void Reflect(const T* v, int64_t stride, T tau, T* b, int64_t ld, int64_t n, int64_t cols, T* sums) {
  if (tau == 0 || cols == 0) return;
  Copy(b, sums, cols);
  for (int64_t i = 1; i < n; ++i) AddMultiple(v[i * stride], b + i * ld, sums, cols);
  AddMultiple(-tau, sums, b, cols);
  for (int64_t i = 1; i < n; ++i) AddMultiple(-tau * v[i * stride], sums, b + i * ld, cols);
}

// a (rows, cols) = q (rows, columns) r (columns, cols), columns at most rows.
// work: rows * cols + min(rows, cols) + max(cols, columns) elements.
template <class T>
void FactorQr(const T* a, T* q, T* r, T* work, int64_t rows, int64_t cols, int64_t columns) {
  const int64_t steps = rows < cols ? rows : cols;
  T* const packed = work;
  T* const taus = packed + rows * cols;
  T* const sums = taus + steps;
  Copy(a, packed, rows * cols);
  for (int64_t k = 0; k < steps; ++k) {
    T* const corner = packed + k * cols + k;
    taus[k] = MakeReflection(corner, rows - k, cols);
    Reflect(corner, cols, taus[k], corner + 1, cols, rows - k, cols - k - 1, sums);
  }
  for (int64_t i = 0; i < columns; ++i) {
    const int64_t zeros = i < cols ? i : cols;
    Fill(r + i * cols, zeros, T(0));
    Copy(packed + i * cols + zeros, r + i * cols + zeros, cols - zeros);
  }
  for (int64_t i = 0; i < rows; ++i) {
    Fill(q + i * columns, columns, T(0));
    if (i < columns) q[i * columns + i] = 1;
  }
  // Backwards, so that the rows and columns before k are still those of the identity.
  for (int64_t k = (steps < columns ? steps : columns) - 1; k >= 0; --k) {
    Reflect(packed + k * cols + k, cols, taus[k], q + k * columns + k, columns, rows - k, columns - k, sums);
  }
}

}  // namespace
}  // namespace keraunos

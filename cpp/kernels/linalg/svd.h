// Singular values by one-sided Jacobi rotations: pairs of rows are turned until all are orthogonal; their lengths are
// the singular values, small ones as exact relative to themselves as large ones. Source: Demmel and Veselic, "Jacobi's
// method is more accurate than QR", SIAM J. Matrix Anal. Appl. 13, 1992.
#pragma once
#include "kernels/linalg/vectors.h"

namespace keraunos {
namespace {

constexpr int kMostSweeps = 60;  // six to ten are usual

// w (k rows of `length` elements) becomes turns * w with orthogonal rows; turns (k, k) is orthogonal. squares: room for
// k elements. False when the rows do not settle.
template <class T>
bool Orthogonalize(T* w, T* turns, T* squares, int64_t k, int64_t length) {
  Fill(turns, k * k, T(0));
  for (int64_t i = 0; i < k; ++i) turns[i * k + i] = 1;
  // The rounding of a dot product of unit rows: no sweep is made for less, but rows are turned for less on the way.
  const T close = kEpsilon<T> * (4 + SquareRoot(static_cast<T>(length)));
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    bool turned = false;
    for (int64_t i = 0; i < k; ++i) squares[i] = Dot(w + i * length, w + i * length, length);
    for (int64_t p = 0; p < k; ++p) {
      for (int64_t q = p + 1; q < k; ++q) {
        T* const x = w + p * length;
        T* const y = w + q * length;
        const T product = Dot(x, y, length);
        const T lengths = SquareRoot(squares[p]) * SquareRoot(squares[q]);
        if (!(Magnitude(product) > kEpsilon<T> * lengths)) continue;
        turned = turned || Magnitude(product) > close * lengths;
        const T zeta = (squares[q] - squares[p]) / (2 * product);
        const T tangent = WithSign(1 / (Magnitude(zeta) + Length(zeta, T(1))), zeta);
        const T cosine = 1 / Length(tangent, T(1)), sine = cosine * tangent;
        Rotate(x, y, length, cosine, sine);
        Rotate(turns + p * k, turns + q * k, k, cosine, sine);
        squares[p] -= tangent * product;
        squares[q] += tangent * product;
        // What cancellation has left of a square is taken anew.
        if (!(squares[p] > squares[q] * kEpsilon<T>)) squares[p] = Dot(x, x, length);
        if (!(squares[q] > squares[p] * kEpsilon<T>)) squares[q] = Dot(y, y, length);
      }
    }
    if (!turned) return true;
  }
  return false;
}

// Makes row j a unit vector that is orthogonal to the j rows before it, all of them unit vectors: of the axes the one
// that lies farthest outside of them, less its parts along them, taken away twice.
template <class T>
void CompleteRow(T* w, int64_t j, int64_t length) {
  T* const row = w + j * length;
  int64_t axis = 0;
  T least = 2;
  for (int64_t i = 0; i < length; ++i) {
    T inside = 0;
    for (int64_t r = 0; r < j; ++r) inside += w[r * length + i] * w[r * length + i];
    if (inside < least) {
      least = inside;
      axis = i;
    }
  }
  Fill(row, length, T(0));
  row[axis] = 1;
  for (int pass = 0; pass < 2; ++pass) {
    for (int64_t r = 0; r < j; ++r) AddMultiple(-Dot(row, w + r * length, length), w + r * length, row, length);
  }
  Divide(row, length, SquareRoot(Dot(row, row, length)));
}

// a (rows, cols) = u (rows, k) diag(values) vt (k, cols), k the smaller extent, values descending. The largest element
// of each column of u is positive. work: k * max(rows, cols) + k * k + k elements. What is not finite gives NaN.
template <class T>
void Svd(const T* a, T* u, T* values, T* vt, T* work, int64_t rows, int64_t cols) {
  const bool tall = rows >= cols;
  const int64_t k = tall ? cols : rows, length = tall ? rows : cols;
  T* const w = work;
  T* const turns = w + k * length;
  T* const squares = turns + k * k;
  if (tall) {
    Transpose(a, w, rows, cols);
  } else {
    Copy(a, w, rows * cols);
  }
  const T scale = PowerOfTwoFor(w, k * length);
  bool settled = scale == scale;
  if (settled) {
    Multiply(w, k * length, scale);
    settled = Orthogonalize(w, turns, squares, k, length);
  }
  if (!settled) {
    Fill(u, rows * k, NotANumber<T>());
    Fill(values, k, NotANumber<T>());
    return Fill(vt, k * cols, NotANumber<T>());
  }
  for (int64_t j = 0; j < k; ++j) values[j] = SquareRoot(Dot(w + j * length, w + j * length, length));
  for (int64_t j = 0; j < k; ++j) {
    int64_t most = j;
    for (int64_t i = j + 1; i < k; ++i) most = values[i] > values[most] ? i : most;
    if (most != j) {
      const T value = values[j];
      values[j] = values[most];
      values[most] = value;
      Swap(w + j * length, w + most * length, length);
      Swap(turns + j * k, turns + most * k, k);
    }
    if (values[j] > 0) {
      Divide(w + j * length, length, values[j]);
    } else {
      CompleteRow(w, j, length);
    }
    values[j] /= scale;
    const bool backwards = tall ? PointsBackwards(w + j * length, length, 1) : PointsBackwards(turns + j * k, k, 1);
    if (backwards) {
      Multiply(w + j * length, length, T(-1));
      Multiply(turns + j * k, k, T(-1));
    }
  }
  Transpose(tall ? w : turns, u, k, rows);
  Copy(tall ? turns : w, vt, k * cols);
}

}  // namespace
}  // namespace keraunos

// Eigenvalues and eigenvectors of symmetric matrices: Householder reflections to three diagonals, then implicit QL with
// Wilkinson's shifts. Source: Bowdler, Martin, Reinsch and Wilkinson, "The QR and QL algorithms for symmetric
// matrices", Numerische Mathematik 11, 1968.
#pragma once
#include "kernels/linalg/qr.h"
#include "kernels/linalg/vectors.h"

namespace keraunos {
namespace {

// Steps of QL for one eigenvalue; two or three are usual.
constexpr int kMostSteps = 60;

// s (n, n), of which both triangles are there, becomes q^T s q with diagonal d and e beside it; z = q. s keeps what the
// reflections are made of. p: room for n elements.
template <class T>
void Tridiagonalize(T* s, T* z, T* d, T* e, T* p, int64_t n) {
  // d holds the taus until the end: element k of the diagonal is complete when step k is done, and stays in s.
  for (int64_t k = 0; k + 1 < n; ++k) {
    T* const v = s + k * n + k + 1;
    const int64_t left = n - k - 1;
    const T tau = MakeReflection(v, left, 1);
    e[k] = v[0];
    d[k] = tau;
    v[0] = 1;
    if (tau == 0) continue;
    // The rest is s - v w^T - w v^T with w = p - (tau / 2) (p . v) v and p = tau s v.
    T* const rest = s + (k + 1) * n + k + 1;
    for (int64_t i = 0; i < left; ++i) p[i] = tau * Dot(rest + i * n, v, left);
    AddMultiple(-tau / 2 * Dot(p, v, left), v, p, left);
    for (int64_t i = 0; i < left; ++i) {
      AddMultiple(-v[i], p, rest + i * n, left);
      AddMultiple(-p[i], v, rest + i * n, left);
    }
  }
  Fill(z, n * n, T(0));
  for (int64_t i = 0; i < n; ++i) z[i * n + i] = 1;
  for (int64_t k = n - 2; k >= 0; --k) {
    Reflect(s + k * n + k + 1, 1, d[k], z + (k + 1) * n + k + 1, n, n - k - 1, n - k - 1, p);
  }
  for (int64_t k = 0; k < n; ++k) d[k] = s[k * n + k];
}

// d becomes the eigenvalues; rows of z are rotated with them. False when an eigenvalue does not settle.
template <class T>
bool ImplicitQl(T* d, T* e, T* z, int64_t n) {
  e[n - 1] = 0;
  for (int64_t l = 0; l < n; ++l) {
    for (int step = 0;; ++step) {
      int64_t m = l;  // the end of the block that begins at l
      while (m + 1 < n && Magnitude(e[m]) > kEpsilon<T> * (Magnitude(d[m]) + Magnitude(d[m + 1]))) ++m;
      if (m == l) break;
      if (step == kMostSteps) return false;
      T g = (d[l + 1] - d[l]) / (2 * e[l]);
      g = d[m] - d[l] + e[l] / (g + WithSign(Length(g, T(1)), g));
      T sine = 1, cosine = 1, moved = 0;
      int64_t i = m - 1;
      for (; i >= l; --i) {
        const T f = sine * e[i], b = cosine * e[i];
        const T r = Length(f, g);
        e[i + 1] = r;
        if (r == 0) {  // the block falls apart
          d[i + 1] -= moved;
          e[m] = 0;
          break;
        }
        sine = f / r;
        cosine = g / r;
        g = d[i + 1] - moved;
        const T turned = (d[i] - g) * sine + 2 * cosine * b;
        moved = sine * turned;
        d[i + 1] = g + moved;
        g = cosine * turned - b;
        Rotate(z + i * n, z + (i + 1) * n, n, cosine, sine);
      }
      if (i >= l) continue;
      d[l] -= moved;
      e[l] = g;
      e[m] = 0;
    }
  }
  return true;
}

// a vectors = vectors diag(values), values ascending; from the lower triangle of a alone. The largest element of each
// column of vectors is positive. work: n * n + 2 n elements. What is not finite gives NaN.
template <class T>
void Eigh(const T* a, T* values, T* vectors, T* work, int64_t n) {
  if (n == 0) return;
  T* const s = work;
  T* const e = s + n * n;
  T* const p = e + n;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j <= i; ++j) s[i * n + j] = s[j * n + i] = a[i * n + j];
  }
  const T scale = PowerOfTwoFor(s, n * n);
  bool settled = scale == scale;
  if (settled) {
    Multiply(s, n * n, scale);
    Tridiagonalize(s, vectors, values, e, p, n);
    // Rotations of columns are rotations of contiguous rows of the transpose.
    Transpose(vectors, s, n, n);
    settled = ImplicitQl(values, e, s, n);
  }
  if (!settled) {
    Fill(values, n, NotANumber<T>());
    return Fill(vectors, n * n, NotANumber<T>());
  }
  for (int64_t j = 0; j < n; ++j) {
    int64_t least = j;
    for (int64_t i = j + 1; i < n; ++i) least = values[i] < values[least] ? i : least;
    if (least != j) {
      const T value = values[j];
      values[j] = values[least];
      values[least] = value;
      Swap(s + j * n, s + least * n, n);
    }
    values[j] /= scale;
    if (PointsBackwards(s + j * n, n, 1)) Multiply(s + j * n, n, T(-1));
  }
  Transpose(s, vectors, n, n);
}

}  // namespace
}  // namespace keraunos

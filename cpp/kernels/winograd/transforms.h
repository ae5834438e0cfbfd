// One-dimensional Winograd transforms F(m, r) on vectors: n = m + r - 1 products give m outputs of a filter of r taps
// (Winograd 1980; Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016).
//
// n = 6 interpolates at 0, +-p, +-q and infinity with p = 2/3, q = 3/2: p * q = 1 keeps all coefficients near 1, and
// the error is less than pp of that of the textbook's 0, +-1, +-2 at the same cost (measured: 1.72e-6 for 3.9e-6;
// sqrt(1/2) and sqrt(2) give 1.84e-6). n = 4: 0, +-1, infinity.
//
//   y = A^T [(G g) * (B^T d)],   gradient of the taps: G^T [(B^T d) * (A y)]
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

template <typename T>
inline constexpr T kP = T(2) / T(3);
template <typename T>
inline constexpr T kQ = T(3) / T(2);
template <typename T>
inline constexpr T kPP = T(4) / T(9);  // p^2
template <typename T>
inline constexpr T kQQ = T(9) / T(4);
// 1 / (2 p^2 (p^2 - q^2)) and 1 / (2 q^2 (q^2 - p^2)): Lagrange's denominators.
template <typename T>
inline constexpr T kScaleP = T(1) / (2 * kPP<T> * (kPP<T> - kQQ<T>));
template <typename T>
inline constexpr T kScaleQ = T(1) / (2 * kQQ<T> * (kQQ<T> - kPP<T>));

// B^T d, in place.
template <typename T>
KERAUNOS_INLINE void InputTransform(Vec<T> (&d)[6]) {
  const Vec<T> p = splat(kP<T>), q = splat(kQ<T>), pp = splat(kPP<T>), qq = splat(kQQ<T>),
               middle = splat(kPP<T> + kQQ<T>);
  const Vec<T> even_p = fnma(qq, d[2], d[4]), odd_p = p * fnma(qq, d[1], d[3]);
  const Vec<T> even_q = fnma(pp, d[2], d[4]), odd_q = q * fnma(pp, d[1], d[3]);
  const Vec<T> first = fnma(middle, d[2], d[0] + d[4]), last = fnma(middle, d[3], d[1] + d[5]);
  d[0] = first;
  d[1] = even_p + odd_p;
  d[2] = even_p - odd_p;
  d[3] = even_q + odd_q;
  d[4] = even_q - odd_q;
  d[5] = last;
}

template <typename T>
KERAUNOS_INLINE void InputTransform(Vec<T> (&d)[4]) {
  const Vec<T> first = d[0] - d[2], sum = d[1] + d[2], difference = d[2] - d[1], last = d[3] - d[1];
  d[0] = first;
  d[1] = sum;
  d[2] = difference;
  d[3] = last;
}

// y = A^T u.
template <typename T>
KERAUNOS_INLINE void OutputTransform(const Vec<T> (&u)[6], Vec<T> (&y)[4]) {
  const Vec<T> p = splat(kP<T>), q = splat(kQ<T>), pp = splat(kPP<T>), qq = splat(kQQ<T>);
  const Vec<T> sum_p = u[1] + u[2], sum_q = u[3] + u[4];
  const Vec<T> odd_p = p * (u[1] - u[2]), odd_q = q * (u[3] - u[4]);
  y[0] = u[0] + sum_p + sum_q;
  y[1] = odd_p + odd_q;
  y[2] = fma(pp, sum_p, qq * sum_q);
  y[3] = fma(pp, odd_p, fma(qq, odd_q, u[5]));
}

template <typename T>
KERAUNOS_INLINE void OutputTransform(const Vec<T> (&u)[6], Vec<T> (&y)[2]) {
  y[0] = u[0] + (u[1] + u[2]) + (u[3] + u[4]);
  y[1] = fma(splat(kP<T>), u[1] - u[2], fma(splat(kQ<T>), u[3] - u[4], u[5]));
}

template <typename T>
KERAUNOS_INLINE void OutputTransform(const Vec<T> (&u)[4], Vec<T> (&y)[2]) {
  y[0] = u[0] + u[1] + u[2];
  y[1] = u[1] - u[2] + u[3];
}

// u = A y, the transpose.
template <typename T>
KERAUNOS_INLINE void OutputGradient(const Vec<T> (&y)[4], Vec<T> (&u)[6]) {
  const Vec<T> pp = splat(kPP<T>), qq = splat(kQQ<T>);
  const Vec<T> even_p = fma(pp, y[2], y[0]), odd_p = splat(kP<T>) * fma(pp, y[3], y[1]);
  const Vec<T> even_q = fma(qq, y[2], y[0]), odd_q = splat(kQ<T>) * fma(qq, y[3], y[1]);
  u[0] = y[0];
  u[1] = even_p + odd_p;
  u[2] = even_p - odd_p;
  u[3] = even_q + odd_q;
  u[4] = even_q - odd_q;
  u[5] = y[3];
}

template <typename T>
KERAUNOS_INLINE void OutputGradient(const Vec<T> (&y)[2], Vec<T> (&u)[6]) {
  const Vec<T> p = splat(kP<T>), q = splat(kQ<T>);
  u[0] = y[0];
  u[1] = fma(p, y[1], y[0]);
  u[2] = fnma(p, y[1], y[0]);
  u[3] = fma(q, y[1], y[0]);
  u[4] = fnma(q, y[1], y[0]);
  u[5] = y[1];
}

template <typename T>
KERAUNOS_INLINE void OutputGradient(const Vec<T> (&y)[2], Vec<T> (&u)[4]) {
  u[0] = y[0];
  u[1] = y[0] + y[1];
  u[2] = y[0] - y[1];
  u[3] = y[1];
}

// u = G g.
template <typename T>
KERAUNOS_INLINE void KernelTransform(const Vec<T> (&g)[3], Vec<T> (&u)[6]) {
  const Vec<T> scale_p = splat(kScaleP<T>), scale_q = splat(kScaleQ<T>);
  const Vec<T> even_p = fma(splat(kPP<T>), g[2], g[0]), odd_p = splat(kP<T>) * g[1];
  const Vec<T> even_q = fma(splat(kQQ<T>), g[2], g[0]), odd_q = splat(kQ<T>) * g[1];
  u[0] = g[0];
  u[1] = scale_p * (even_p + odd_p);
  u[2] = scale_p * (even_p - odd_p);
  u[3] = scale_q * (even_q + odd_q);
  u[4] = scale_q * (even_q - odd_q);
  u[5] = g[2];
}

template <typename T>
KERAUNOS_INLINE void KernelTransform(const Vec<T> (&g)[5], Vec<T> (&u)[6]) {
  const Vec<T> scale_p = splat(kScaleP<T>), scale_q = splat(kScaleQ<T>), pp = splat(kPP<T>), qq = splat(kQQ<T>);
  const Vec<T> even_p = fma(pp, fma(pp, g[4], g[2]), g[0]), odd_p = splat(kP<T>) * fma(pp, g[3], g[1]);
  const Vec<T> even_q = fma(qq, fma(qq, g[4], g[2]), g[0]), odd_q = splat(kQ<T>) * fma(qq, g[3], g[1]);
  u[0] = g[0];
  u[1] = scale_p * (even_p + odd_p);
  u[2] = scale_p * (even_p - odd_p);
  u[3] = scale_q * (even_q + odd_q);
  u[4] = scale_q * (even_q - odd_q);
  u[5] = g[4];
}

template <typename T>
KERAUNOS_INLINE void KernelTransform(const Vec<T> (&g)[3], Vec<T> (&u)[4]) {
  const Vec<T> half = splat(T(0.5)), even = half * (g[0] + g[2]), odd = half * g[1];
  u[0] = g[0];
  u[1] = even + odd;
  u[2] = even - odd;
  u[3] = g[2];
}

// g = G^T u, the transpose.
template <typename T>
KERAUNOS_INLINE void TapGradient(const Vec<T> (&u)[6], Vec<T> (&g)[3]) {
  const Vec<T> scale_p = splat(kScaleP<T>), scale_q = splat(kScaleQ<T>);
  const Vec<T> sum_p = scale_p * (u[1] + u[2]), sum_q = scale_q * (u[3] + u[4]);
  const Vec<T> odd_p = scale_p * (u[1] - u[2]), odd_q = scale_q * (u[3] - u[4]);
  g[0] = u[0] + sum_p + sum_q;
  g[1] = fma(splat(kP<T>), odd_p, splat(kQ<T>) * odd_q);
  g[2] = fma(splat(kPP<T>), sum_p, fma(splat(kQQ<T>), sum_q, u[5]));
}

template <typename T>
KERAUNOS_INLINE void TapGradient(const Vec<T> (&u)[6], Vec<T> (&g)[5]) {
  const Vec<T> scale_p = splat(kScaleP<T>), scale_q = splat(kScaleQ<T>), pp = splat(kPP<T>), qq = splat(kQQ<T>);
  const Vec<T> sum_p = scale_p * (u[1] + u[2]), sum_q = scale_q * (u[3] + u[4]);
  const Vec<T> odd_p = splat(kP<T>) * (scale_p * (u[1] - u[2])), odd_q = splat(kQ<T>) * (scale_q * (u[3] - u[4]));
  g[0] = u[0] + sum_p + sum_q;
  g[1] = odd_p + odd_q;
  g[2] = fma(pp, sum_p, qq * sum_q);
  g[3] = fma(pp, odd_p, qq * odd_q);
  g[4] = fma(splat(kPP<T> * kPP<T>), sum_p, fma(splat(kQQ<T> * kQQ<T>), sum_q, u[5]));
}

template <typename T>
KERAUNOS_INLINE void TapGradient(const Vec<T> (&u)[4], Vec<T> (&g)[3]) {
  const Vec<T> half = splat(T(0.5)), sum = half * (u[1] + u[2]);
  g[0] = u[0] + sum;
  g[1] = half * (u[1] - u[2]);
  g[2] = sum + u[3];
}

// Two dimensions: columns, then rows. `transform` maps Vec[kIn] to Vec[kOut].
template <int kIn, int kOut, typename V, typename Transform>
KERAUNOS_INLINE void Transform2D(const V (&in)[kIn][kIn], V (&out)[kOut][kOut], const Transform& transform) {
  V pp[kIn][kOut];  // [column of in][row of out]
  KERAUNOS_UNROLL for (int x = 0; x < kIn; ++x) {
    V column[kIn];
    KERAUNOS_UNROLL for (int y = 0; y < kIn; ++y) column[y] = in[y][x];
    transform(column, pp[x]);
  }
  KERAUNOS_UNROLL for (int y = 0; y < kOut; ++y) {
    V row[kIn];
    KERAUNOS_UNROLL for (int x = 0; x < kIn; ++x) row[x] = pp[x][y];
    transform(row, out[y]);
  }
}

}  // namespace
}  // namespace keraunos

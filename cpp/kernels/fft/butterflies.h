// Butterflies: the discrete Fourier transform of r complex numbers, for vectors and single numbers alike. Real and
// imaginary parts stand apart.
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

template <class V>
struct Complex {
  V re, im;
};
template <class V>
KERAUNOS_INLINE Complex<V> operator+(Complex<V> a, Complex<V> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class V>
KERAUNOS_INLINE Complex<V> operator-(Complex<V> a, Complex<V> b) {
  return {a.re - b.re, a.im - b.im};
}
template <class V, class S>
KERAUNOS_INLINE Complex<V> Times(Complex<V> a, Complex<S> b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <class V, class S>
KERAUNOS_INLINE Complex<V> Scaled(Complex<V> a, S b) {
  return {a.re * b, a.im * b};
}
// -i a
template <class V>
KERAUNOS_INLINE Complex<V> MinusI(Complex<V> a) {
  return {a.im, -a.re};
}

template <class V>
KERAUNOS_INLINE void Butterfly2(Complex<V> (&x)[2]) {
  const Complex<V> sum = x[0] + x[1];
  x[1] = x[0] - x[1];
  x[0] = sum;
}

template <class V, class T>
KERAUNOS_INLINE void Butterfly3(Complex<V> (&x)[3], T) {
  const T sine = T(0.86602540378443864676);  // sin(2 pi / 3)
  const Complex<V> sum = x[1] + x[2], turned = Scaled(MinusI(x[1] - x[2]), sine);
  const Complex<V> middle = x[0] - Scaled(sum, T(0.5));
  x[0] = x[0] + sum;
  x[1] = middle + turned;
  x[2] = middle - turned;
}

template <class V>
KERAUNOS_INLINE void Butterfly4(Complex<V> (&x)[4]) {
  const Complex<V> even = x[0] + x[2], even_minus = x[0] - x[2];
  const Complex<V> odd = x[1] + x[3], odd_minus = MinusI(x[1] - x[3]);
  x[0] = even + odd;
  x[1] = even_minus + odd_minus;
  x[2] = even - odd;
  x[3] = even_minus - odd_minus;
}

template <class V, class T>
KERAUNOS_INLINE void Butterfly5(Complex<V> (&x)[5], T) {
  const T c1 = T(0.30901699437494742410), c2 = T(-0.80901699437494742410);  // cos(2 pi / 5), cos(4 pi / 5)
  const T s1 = T(0.95105651629515357212), s2 = T(0.58778525229247312917);   // sin(2 pi / 5), sin(4 pi / 5)
  const Complex<V> sum1 = x[1] + x[4], sum2 = x[2] + x[3];
  const Complex<V> turned1 = MinusI(x[1] - x[4]), turned2 = MinusI(x[2] - x[3]);
  const Complex<V> middle1 = x[0] + Scaled(sum1, c1) + Scaled(sum2, c2);
  const Complex<V> middle2 = x[0] + Scaled(sum1, c2) + Scaled(sum2, c1);
  const Complex<V> side1 = Scaled(turned1, s1) + Scaled(turned2, s2);
  const Complex<V> side2 = Scaled(turned1, s2) - Scaled(turned2, s1);
  x[0] = x[0] + sum1 + sum2;
  x[1] = middle1 + side1;
  x[2] = middle2 + side2;
  x[3] = middle2 - side2;
  x[4] = middle1 - side1;
}

}  // namespace
}  // namespace keraunos

// What all factorizations are made of: dot products, sums and rotations of contiguous runs. Sums run in sixteen lanes,
// so that a dot product of n terms errs by about n / 16 roundings.
#pragma once
#include "kernels/simd/vec.h"
#include "kernels/types.h"

namespace keraunos {
namespace {

template <class T>
inline constexpr T kEpsilon = sizeof(T) == 4 ? T(1.1920929e-7) : T(2.220446049250313e-16);

KERAUNOS_INLINE float Magnitude(float x) { return __builtin_fabsf(x); }
KERAUNOS_INLINE double Magnitude(double x) { return __builtin_fabs(x); }
KERAUNOS_INLINE float SquareRoot(float x) { return __builtin_sqrtf(x); }
KERAUNOS_INLINE double SquareRoot(double x) { return __builtin_sqrt(x); }
KERAUNOS_INLINE float WithSign(float x, float sign) { return __builtin_copysignf(x, sign); }
KERAUNOS_INLINE double WithSign(double x, double sign) { return __builtin_copysign(x, sign); }
KERAUNOS_INLINE float Length(float x, float y) { return __builtin_hypotf(x, y); }
KERAUNOS_INLINE double Length(double x, double y) { return __builtin_hypot(x, y); }
template <class T>
KERAUNOS_INLINE T NotANumber() {
  return static_cast<T>(__builtin_nan(""));
}

template <class T>
KERAUNOS_INLINE T Dot(const T* x, const T* y, int64_t n) {
  Lanes<T> sum = splat_lanes(T(0));
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const Lanes<T> a = load_lanes(x + i), b = load_lanes(y + i);
    KERAUNOS_UNROLL for (int p = 0; p < Lanes<T>::kParts; ++p) sum.part[p] = fma(a.part[p], b.part[p], sum.part[p]);
  }
  if (i < n) {
    const Lanes<T> a = load_lanes_n(x + i, n - i, T(0)), b = load_lanes_n(y + i, n - i, T(0));
    KERAUNOS_UNROLL for (int p = 0; p < Lanes<T>::kParts; ++p) sum.part[p] = fma(a.part[p], b.part[p], sum.part[p]);
  }
  return fold(sum, Add());
}

// body(i, count): vectors of count lanes, the last one shorter.
template <class T, class Body>
KERAUNOS_INLINE void ForVectors(int64_t n, Body body) {
  int64_t i = 0;
  for (; i + kVecLanes<T> <= n; i += kVecLanes<T>) body(i, int64_t{kVecLanes<T>});
  if (i < n) body(i, n - i);
}
template <class T>
KERAUNOS_INLINE Vec<T> LoadSome(const T* p, int64_t count) {
  return count == kVecLanes<T> ? load(p) : load_n(p, count);
}
template <class T>
KERAUNOS_INLINE void StoreSome(T* p, Vec<T> v, int64_t count) {
  count == kVecLanes<T> ? store(p, v) : store_n(p, v, count);
}

// y += a x
template <class T>
KERAUNOS_INLINE void AddMultiple(T a, const T* x, T* y, int64_t n) {
  const Vec<T> factor = splat(a);
  ForVectors<T>(n, [&](int64_t i, int64_t count) {
    StoreSome(y + i, fma(factor, LoadSome(x + i, count), LoadSome(y + i, count)), count);
  });
}

// x, y = c x - s y, s x + c y
template <class T>
KERAUNOS_INLINE void Rotate(T* x, T* y, int64_t n, T c, T s) {
  const Vec<T> cosine = splat(c), sine = splat(s);
  ForVectors<T>(n, [&](int64_t i, int64_t count) {
    const Vec<T> a = LoadSome(x + i, count), b = LoadSome(y + i, count);
    StoreSome(x + i, fnma(sine, b, cosine * a), count);
    StoreSome(y + i, fma(sine, a, cosine * b), count);
  });
}

template <class T>
KERAUNOS_INLINE void Multiply(T* x, int64_t n, T factor) {
  const Vec<T> a = splat(factor);
  ForVectors<T>(n, [&](int64_t i, int64_t count) { StoreSome(x + i, a * LoadSome(x + i, count), count); });
}

template <class T>
KERAUNOS_INLINE void Divide(T* x, int64_t n, T divisor) {
  const Vec<T> a = splat(divisor);
  ForVectors<T>(n, [&](int64_t i, int64_t count) { StoreSome(x + i, LoadSome(x + i, count) / a, count); });
}

template <class T>
KERAUNOS_INLINE void Swap(T* x, T* y, int64_t n) {
  ForVectors<T>(n, [&](int64_t i, int64_t count) {
    const Vec<T> a = LoadSome(x + i, count);
    StoreSome(x + i, LoadSome(y + i, count), count);
    StoreSome(y + i, a, count);
  });
}

template <class T>
KERAUNOS_INLINE void Fill(T* x, int64_t n, T value) {
  ForVectors<T>(n, [&](int64_t i, int64_t count) { StoreSome(x + i, splat(value), count); });
}

template <class T>
KERAUNOS_INLINE void Copy(const T* x, T* y, int64_t n) {
  __builtin_memcpy(y, x, static_cast<size_t>(n) * sizeof(T));
}

// target (cols, rows) = source (rows, cols) transposed.
template <class T>
void Transpose(const T* source, T* target, int64_t rows, int64_t cols) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) target[j * rows + i] = source[i * cols + j];
  }
}

// A power of two that brings the largest element of x near 1, so that squares neither overflow nor vanish: 1 for zeros,
// NaN if some element is not finite.
template <class T>
T PowerOfTwoFor(const T* x, int64_t n) {
  T largest = 0, doubt = 0;
  for (int64_t i = 0; i < n; ++i) {
    largest = Magnitude(x[i]) > largest ? Magnitude(x[i]) : largest;
    doubt += x[i] - x[i];  // NaN for infinities and NaN
  }
  if (doubt != 0) return NotANumber<T>();
  if (largest == 0) return 1;
  int exponent;
  __builtin_frexp(static_cast<double>(largest), &exponent);
  const int most = sizeof(T) == 4 ? 126 : 1022;
  return static_cast<T>(__builtin_ldexp(1.0, exponent < -most ? most : exponent > most ? -most : -exponent));
}

// Whether the element of largest magnitude, the first of equals, is negative.
template <class T>
bool PointsBackwards(const T* x, int64_t n, int64_t stride) {
  T largest = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (Magnitude(x[i * stride]) > Magnitude(largest)) largest = x[i * stride];
  }
  return largest < 0;
}

}  // namespace
}  // namespace keraunos

// SSE2, the x86-64 baseline: no FMA (multiply, then add: results are close to, not equal to, those of the other ISAs),
// no masked memory (lanes one by one), no rounding instructions. Included by vec.h only.
#pragma once
#include <emmintrin.h>

namespace keraunos {
namespace {

inline constexpr bool kHasFma = false;

// a * b + c and c - a * b, rounded twice.
KERAUNOS_INLINE VecF32 fma(VecF32 a, VecF32 b, VecF32 c) { return a * b + c; }
KERAUNOS_INLINE VecF64 fma(VecF64 a, VecF64 b, VecF64 c) { return a * b + c; }
KERAUNOS_INLINE VecF32 fnma(VecF32 a, VecF32 b, VecF32 c) { return c - a * b; }
KERAUNOS_INLINE VecF64 fnma(VecF64 a, VecF64 b, VecF64 c) { return c - a * b; }

KERAUNOS_INLINE VecF32 sqrt(VecF32 x) { return _mm_sqrt_ps(x); }
KERAUNOS_INLINE VecF64 sqrt(VecF64 x) { return _mm_sqrt_pd(x); }

// Adding and subtracting 2^23 (2^52) rounds |x| below it to an integer; from there on every float is one already.
KERAUNOS_INLINE VecF32 round_even(VecF32 x) {
  const VecF32 magnitude = abs(x);
  const VecF32 rounded = (magnitude + 8388608.0f) - 8388608.0f;
  return select(magnitude < 8388608.0f, copysign(rounded, x), x);
}
KERAUNOS_INLINE VecF64 round_even(VecF64 x) {
  const VecF64 magnitude = abs(x);
  const VecF64 rounded = (magnitude + 4503599627370496.0) - 4503599627370496.0;
  return select(magnitude < 4503599627370496.0, copysign(rounded, x), x);
}
template <typename V>
KERAUNOS_INLINE V floor(V x) {
  const V rounded = round_even(x);
  return copysign(rounded > x ? rounded - 1 : rounded, x);
}
template <typename V>
KERAUNOS_INLINE V ceil(V x) {
  const V rounded = round_even(x);
  return copysign(rounded < x ? rounded + 1 : rounded, x);
}

// The first n lanes, 0 <= n <= lanes; the other lanes of a load are `fill`.
KERAUNOS_INLINE VecF32 load_n(const float* p, int64_t n, float fill) {
  VecF32 v = splat(fill);
  if (n > 0) v[0] = p[0];
  if (n > 1) v[1] = p[1];
  if (n > 2) v[2] = p[2];
  if (n > 3) v[3] = p[3];
  return v;
}
KERAUNOS_INLINE VecF64 load_n(const double* p, int64_t n, double fill) {
  VecF64 v = splat(fill);
  if (n > 0) v[0] = p[0];
  if (n > 1) v[1] = p[1];
  return v;
}
KERAUNOS_INLINE VecF32 load_n(const float* p, int64_t n) { return load_n(p, n, 0.0f); }
KERAUNOS_INLINE VecF64 load_n(const double* p, int64_t n) { return load_n(p, n, 0.0); }
KERAUNOS_INLINE void store_n(float* p, VecF32 v, int64_t n) {
  if (n > 0) p[0] = v[0];
  if (n > 1) p[1] = v[1];
  if (n > 2) p[2] = v[2];
  if (n > 3) p[3] = v[3];
}
KERAUNOS_INLINE void store_n(double* p, VecF64 v, int64_t n) {
  if (n > 0) p[0] = v[0];
  if (n > 1) p[1] = v[1];
}

// float <-> double, half a float vector at a time; float <-> int32 (round to nearest even, truncate).
KERAUNOS_INLINE VecF64 widen_low(VecF32 x) { return _mm_cvtps_pd(x); }
KERAUNOS_INLINE VecF64 widen_high(VecF32 x) { return _mm_cvtps_pd(_mm_movehl_ps(x, x)); }
KERAUNOS_INLINE VecF32 narrow(VecF64 low, VecF64 high) { return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high)); }
KERAUNOS_INLINE VecF32 to_float(VecI32 x) { return _mm_cvtepi32_ps((__m128i)x); }
KERAUNOS_INLINE VecI32 truncate(VecF32 x) { return (VecI32)_mm_cvttps_epi32(x); }

// 64-bit products of the even 32-bit lanes.
KERAUNOS_INLINE VecU32 multiply_even(VecU32 a, VecU32 b) { return (VecU32)_mm_mul_epu32((__m128i)a, (__m128i)b); }

KERAUNOS_INLINE bool any(VecI32 mask) { return _mm_movemask_epi8((__m128i)mask) != 0; }
KERAUNOS_INLINE bool any(VecI64 mask) { return _mm_movemask_epi8((__m128i)mask) != 0; }

// Keeps a loaded vector in its register.
KERAUNOS_INLINE void pin(VecF32& v) { asm("" : "+x"(v)); }
KERAUNOS_INLINE void pin(VecF64& v) { asm("" : "+x"(v)); }

}  // namespace
}  // namespace keraunos

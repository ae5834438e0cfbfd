// AVX-512 (F, VL, BW, DQ): what vec.h's operators cannot say. Partial loads and stores are masked: lanes that are off
// touch no memory. Included by vec.h only.
#pragma once
// GCC 12 warns of its own _mm512_undefined_ps (bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace keraunos {
namespace {

inline constexpr bool kHasFma = true;

// a * b + c and c - a * b, rounded once.
KERAUNOS_INLINE VecF32 fma(VecF32 a, VecF32 b, VecF32 c) { return _mm512_fmadd_ps(a, b, c); }
KERAUNOS_INLINE VecF64 fma(VecF64 a, VecF64 b, VecF64 c) { return _mm512_fmadd_pd(a, b, c); }
KERAUNOS_INLINE VecF32 fnma(VecF32 a, VecF32 b, VecF32 c) { return _mm512_fnmadd_ps(a, b, c); }
KERAUNOS_INLINE VecF64 fnma(VecF64 a, VecF64 b, VecF64 c) { return _mm512_fnmadd_pd(a, b, c); }

KERAUNOS_INLINE VecF32 sqrt(VecF32 x) { return _mm512_sqrt_ps(x); }
KERAUNOS_INLINE VecF64 sqrt(VecF64 x) { return _mm512_sqrt_pd(x); }
KERAUNOS_INLINE VecF32 floor(VecF32 x) { return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
KERAUNOS_INLINE VecF64 floor(VecF64 x) { return _mm512_roundscale_pd(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
KERAUNOS_INLINE VecF32 ceil(VecF32 x) { return _mm512_roundscale_ps(x, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
KERAUNOS_INLINE VecF64 ceil(VecF64 x) { return _mm512_roundscale_pd(x, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
KERAUNOS_INLINE VecF32 round_even(VecF32 x) {
  return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
KERAUNOS_INLINE VecF64 round_even(VecF64 x) {
  return _mm512_roundscale_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

// The first n lanes, 0 <= n <= lanes; the other lanes of a load are `fill`.
KERAUNOS_INLINE __mmask16 lane_mask16(int64_t n) { return static_cast<__mmask16>((1u << n) - 1); }
KERAUNOS_INLINE __mmask8 lane_mask8(int64_t n) { return static_cast<__mmask8>((1u << n) - 1); }
KERAUNOS_INLINE VecF32 load_n(const float* p, int64_t n) { return _mm512_maskz_loadu_ps(lane_mask16(n), p); }
KERAUNOS_INLINE VecF64 load_n(const double* p, int64_t n) { return _mm512_maskz_loadu_pd(lane_mask8(n), p); }
KERAUNOS_INLINE VecF32 load_n(const float* p, int64_t n, float fill) {
  return _mm512_mask_loadu_ps(_mm512_set1_ps(fill), lane_mask16(n), p);
}
KERAUNOS_INLINE VecF64 load_n(const double* p, int64_t n, double fill) {
  return _mm512_mask_loadu_pd(_mm512_set1_pd(fill), lane_mask8(n), p);
}
KERAUNOS_INLINE void store_n(float* p, VecF32 v, int64_t n) { _mm512_mask_storeu_ps(p, lane_mask16(n), v); }
KERAUNOS_INLINE void store_n(double* p, VecF64 v, int64_t n) { _mm512_mask_storeu_pd(p, lane_mask8(n), v); }

// float <-> double, half a float vector at a time; float <-> int32 (round to nearest even, truncate).
KERAUNOS_INLINE VecF64 widen_low(VecF32 x) { return _mm512_cvtps_pd(_mm512_castps512_ps256(x)); }
KERAUNOS_INLINE VecF64 widen_high(VecF32 x) { return _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1)); }
KERAUNOS_INLINE VecF32 narrow(VecF64 low, VecF64 high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1);
}
KERAUNOS_INLINE VecF32 to_float(VecI32 x) { return _mm512_cvtepi32_ps((__m512i)x); }
KERAUNOS_INLINE VecI32 truncate(VecF32 x) { return (VecI32)_mm512_cvttps_epi32(x); }

// 64-bit products of the even 32-bit lanes.
KERAUNOS_INLINE VecU32 multiply_even(VecU32 a, VecU32 b) { return (VecU32)_mm512_mul_epu32((__m512i)a, (__m512i)b); }

KERAUNOS_INLINE bool any(VecI32 mask) { return _mm512_movepi32_mask((__m512i)mask) != 0; }
KERAUNOS_INLINE bool any(VecI64 mask) { return _mm512_movepi64_mask((__m512i)mask) != 0; }

// Keeps a loaded vector in its register: znver tuning would fold the load into each FMA and read memory again.
KERAUNOS_INLINE void pin(VecF32& v) { asm("" : "+v"(v)); }
KERAUNOS_INLINE void pin(VecF64& v) { asm("" : "+v"(v)); }

}  // namespace
}  // namespace keraunos

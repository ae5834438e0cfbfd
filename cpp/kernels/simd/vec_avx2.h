// AVX2 + FMA: what vec.h's operators cannot say. Partial loads and stores use vmaskmov, which touches no memory for
// lanes that are off. Included by vec.h only.
#pragma once
#include <immintrin.h>

namespace keraunos {
namespace {

inline constexpr bool kHasFma = true;

// a * b + c and c - a * b, rounded once.
KERAUNOS_INLINE VecF32 fma(VecF32 a, VecF32 b, VecF32 c) { return _mm256_fmadd_ps(a, b, c); }
KERAUNOS_INLINE VecF64 fma(VecF64 a, VecF64 b, VecF64 c) { return _mm256_fmadd_pd(a, b, c); }
KERAUNOS_INLINE VecF32 fnma(VecF32 a, VecF32 b, VecF32 c) { return _mm256_fnmadd_ps(a, b, c); }
KERAUNOS_INLINE VecF64 fnma(VecF64 a, VecF64 b, VecF64 c) { return _mm256_fnmadd_pd(a, b, c); }

KERAUNOS_INLINE VecF32 sqrt(VecF32 x) { return _mm256_sqrt_ps(x); }
KERAUNOS_INLINE VecF64 sqrt(VecF64 x) { return _mm256_sqrt_pd(x); }
KERAUNOS_INLINE VecF32 floor(VecF32 x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
KERAUNOS_INLINE VecF64 floor(VecF64 x) { return _mm256_round_pd(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
KERAUNOS_INLINE VecF32 ceil(VecF32 x) { return _mm256_round_ps(x, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
KERAUNOS_INLINE VecF64 ceil(VecF64 x) { return _mm256_round_pd(x, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
KERAUNOS_INLINE VecF32 round_even(VecF32 x) {
  return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
KERAUNOS_INLINE VecF64 round_even(VecF64 x) {
  return _mm256_round_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

// The first n lanes, 0 <= n <= lanes; the other lanes of a load are `fill`.
alignas(64) constexpr int32_t kLaneMasks32[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
alignas(64) constexpr int64_t kLaneMasks64[8] = {-1, -1, -1, -1, 0, 0, 0, 0};
KERAUNOS_INLINE __m256i lane_mask8(int64_t n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i_u*>(kLaneMasks32 + 8 - n));
}
KERAUNOS_INLINE __m256i lane_mask4(int64_t n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i_u*>(kLaneMasks64 + 4 - n));
}
KERAUNOS_INLINE VecF32 load_n(const float* p, int64_t n) { return _mm256_maskload_ps(p, lane_mask8(n)); }
KERAUNOS_INLINE VecF64 load_n(const double* p, int64_t n) { return _mm256_maskload_pd(p, lane_mask4(n)); }
KERAUNOS_INLINE VecF32 load_n(const float* p, int64_t n, float fill) {
  return select((VecI32)lane_mask8(n), load_n(p, n), splat(fill));
}
KERAUNOS_INLINE VecF64 load_n(const double* p, int64_t n, double fill) {
  return select((VecI64)lane_mask4(n), load_n(p, n), splat(fill));
}
KERAUNOS_INLINE void store_n(float* p, VecF32 v, int64_t n) { _mm256_maskstore_ps(p, lane_mask8(n), v); }
KERAUNOS_INLINE void store_n(double* p, VecF64 v, int64_t n) { _mm256_maskstore_pd(p, lane_mask4(n), v); }

// float <-> double, half a float vector at a time; float <-> int32 (round to nearest even, truncate).
KERAUNOS_INLINE VecF64 widen_low(VecF32 x) { return _mm256_cvtps_pd(_mm256_castps256_ps128(x)); }
KERAUNOS_INLINE VecF64 widen_high(VecF32 x) { return _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1)); }
KERAUNOS_INLINE VecF32 narrow(VecF64 low, VecF64 high) {
  return _mm256_set_m128(_mm256_cvtpd_ps(high), _mm256_cvtpd_ps(low));
}
KERAUNOS_INLINE VecF32 to_float(VecI32 x) { return _mm256_cvtepi32_ps((__m256i)x); }
KERAUNOS_INLINE VecI32 truncate(VecF32 x) { return (VecI32)_mm256_cvttps_epi32(x); }

// 64-bit products of the even 32-bit lanes.
KERAUNOS_INLINE VecU32 multiply_even(VecU32 a, VecU32 b) { return (VecU32)_mm256_mul_epu32((__m256i)a, (__m256i)b); }

KERAUNOS_INLINE bool any(VecI32 mask) { return _mm256_movemask_epi8((__m256i)mask) != 0; }
KERAUNOS_INLINE bool any(VecI64 mask) { return _mm256_movemask_epi8((__m256i)mask) != 0; }

// Keeps a loaded vector in its register: znver tuning would fold the load into each FMA and read memory again.
KERAUNOS_INLINE void pin(VecF32& v) { asm("" : "+x"(v)); }
KERAUNOS_INLINE void pin(VecF64& v) { asm("" : "+x"(v)); }

}  // namespace
}  // namespace keraunos

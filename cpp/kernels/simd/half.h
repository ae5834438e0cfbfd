// bfloat16 and float16 to float32 and back: to the nearest, ties to even; beyond the largest to infinity; NaN to a
// quiet NaN of its sign. Bits alone decide, so every ISA gives the same ones and denormals survive the executor's
// flushing.
#pragma once
#include "kernels/simd/vec.h"
#include "kernels/types.h"

namespace keraunos {
namespace {

KERAUNOS_INLINE uint32_t float_bits(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
KERAUNOS_INLINE float bits_float(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

KERAUNOS_INLINE float widen(BFloat16 x) { return bits_float(static_cast<uint32_t>(x.bits) << 16); }

KERAUNOS_INLINE float widen(Float16 x) {
  const uint32_t magnitude = static_cast<uint32_t>(x.bits & 0x7fff) << 13;
  const uint32_t exponent = magnitude & 0x0f800000;
  // From bias 15 to 127; infinity and NaN get the largest exponent again. Denormals are m * 2^-24 = (2^-14 + m *
  // 2^-24) - 2^-14.
  const uint32_t normal = magnitude + (112u << 23);
  const uint32_t special = magnitude + (224u << 23);
  const uint32_t quiet = special | (special > 0x7f800000 ? 0x400000 : 0);
  const uint32_t denormal = float_bits(bits_float(normal + (1u << 23)) - bits_float(113u << 23));
  const uint32_t bits = exponent == 0x0f800000 ? quiet : exponent == 0 ? denormal : normal;
  return bits_float(bits | static_cast<uint32_t>(x.bits & 0x8000) << 16);
}

template <class Half>
KERAUNOS_INLINE Half narrow(float x);

template <>
KERAUNOS_INLINE BFloat16 narrow<BFloat16>(float x) {
  const uint32_t bits = float_bits(x);
  const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  const uint32_t quiet = (bits >> 16 & 0x8000) | 0x7fc0;
  return {static_cast<uint16_t>((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded)};
}

template <>
KERAUNOS_INLINE Float16 narrow<Float16>(float x) {
  const uint32_t bits = float_bits(x), magnitude = bits & 0x7fffffff;
  // Below 2^-14 adding 0.5 leaves the multiples of 2^-24 in the last place; the sum is rounded as it must be.
  const uint32_t denormal = float_bits(bits_float(magnitude) + 0.5f) - 0x3f000000;
  const uint32_t normal = (magnitude - (112u << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13;
  const uint32_t special = magnitude > 0x7f800000 ? 0x7e00 | (magnitude >> 13 & 0x3ff) : 0x7c00;
  const uint32_t result = magnitude >= 0x47800000 ? special : magnitude < 0x38800000 ? denormal : normal;
  return {static_cast<uint16_t>(result | (bits >> 16 & 0x8000))};
}

// Rounded to float32 with the last bit set wherever something was lost ("to odd"): what is then rounded to a half is
// rounded as if at once.
KERAUNOS_INLINE float round_to_odd(double x) {
  const float near = static_cast<float>(x);
  const double back = static_cast<double>(near);
  const uint32_t bits = float_bits(near);
  const uint32_t below = bits - (__builtin_fabs(back) > __builtin_fabs(x) ? 1 : 0);
  return bits_float(((back < x) | (back > x)) ? (below | 1) : bits);
}

#if defined(__F16C__)
// Rows of float16 in hardware, which gives the same bits: eight elements at a time, the rest is left to the caller.
// Returns how many are done.
KERAUNOS_INLINE int64_t narrow_row(const float* in, Float16* out, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT));
  }
  return i;
}
KERAUNOS_INLINE int64_t widen_row(const Float16* in, float* out, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i))));
  }
  return i;
}
#endif

}  // namespace
}  // namespace keraunos

// exp and its relatives for float: x = n ln 2 + r with |r| <= ln 2 / 2, exp(r) = 1 + r + r^2 Q(r), Q of degree 5
// (Chebyshev fit, error 1.4e-9). ln 2 is split so that n * high is exact without FMA too. exp(x) costs 14 arithmetic
// instructions.
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

inline constexpr float kLog2E = 1.44269504088896341f;
inline constexpr float kLn2High = 0.693359375f;
inline constexpr float kLn2Low = -2.12194440e-4f;
inline constexpr float kRoundMagic = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits

struct ExpReduction {
  VecF32 expm1_r;  // exp(r) - 1
  VecI32 n;
};

KERAUNOS_INLINE ExpReduction reduce_exp(VecF32 x) {
  const VecF32 shifted = fma(x, splat(kLog2E), splat(kRoundMagic));
  const VecF32 n = shifted - kRoundMagic;
  const VecF32 r = fnma(n, splat(kLn2Low), fnma(n, splat(kLn2High), x));
  VecF32 q = splat(1.989107986e-04f);
  q = fma(q, r, splat(1.393373124e-03f));
  q = fma(q, r, splat(8.333310485e-03f));
  q = fma(q, r, splat(4.166646302e-02f));
  q = fma(q, r, splat(1.666666716e-01f));
  q = fma(q, r, splat(0.5f));
  return {fma(r * r, q, r), bits(shifted) - bits(splat(kRoundMagic))};
}

// 2^n for -126 <= n <= 127.
KERAUNOS_INLINE VecF32 power_of_two(VecI32 n) { return from_bits((n + 127) << 23); }

// Keeps NaN, which compares false.
KERAUNOS_INLINE VecF32 clamp_keep_nan(VecF32 x, float low, float high) {
  const VecF32 below = x > high ? splat(high) : x;
  return below < low ? splat(low) : below;
}

// The scale 2^n is applied in two halves, so that n = 128 overflows and n < -126 underflows gradually.
KERAUNOS_INLINE VecF32 exp(VecF32 x) {
  const ExpReduction e = reduce_exp(clamp_keep_nan(x, -104.0f, 89.0f));
  const VecI32 half = e.n >> 1;
  return ((1.0f + e.expm1_r) * power_of_two(half)) * power_of_two(e.n - half);
}

// exp for x <= 0 whose result need not be subnormal: below -87.3 it is 0. Softmax and sigmoid use it.
KERAUNOS_INLINE VecF32 exp_non_positive(VecF32 x) {
  const ExpReduction e = reduce_exp(clamp_keep_nan(x, -87.0f, 0.0f));
  const VecF32 value = (1.0f + e.expm1_r) * power_of_two(e.n);
  return x < -87.0f ? splat(0.0f) : value;
}

// 2^n (exp(r) - 1) + (2^n - 1), at half scale because 2^128 is no float. Tiny x (and -0) are their own answer.
KERAUNOS_INLINE VecF32 expm1(VecF32 x) {
  const ExpReduction e = reduce_exp(clamp_keep_nan(x, -26.0f, 89.0f));
  const VecF32 scale = power_of_two(e.n - 1);
  const VecF32 value = 2.0f * fma(scale, e.expm1_r, scale - 0.5f);
  return abs(x) < 1e-8f ? x : value;
}

// Both branches divide by a number >= 1, so neither end loses precision: sigmoid(-100) = 3.8e-44.
KERAUNOS_INLINE VecF32 sigmoid(VecF32 x) {
  const VecF32 z = exp(-abs(x));
  return select(x >= 0.0f, splat(1.0f), z) / (1.0f + z);
}

// t = expm1(-2|x|): tanh|x| = -t / (t + 2).
KERAUNOS_INLINE VecF32 tanh(VecF32 x) {
  const VecF32 t = expm1(-2.0f * abs(x));
  return copysign(t / (t + 2.0f), x);
}

}  // namespace
}  // namespace keraunos

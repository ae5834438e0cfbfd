// log and its relatives for float: x = 2^k (1 + f) with 1 + f in [sqrt 1/2, sqrt 2), log(1 + f) = f - f^2 / 2 + f^3
// P(f), P of degree 8 (Chebyshev fit, error 2.9e-8 of f^3).
#pragma once
#include "kernels/simd/exp.h"
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

inline constexpr float kInfinity = __builtin_inff();

KERAUNOS_INLINE VecF32 log1p_polynomial(VecF32 f) {
  VecF32 p = splat(6.971611828e-02f);
  p = fma(p, f, splat(-1.147973388e-01f));
  p = fma(p, f, splat(1.168541983e-01f));
  p = fma(p, f, splat(-1.242568716e-01f));
  p = fma(p, f, splat(1.424905807e-01f));
  p = fma(p, f, splat(-1.666780263e-01f));
  p = fma(p, f, splat(2.000071555e-01f));
  p = fma(p, f, splat(-2.499999702e-01f));
  return fma(p, f, splat(3.333333135e-01f));
}

// k ln 2 + log(1 + f) + correction.
KERAUNOS_INLINE VecF32 assemble_log(VecF32 k, VecF32 f, VecF32 correction) {
  const VecF32 square = f * f;
  VecF32 small = (f * square) * log1p_polynomial(f);
  small = fma(k, splat(kLn2Low), small) + correction;
  small = fnma(splat(0.5f), square, small);
  return fma(k, splat(kLn2High), f + small);
}

// What log gives outside (0, inf): -inf for zeros, NaN for negatives, inf and NaN as they are.
KERAUNOS_INLINE VecF32 log_special(VecF32 x) {
  const VecF32 negative = x < 0.0f ? splat(__builtin_nanf("")) : x;
  return x == 0.0f ? splat(-kInfinity) : negative;
}

KERAUNOS_INLINE VecF32 log(VecF32 x) {
  const VecI32 subnormal = x < 1.17549435e-38f;
  const VecI32 pattern = bits(select(subnormal, x * 8388608.0f, x));
  const VecI32 k = (pattern - 0x3f3504f3) >> 23;
  const VecF32 f = from_bits(pattern - (k << 23)) - 1.0f;
  const VecF32 exponent = to_float(k + (subnormal & -23));
  return ((x > 0.0f) & (x < kInfinity)) ? assemble_log(exponent, f, splat(0.0f)) : log_special(x);
}

// u = 1 + x is rounded; what it lost, divided by u, is added to log u. Where u needs no exponent, f = x is exact.
KERAUNOS_INLINE VecF32 log1p(VecF32 x) {
  const VecF32 u = 1.0f + x;
  const VecI32 pattern = bits(u);
  const VecI32 k = (pattern - 0x3f3504f3) >> 23;
  const VecI32 direct = k == 0;
  const VecF32 lost = x > 1.0f ? 1.0f - (u - x) : x - (u - 1.0f);
  const VecF32 f = select(direct, x, from_bits(pattern - (k << 23)) - 1.0f);
  const VecF32 correction = select(direct, splat(0.0f), lost / u);
  const VecF32 value = assemble_log(to_float(k), f, correction);
  const VecF32 finite = x == 0.0f ? x : value;
  return ((u > 0.0f) & (x < kInfinity)) ? finite : log_special(u);
}

KERAUNOS_INLINE VecF32 softplus(VecF32 x) { return max(splat(0.0f), x) + log1p(exp(-abs(x))); }

}  // namespace
}  // namespace keraunos

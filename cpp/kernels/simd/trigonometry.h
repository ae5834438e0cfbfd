// sin, cos, tan for float: x = j pi/2 + r in double arithmetic, exact enough for every |x| < 2^23; larger lanes go to
// libm. On |r| <= pi/4, sin r = r + r^3 S(r^2), cos r = 1 - r^2 / 2 + r^4 C(r^2), both of degree 2 (Chebyshev fits,
// error 2e-8, 2e-9).
#pragma once
#include "kernels/simd/libm.h"
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

inline constexpr float kLargestReduced = 8388608.0f;

struct SinCos {
  VecF32 sin, cos;
};

// |r| <= pi / 4.
KERAUNOS_INLINE SinCos sin_cos_polynomial(VecF32 r) {
  const VecF32 square = r * r;
  VecF32 s = splat(-1.958786597e-04f);
  s = fma(s, square, splat(8.332747966e-03f));
  s = fma(s, square, splat(-1.666666418e-01f));
  VecF32 c = splat(2.454791684e-05f);
  c = fma(c, square, splat(-1.388830249e-03f));
  c = fma(c, square, splat(4.166666418e-02f));
  return {fma(r * square, s, r), fma(square * square, c, fnma(splat(0.5f), square, splat(1.0f)))};
}

// sin and cos of r + quadrant * pi / 2.
KERAUNOS_INLINE SinCos rotate(SinCos r, VecI32 quadrant) {
  const VecI32 odd = (quadrant & 1) != 0;
  const VecI32 sin_sign = (quadrant & 2) << 30;
  const VecI32 cos_sign = ((quadrant + 1) & 2) << 30;
  return {from_bits(bits(select(odd, r.cos, r.sin)) ^ sin_sign), from_bits(bits(select(odd, r.sin, r.cos)) ^ cos_sign)};
}

struct QuarterTurns {
  VecF64 count, rest;
};

// pi/2 in two parts; 23 bits of j times the 25 bits of the first are exact.
KERAUNOS_INLINE QuarterTurns quarter_turns(VecF64 x) {
  const VecF64 j = (x * 0.63661977236758134308 + 6755399441055744.0) - 6755399441055744.0;
  return {j, (x - j * 1.57079631090164184570) - j * 1.58932547735281966916e-08};
}

KERAUNOS_INLINE SinCos sin_cos(VecF32 x) {
  const QuarterTurns low = quarter_turns(widen_low(x));
  const QuarterTurns high = quarter_turns(widen_high(x));
  return rotate(sin_cos_polynomial(narrow(low.rest, high.rest)), truncate(narrow(low.count, high.count)));
}

// sin and cos of 2 pi u for 0 <= u <= 1; the reduction is exact.
KERAUNOS_INLINE SinCos sin_cos_turns(VecF32 u) {
  const VecF32 j = (4.0f * u + 12582912.0f) - 12582912.0f;
  return rotate(sin_cos_polynomial((u - 0.25f * j) * 6.28318530717958648f), truncate(j));
}

// Lanes that the reduction does not reach (large, infinite, NaN) take libm's value, and only they: what a lane gets
// must not depend on its neighbours.
template <typename Function>
KERAUNOS_INLINE VecF32 finish_by_libm(VecF32 x, VecF32 value, Function function) {
  const VecI32 reduced = abs(x) < kLargestReduced;
  if (__builtin_expect(any(~reduced), 0)) return select(reduced, value, map_lanes(x, function));
  return value;
}

inline VecF32 sin(VecF32 x) {
  const VecF32 value = select(x == 0.0f, x, sin_cos(x).sin);
  return finish_by_libm(x, value, [](float lane) { return __builtin_sinf(lane); });
}

inline VecF32 cos(VecF32 x) {
  return finish_by_libm(x, sin_cos(x).cos, [](float lane) { return __builtin_cosf(lane); });
}

inline VecF32 tan(VecF32 x) {
  const SinCos both = sin_cos(x);
  const VecF32 value = select(x == 0.0f, x, both.sin / both.cos);
  return finish_by_libm(x, value, [](float lane) { return __builtin_tanf(lane); });
}

}  // namespace
}  // namespace keraunos

// erf for float: below 0.9277 x + x E(x^2); above, 1 - exp(log erfc|x|), where log erfc(t) / t is a polynomial of
// degree 6 on [0.92, 4] (fits: error 1.7e-8 of x, 7e-10). erfinv: Giles's approximation in double, then two Halley
// steps with libm's erfc.
#pragma once
#include "kernels/simd/exp.h"
#include "kernels/simd/libm.h"
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

KERAUNOS_INLINE VecF32 erf(VecF32 x) {
  const VecF32 square = x * x;
  VecF32 e = splat(-5.977727124e-04f);
  e = fma(e, square, splat(4.990933929e-03f));
  e = fma(e, square, splat(-2.676536143e-02f));
  e = fma(e, square, splat(1.128179133e-01f));
  e = fma(e, square, splat(-3.761249185e-01f));
  e = fma(e, square, splat(1.283791512e-01f));
  const VecF32 near_zero = fma(e, x, x);

  const VecF32 magnitude = abs(x);
  const VecF32 t = magnitude > 4.0f ? splat(4.0f) : magnitude;
  VecF32 q = splat(-1.152246386e-05f);
  q = fma(q, t, splat(3.256543714e-04f));
  q = fma(q, t, splat(-3.653770545e-03f));
  q = fma(q, t, splat(2.378536016e-02f));
  q = fma(q, t, splat(-1.062631607e-01f));
  q = fma(q, t, splat(-6.351358891e-01f));
  q = fma(q, t, splat(-1.28652215e-01f));
  const VecF32 tail = 1.0f - exp_non_positive(fma(q, t, -t));
  return magnitude < 0.9277f ? near_zero : copysign(tail, x);
}

inline double erfinv(double x) {
  if (!(x > -1.0 && x < 1.0)) return x == 1.0 ? __builtin_inf() : x == -1.0 ? -__builtin_inf() : __builtin_nan("");
  if (x == 0.0) return x;
  const double magnitude = __builtin_fabs(x);
  const double complement = 1.0 - magnitude;
  double w = -__builtin_log(complement * (1.0 + magnitude));
  double y;
  if (w < 5.0) {
    w -= 2.5;
    y = 2.81022636e-08;
    y = 3.43273939e-07 + y * w;
    y = -3.5233877e-06 + y * w;
    y = -4.39150654e-06 + y * w;
    y = 0.00021858087 + y * w;
    y = -0.00125372503 + y * w;
    y = -0.00417768164 + y * w;
    y = 0.246640727 + y * w;
    y = 1.50140941 + y * w;
  } else {
    w = __builtin_sqrt(w) - 3.0;
    y = -0.000200214257;
    y = 0.000100950558 + y * w;
    y = 0.00134934322 + y * w;
    y = -0.00367342844 + y * w;
    y = 0.00573950773 + y * w;
    y = -0.0076224613 + y * w;
    y = 0.00943887047 + y * w;
    y = 1.00167406 + y * w;
    y = 2.83297682 + y * w;
  }
  y *= magnitude;
  for (int step = 0; step < 2; ++step) {
    const double error = magnitude < 0.5 ? __builtin_erf(y) - magnitude : complement - __builtin_erfc(y);
    const double newton = error / (1.12837916709551257390 * __builtin_exp(-y * y));
    y -= newton / (1.0 + y * newton);
  }
  return __builtin_copysign(y, x);
}

inline VecF32 erfinv(VecF32 x) {
  return map_lanes(x, [](float lane) { return static_cast<float>(erfinv(static_cast<double>(lane))); });
}
inline VecF64 erfinv(VecF64 x) {
  return map_lanes(x, [](double lane) { return erfinv(lane); });
}

}  // namespace
}  // namespace keraunos

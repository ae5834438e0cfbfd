// libm, one lane at a time: all of float64, and the float32 functions too rare to deserve a polynomial. The builtins
// are calls of the C functions without <math.h>, whose C++ wrappers would be weak symbols.
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

template <typename V, typename Function>
KERAUNOS_INLINE V map_lanes(V x, Function function) {
  for (unsigned i = 0; i < sizeof x / sizeof x[0]; ++i) x[i] = function(x[i]);
  return x;
}
template <typename V, typename Function>
KERAUNOS_INLINE V map_lanes(V x, V y, Function function) {
  for (unsigned i = 0; i < sizeof x / sizeof x[0]; ++i) x[i] = function(x[i], y[i]);
  return x;
}

#define KERAUNOS_LIBM_DOUBLE(name, function)                         \
  inline VecF64 name(VecF64 x) {                                     \
    return map_lanes(x, [](double lane) { return function(lane); }); \
  }
#define KERAUNOS_LIBM_BOTH(name, function)                             \
  inline VecF32 name(VecF32 x) {                                       \
    return map_lanes(x, [](float lane) { return function##f(lane); }); \
  }                                                                    \
  KERAUNOS_LIBM_DOUBLE(name, function)

KERAUNOS_LIBM_DOUBLE(exp, __builtin_exp)
KERAUNOS_LIBM_DOUBLE(expm1, __builtin_expm1)
KERAUNOS_LIBM_DOUBLE(log, __builtin_log)
KERAUNOS_LIBM_DOUBLE(log1p, __builtin_log1p)
KERAUNOS_LIBM_DOUBLE(tanh, __builtin_tanh)
KERAUNOS_LIBM_DOUBLE(sin, __builtin_sin)
KERAUNOS_LIBM_DOUBLE(cos, __builtin_cos)
KERAUNOS_LIBM_DOUBLE(tan, __builtin_tan)
KERAUNOS_LIBM_DOUBLE(erf, __builtin_erf)
KERAUNOS_LIBM_BOTH(erfc, __builtin_erfc)
KERAUNOS_LIBM_BOTH(cbrt, __builtin_cbrt)
KERAUNOS_LIBM_BOTH(asin, __builtin_asin)
KERAUNOS_LIBM_BOTH(acos, __builtin_acos)
KERAUNOS_LIBM_BOTH(atan, __builtin_atan)
KERAUNOS_LIBM_BOTH(sinh, __builtin_sinh)
KERAUNOS_LIBM_BOTH(cosh, __builtin_cosh)
KERAUNOS_LIBM_BOTH(asinh, __builtin_asinh)
KERAUNOS_LIBM_BOTH(acosh, __builtin_acosh)
KERAUNOS_LIBM_BOTH(atanh, __builtin_atanh)

#undef KERAUNOS_LIBM_DOUBLE
#undef KERAUNOS_LIBM_BOTH

inline VecF32 pow(VecF32 x, VecF32 y) {
  return map_lanes(x, y, [](float a, float b) { return __builtin_powf(a, b); });
}
inline VecF64 pow(VecF64 x, VecF64 y) {
  return map_lanes(x, y, [](double a, double b) { return __builtin_pow(a, b); });
}
inline VecF32 atan2(VecF32 y, VecF32 x) {
  return map_lanes(y, x, [](float a, float b) { return __builtin_atan2f(a, b); });
}
inline VecF64 atan2(VecF64 y, VecF64 x) {
  return map_lanes(y, x, [](double a, double b) { return __builtin_atan2(a, b); });
}

inline VecF32 hypot(VecF32 x, VecF32 y) {
  return map_lanes(x, y, [](float a, float b) { return __builtin_hypotf(a, b); });
}
inline VecF64 hypot(VecF64 x, VecF64 y) {
  return map_lanes(x, y, [](double a, double b) { return __builtin_hypot(a, b); });
}

KERAUNOS_INLINE VecF64 sigmoid(VecF64 x) {
  const VecF64 z = exp(-abs(x));
  return select(x >= 0.0, splat(1.0), z) / (1.0 + z);
}
KERAUNOS_INLINE VecF64 softplus(VecF64 x) { return max(splat(0.0), x) + log1p(exp(-abs(x))); }

// Square roots and divisions are correctly rounded everywhere; approximate reciprocals differ between vendors.
template <typename V>
KERAUNOS_INLINE V rsqrt(V x) {
  return 1 / sqrt(x);
}

}  // namespace
}  // namespace keraunos

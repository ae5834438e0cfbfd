// Functions of single elements, overloaded for every type where the types differ. The compiler vectorises the loops
// around them; the results are those of NumPy, with the integer cases that trap on x86 (x / 0, INT_MIN / -1) defined.
#pragma once
#include "kernels/simd/vec.h"
#include "kernels/types.h"

namespace keraunos {
namespace {

KERAUNOS_INLINE float Absolute(float x) { return __builtin_fabsf(x); }
KERAUNOS_INLINE double Absolute(double x) { return __builtin_fabs(x); }
KERAUNOS_INLINE uint8_t Absolute(uint8_t x) { return x; }
template <class T>
KERAUNOS_INLINE T Absolute(T x) {
  return x < 0 ? -x : x;
}

// NaN stays NaN, -0 gives 0.
template <class T>
KERAUNOS_INLINE T Sign(T x) {
  return x != x ? x : static_cast<T>((x > 0) - (x < 0));
}

KERAUNOS_INLINE Bool Add(Bool x, Bool y) { return x | y; }
KERAUNOS_INLINE Bool Subtract(Bool x, Bool y) { return x ^ y; }
KERAUNOS_INLINE Bool Multiply(Bool x, Bool y) { return x & y; }
template <class T>
KERAUNOS_INLINE T Add(T x, T y) {
  return x + y;
}
template <class T>
KERAUNOS_INLINE T Subtract(T x, T y) {
  return x - y;
}
template <class T>
KERAUNOS_INLINE T Multiply(T x, T y) {
  return x * y;
}

// NaN if either is NaN.
template <class T>
KERAUNOS_INLINE T Maximum(T x, T y) {
  return ((x > y) | (x != x)) ? x : y;
}
template <class T>
KERAUNOS_INLINE T Minimum(T x, T y) {
  return ((x < y) | (x != x)) ? x : y;
}

KERAUNOS_INLINE float Remainder(float x, float y) { return __builtin_fmodf(x, y); }
KERAUNOS_INLINE double Remainder(double x, double y) { return __builtin_fmod(x, y); }
KERAUNOS_INLINE float CopySign(float x, float sign) { return __builtin_copysignf(x, sign); }
KERAUNOS_INLINE double CopySign(double x, double sign) { return __builtin_copysign(x, sign); }
KERAUNOS_INLINE float Floor(float x) { return __builtin_floorf(x); }
KERAUNOS_INLINE double Floor(double x) { return __builtin_floor(x); }

// Sign of the divisor, as Python; integers: 0 when dividing by 0.
template <class T>
KERAUNOS_INLINE T Mod(T x, T y) {
  if constexpr (kIsFloat<T>) {
    const T rest = Remainder(x, y);
    if (rest == 0) return CopySign(T(0), y);
    return (rest < 0) != (y < 0) ? rest + y : rest;
  } else {
    if (y == 0 || y == static_cast<T>(-1)) return y == 0 || static_cast<T>(-1) < 0 ? 0 : x % y;
    const T rest = x % y;
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
  }
}

// Sign of the dividend, as C; integers: 0 when dividing by 0.
template <class T>
KERAUNOS_INLINE T TruncatedMod(T x, T y) {
  if constexpr (kIsFloat<T>) {
    return Remainder(x, y);
  } else {
    if (y == 0 || (static_cast<T>(-1) < 0 && y == static_cast<T>(-1))) return 0;
    return x % y;
  }
}

// Towards -inf. The float quotient comes from the exact remainder, as in NumPy: floor(x / y) alone is off by one where
// x / y rounds up to an integer.
template <class T>
KERAUNOS_INLINE T FloorDivide(T x, T y) {
  if constexpr (kIsFloat<T>) {
    if (y == 0) return x / y;
    const T rest = Remainder(x, y);
    T quotient = (x - rest) / y;
    if (rest != 0 && (rest < 0) != (y < 0)) quotient -= 1;
    if (quotient == 0) return CopySign(T(0), x / y);
    const T floored = Floor(quotient);
    return quotient - floored > T(0.5) ? floored + 1 : floored;
  } else {
    if (y == 0) return 0;
    if (static_cast<T>(-1) < 0 && y == static_cast<T>(-1)) return -x;
    const T quotient = x / y;
    return x % y != 0 && (x < 0) != (y < 0) ? quotient - 1 : quotient;
  }
}

// Integers by squaring, wrapping around; a negative exponent gives 0.
template <class T>
KERAUNOS_INLINE T IntegerPower(T base, T exponent) {
  if (exponent < 0) return 0;
  T power = 1;
  while (exponent) {
    if (exponent & 1) power *= base;
    base *= base;
    exponent >>= 1;
  }
  return power;
}

// Of the absolute values, by Euclid; wraps around where the absolute value of the least number does.
template <class T>
KERAUNOS_INLINE T GreatestCommonDivisor(T x, T y) {
  uint64_t a = static_cast<uint64_t>(static_cast<int64_t>(x)), b = static_cast<uint64_t>(static_cast<int64_t>(y));
  if (x < 0) a = -a;
  if (y < 0) b = -b;
  while (b != 0) {
    const uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return static_cast<T>(a);
}

// Distances that the language leaves open give what shifting bit by bit would.
template <class T>
KERAUNOS_INLINE T LeftShift(T x, T distance) {
  const bool whole = distance < 0 || distance >= static_cast<T>(8 * sizeof(T));
  return whole ? 0 : static_cast<T>(static_cast<uint64_t>(x) << distance);
}
template <class T>
KERAUNOS_INLINE T RightShift(T x, T distance) {
  const bool whole = distance < 0 || distance >= static_cast<T>(8 * sizeof(T));
  return whole ? static_cast<T>(x < 0 ? -1 : 0) : static_cast<T>(x >> distance);
}

}  // namespace
}  // namespace keraunos

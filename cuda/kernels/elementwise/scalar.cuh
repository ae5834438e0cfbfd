// Functions of single elements that differ between types: the results are those of cpp/kernels/elementwise/scalar.h,
// that is of NumPy, with the integer cases that trap on processors (x / 0, INT_MIN / -1) defined.
#pragma once
#include "cuda/kernels/types.h"
#include "device/math.h"

namespace keraunos::cuda {
namespace {

template <class T>
inline constexpr bool kIsReal = false;
template <>
inline constexpr bool kIsReal<float> = true;
template <>
inline constexpr bool kIsReal<double> = true;

template <class T>
__device__ __forceinline__ T Absolute(T x) {
  if constexpr (kIsReal<T>) {
    return fabs(x);
  } else {
    return static_cast<T>(-1) < 0 && x < 0 ? static_cast<T>(-x) : x;
  }
}

// NaN stays NaN, -0 gives 0.
template <class T>
__device__ __forceinline__ T Sign(T x) {
  return x != x ? x : static_cast<T>((x > 0) - (x < 0));
}

template <class T>
__device__ __forceinline__ T Add(T x, T y) {
  return static_cast<T>(x + y);
}
template <class T>
__device__ __forceinline__ T Subtract(T x, T y) {
  return static_cast<T>(x - y);
}
template <class T>
__device__ __forceinline__ T Multiply(T x, T y) {
  return static_cast<T>(x * y);
}
template <>
__device__ __forceinline__ Bool Add(Bool x, Bool y) {
  return Bool(x || y);
}
template <>
__device__ __forceinline__ Bool Subtract(Bool x, Bool y) {
  return Bool(bool(x) != bool(y));
}
template <>
__device__ __forceinline__ Bool Multiply(Bool x, Bool y) {
  return Bool(x && y);
}

// NaN if either is NaN.
template <class T>
__device__ __forceinline__ T Maximum(T x, T y) {
  return x > y || x != x ? x : y;
}
template <class T>
__device__ __forceinline__ T Minimum(T x, T y) {
  return x < y || x != x ? x : y;
}

// Sign of the divisor, as Python; integers: 0 when dividing by 0.
template <class T>
__device__ __forceinline__ T Mod(T x, T y) {
  if constexpr (kIsReal<T>) {
    const T rest = fmod(x, y);
    if (rest == 0) return copysign(T(0), y);
    return (rest < 0) != (y < 0) ? rest + y : rest;
  } else {
    if (y == 0 || y == static_cast<T>(-1)) return y == 0 || static_cast<T>(-1) < 0 ? T(0) : static_cast<T>(x % y);
    const T rest = static_cast<T>(x % y);
    return rest != 0 && (rest < 0) != (y < 0) ? static_cast<T>(rest + y) : rest;
  }
}

// Sign of the dividend, as C; integers: 0 when dividing by 0.
template <class T>
__device__ __forceinline__ T TruncatedMod(T x, T y) {
  if constexpr (kIsReal<T>) {
    return fmod(x, y);
  } else {
    if (y == 0 || (static_cast<T>(-1) < 0 && y == static_cast<T>(-1))) return 0;
    return static_cast<T>(x % y);
  }
}

// Towards -inf. The float quotient comes from the exact remainder: floor(x / y) alone is off by one where x / y rounds
// up to an integer.
template <class T>
__device__ __forceinline__ T FloorDivide(T x, T y) {
  if constexpr (kIsReal<T>) {
    if (y == 0) return x / y;
    const T rest = fmod(x, y);
    T quotient = (x - rest) / y;
    if (rest != 0 && (rest < 0) != (y < 0)) quotient -= 1;
    if (quotient == 0) return copysign(T(0), x / y);
    const T floored = floor(quotient);
    return quotient - floored > T(0.5) ? floored + 1 : floored;
  } else {
    if (y == 0) return 0;
    if (static_cast<T>(-1) < 0 && y == static_cast<T>(-1)) return static_cast<T>(-x);
    const T quotient = static_cast<T>(x / y);
    return x % y != 0 && (x < 0) != (y < 0) ? static_cast<T>(quotient - 1) : quotient;
  }
}

// Integers by squaring, wrapping around; a negative exponent gives 0.
template <class T>
__device__ __forceinline__ T IntegerPower(T base, T exponent) {
  if (exponent < 0) return 0;
  T power = 1;
  while (exponent) {
    if (exponent & 1) power = static_cast<T>(power * base);
    base = static_cast<T>(base * base);
    exponent = static_cast<T>(exponent >> 1);
  }
  return power;
}

// Of the absolute values, by Euclid; wraps around where the absolute value of the least number does.
template <class T>
__device__ __forceinline__ T GreatestCommonDivisor(T x, T y) {
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
__device__ __forceinline__ T LeftShift(T x, T distance) {
  const bool whole = distance < 0 || distance >= static_cast<T>(8 * sizeof(T));
  return whole ? T(0) : static_cast<T>(static_cast<uint64_t>(x) << distance);
}
template <class T>
__device__ __forceinline__ T RightShift(T x, T distance) {
  const bool whole = distance < 0 || distance >= static_cast<T>(8 * sizeof(T));
  return whole ? static_cast<T>(x < 0 ? -1 : 0) : static_cast<T>(x >> distance);
}

// The words in which cpp/kernels/elementwise/functions.inc is written, beyond those of the language's library.
template <class T>
__device__ __forceinline__ T select(bool condition, T a, T b) {
  return condition ? a : b;
}
template <class T>
__device__ __forceinline__ T max(T a, T b) {
  return a > b ? a : b;
}
template <class T>
__device__ __forceinline__ T rsqrt(T x) {
  return ReciprocalSqrt(x);
}
template <class H>
__device__ __forceinline__ H narrow(float x) {
  return FromFloat<H>(x);
}
template <class H>
__device__ __forceinline__ float widen(H x) {
  return ToFloat(x);
}
template <class T>
__device__ __forceinline__ T round_even(T x) {
  return rint(x);
}
// Both branches divide by a number >= 1, so neither end loses precision.
template <class T>
__device__ __forceinline__ T sigmoid(T x) {
  const T z = exp(-fabs(x));
  return (x >= 0 ? T(1) : z) / (1 + z);
}
template <class T>
__device__ __forceinline__ T softplus(T x) {
  return max(T(0), x) + log1p(exp(-fabs(x)));
}

}  // namespace
}  // namespace keraunos::cuda

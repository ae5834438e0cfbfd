// Conversion of an element from one dtype to another, as the processor does it (cpp/kernels/movement/convert.h): floats
// go to integers as in C, but saturate where C leaves the result undefined, and NaN gives 0; halves go by float32.
#pragma once
#include "cuda/kernels/types.h"
#include "device/half.h"
#include "device/math.h"

namespace keraunos::cuda {

template <class T>
inline constexpr bool kIsHalf = sizeof(T) == 2;
template <class T>
inline constexpr bool kIsFloat = false;
template <>
inline constexpr bool kIsFloat<float> = true;
template <>
inline constexpr bool kIsFloat<double> = true;
template <>
inline constexpr bool kIsFloat<BFloat16> = true;
template <>
inline constexpr bool kIsFloat<Float16> = true;

// Rounded to float32 with the last bit set wherever something was lost ("to odd"): what is then rounded to a half is
// rounded as if at once.
__device__ __forceinline__ float RoundToOdd(double x) {
  const float near = static_cast<float>(x);
  const double back = static_cast<double>(near);
  if (!(back < x || back > x)) return near;
  const uint32_t bits = __float_as_uint(near);
  return __uint_as_float((fabs(back) > fabs(x) ? bits - 1 : bits) | 1);
}

template <class To, class From>
__device__ __forceinline__ To Convert(From x) {
  if constexpr (kIsHalf<From>) {
    return Convert<To>(ToFloat(x));
  } else if constexpr (kIsHalf<To> && kDTypeOf<From> == kFloat64) {
    return FromFloat<To>(RoundToOdd(x));
  } else if constexpr (kIsHalf<To>) {
    return FromFloat<To>(Convert<float>(x));
  } else if constexpr (kDTypeOf<To> == kBool) {
    return Bool(x != From(0));
  } else if constexpr (kDTypeOf<From> == kBool) {
    return static_cast<To>(x ? 1 : 0);
  } else if constexpr (kIsFloat<From> && !kIsFloat<To>) {
    constexpr bool kUnsigned = static_cast<To>(-1) > 0;
    constexpr int kBits = 8 * static_cast<int>(sizeof(To)) - (kUnsigned ? 0 : 1);
    // Both bounds are powers of two, exact in either float type; the largest value below the upper one is representable
    // or clips to the maximum.
    constexpr From kUpper = static_cast<From>(2) * static_cast<From>(uint64_t{1} << (kBits - 1));
    constexpr From kLower = kUnsigned ? From(0) : -kUpper;
    constexpr To kLargest = static_cast<To>((uint64_t{1} << (kBits - 1)) - 1 + (uint64_t{1} << (kBits - 1)));
    constexpr To kSmallest = kUnsigned ? To(0) : static_cast<To>(-kLargest - 1);
    if (!(x > kLower)) return x != x ? To(0) : kSmallest;
    return x < kUpper ? static_cast<To>(x) : kLargest;
  } else {
    return static_cast<To>(x);
  }
}

}  // namespace keraunos::cuda

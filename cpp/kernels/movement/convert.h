// Conversion of a row from one dtype to another, out = in * scale + offset when the target is a float; used by cast and
// batch.
#pragma once
#include "kernels/simd/half.h"
#include "kernels/simd/vec.h"
#include "kernels/types.h"

namespace keraunos {
namespace {

// Floats go to integers as in C, but saturate where C leaves the result undefined; NaN gives 0. Halves go by float32.
template <class To, class From>
KERAUNOS_INLINE To ConvertElement(From x) {
  if constexpr (kIsHalf<From>) {
    return ConvertElement<To>(widen(x));
  } else if constexpr (kIsHalf<To> && sizeof(From) == 8 && kIsFloat<From>) {
    return narrow<To>(round_to_odd(x));
  } else if constexpr (kIsHalf<To>) {
    return narrow<To>(ConvertElement<float>(x));
  } else if constexpr (kDTypeOf<To> == kBool) {
    return Bool(x != From(0));
  } else if constexpr (kDTypeOf<From> == kBool) {
    return static_cast<To>(static_cast<bool>(x) ? 1 : 0);
  } else if constexpr (kIsFloat<From> && !kIsFloat<To>) {
    constexpr bool kUnsigned = static_cast<To>(-1) > 0;
    constexpr int kBits = 8 * sizeof(To) - (kUnsigned ? 0 : 1);
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

template <bool first, class A, class B>
struct Choose {
  using Type = A;
};
template <class A, class B>
struct Choose<false, A, B> {
  using Type = B;
};
template <bool first, class A, class B>
using Conditional = typename Choose<first, A, B>::Type;

// in and out may be the same buffer only when To and From have one size.
template <class To, class From>
void ConvertRow(const void* input, void* output, int64_t n, double scale, double offset) {
  const From* in = static_cast<const From*>(input);
  To* out = static_cast<To*>(output);
  if constexpr (kIsFloat<To> || kIsHalf<To>) {
    if (scale != 1 || offset != 0) {
      using Real = Conditional<kIsHalf<To>, float, To>;
      const Real factor = static_cast<Real>(scale), summand = static_cast<Real>(offset);
#pragma GCC ivdep
      for (int64_t i = 0; i < n; ++i) out[i] = ConvertElement<To>(ConvertElement<Real>(in[i]) * factor + summand);
      return;
    }
  }
  if constexpr (kDTypeOf<To> == kDTypeOf<From> && kDTypeOf<To> != kBool) {
    // Rows of a dataset: worth the library's wide moves. in == out is allowed, hence move.
    __builtin_memmove(out, in, static_cast<size_t>(n) * sizeof(To));
  } else {
    int64_t i = 0;
#if defined(__F16C__)
    if constexpr (kDTypeOf<To> == kFloat16 && kDTypeOf<From> == kFloat32) i = narrow_row(in, out, n);
    if constexpr (kDTypeOf<To> == kFloat32 && kDTypeOf<From> == kFloat16) i = widen_row(in, out, n);
#endif
#pragma GCC ivdep
    for (; i < n; ++i) out[i] = ConvertElement<To>(in[i]);
  }
}

using ConvertFunction = void (*)(const void*, void*, int64_t, double, double);

template <class To>
inline constexpr ConvertFunction kConvertTo[kNumDTypes] = {
    ConvertRow<To, Bool>,  ConvertRow<To, uint8_t>, ConvertRow<To, int32_t>,  ConvertRow<To, int64_t>,
    ConvertRow<To, float>, ConvertRow<To, double>,  ConvertRow<To, BFloat16>, ConvertRow<To, Float16>};

// [target][source]
constexpr const ConvertFunction* kConvert[kNumDTypes] = {kConvertTo<Bool>,     kConvertTo<uint8_t>, kConvertTo<int32_t>,
                                                         kConvertTo<int64_t>,  kConvertTo<float>,   kConvertTo<double>,
                                                         kConvertTo<BFloat16>, kConvertTo<Float16>};

}  // namespace
}  // namespace keraunos

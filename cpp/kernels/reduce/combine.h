// What a reduction does with two elements, on scalars and on vectors, and its value for no elements.
#pragma once
#include "kernels/simd/vec.h"
#include "kernels/types.h"

namespace keraunos {
namespace {

template <class T>
constexpr T Lowest() {
  if constexpr (kIsFloat<T>) {
    return -static_cast<T>(__builtin_inf());
  } else if constexpr (static_cast<T>(-1) > 0) {
    return T(0);
  } else {
    return static_cast<T>(uint64_t{1} << (8 * sizeof(T) - 1));
  }
}

template <class T>
constexpr T Highest() {
  if constexpr (kIsFloat<T>) {
    return static_cast<T>(__builtin_inf());
  } else if constexpr (kDTypeOf<T> == kBool) {
    return T(true);
  } else {
    return static_cast<T>(~Lowest<T>());
  }
}

struct SumOp : Add {
  using Add::operator();
  template <class T>
  static constexpr T Identity() {
    return T(0);
  }
};

struct ProdOp : Multiply {
  using Multiply::operator();
  template <class T>
  static constexpr T Identity() {
    return T(1);
  }
};

// NaN wins; bool: any.
struct MaxOp : MaxNan {
  using MaxNan::operator();
  KERAUNOS_INLINE Bool operator()(Bool a, Bool b) const { return a | b; }
  KERAUNOS_INLINE uint8_t operator()(uint8_t a, uint8_t b) const { return a > b ? a : b; }
  KERAUNOS_INLINE int32_t operator()(int32_t a, int32_t b) const { return a > b ? a : b; }
  KERAUNOS_INLINE int64_t operator()(int64_t a, int64_t b) const { return a > b ? a : b; }
  template <class T>
  static constexpr T Identity() {
    return Lowest<T>();
  }
};

// NaN wins; bool: all.
struct MinOp : MinNan {
  using MinNan::operator();
  KERAUNOS_INLINE Bool operator()(Bool a, Bool b) const { return a & b; }
  KERAUNOS_INLINE uint8_t operator()(uint8_t a, uint8_t b) const { return a < b ? a : b; }
  KERAUNOS_INLINE int32_t operator()(int32_t a, int32_t b) const { return a < b ? a : b; }
  KERAUNOS_INLINE int64_t operator()(int64_t a, int64_t b) const { return a < b ? a : b; }
  template <class T>
  static constexpr T Identity() {
    return Highest<T>();
  }
};

}  // namespace
}  // namespace keraunos

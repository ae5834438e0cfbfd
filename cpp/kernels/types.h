// Element types of the kernels and how a dtype picks one. Bool is a byte of any value, 0 meaning false: a C++ bool read
// from bytes that anybody may have written would be undefined behaviour.
#pragma once
#include <stdint.h>

#include "kernels/kernel.h"

namespace keraunos {
namespace {

struct Bool {
  uint8_t value;
  Bool() = default;
  constexpr Bool(bool truth) : value(truth) {}
  constexpr operator bool() const { return value != 0; }
};

// Halves are stored as bits and computed with as floats: kernels/simd/half.h.
struct BFloat16 {
  uint16_t bits;
};
struct Float16 {
  uint16_t bits;
};

template <class T>
inline constexpr DType kDTypeOf = kNumDTypes;
template <>
inline constexpr DType kDTypeOf<Bool> = kBool;
template <>
inline constexpr DType kDTypeOf<uint8_t> = kUInt8;
template <>
inline constexpr DType kDTypeOf<int32_t> = kInt32;
template <>
inline constexpr DType kDTypeOf<int64_t> = kInt64;
template <>
inline constexpr DType kDTypeOf<float> = kFloat32;
template <>
inline constexpr DType kDTypeOf<double> = kFloat64;
template <>
inline constexpr DType kDTypeOf<BFloat16> = kBFloat16;
template <>
inline constexpr DType kDTypeOf<Float16> = kFloat16;

template <class T>
inline constexpr bool kIsFloat = false;
template <>
inline constexpr bool kIsFloat<float> = true;
template <>
inline constexpr bool kIsFloat<double> = true;
template <class T>
inline constexpr bool kIsHalf = false;
template <>
inline constexpr bool kIsHalf<BFloat16> = true;
template <>
inline constexpr bool kIsHalf<Float16> = true;

constexpr int64_t kElementBytes[kNumDTypes] = {1, 1, 4, 8, 4, 8, 2, 2};

}  // namespace
}  // namespace keraunos

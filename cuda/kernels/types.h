// Element types of the kernels, their dtypes, and the type in which each is computed.
#pragma once
#include <cstdint>

#include "device/half.h"
#include "kernels/params.h"

namespace keraunos::cuda {

// Bool is a byte of any value, 0 meaning false.
struct Bool {
  uint8_t value;
  Bool() = default;
  __host__ __device__ constexpr Bool(bool truth) : value(truth) {}
  __host__ __device__ constexpr operator bool() const { return value != 0; }
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

// The type that values are computed and summed in.
template <class T>
struct ComputeOf {
  using Type = T;
};
template <>
struct ComputeOf<BFloat16> {
  using Type = float;
};
template <>
struct ComputeOf<Float16> {
  using Type = float;
};
template <class T>
using Compute = typename ComputeOf<T>::Type;

}  // namespace keraunos::cuda

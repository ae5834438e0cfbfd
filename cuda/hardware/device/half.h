// bfloat16 and float16 as bits, and their conversions: to nearest even, NaN stays NaN.
#pragma once
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "device/thread.h"

namespace keraunos::cuda {

struct BFloat16 {
  uint16_t bits;
};
struct Float16 {
  uint16_t bits;
};

__device__ __forceinline__ float ToFloat(BFloat16 value) { return __uint_as_float(uint32_t{value.bits} << 16); }
__device__ __forceinline__ float ToFloat(Float16 value) { return __half2float(__ushort_as_half(value.bits)); }

template <class T>
__device__ __forceinline__ T FromFloat(float value);
template <>
__device__ __forceinline__ BFloat16 FromFloat<BFloat16>(float value) {
  return {__bfloat16_as_ushort(__float2bfloat16_rn(value))};
}
template <>
__device__ __forceinline__ Float16 FromFloat<Float16>(float value) {
  return {__half_as_ushort(__float2half_rn(value))};
}

}  // namespace keraunos::cuda

// bfloat16 and float16 as bits, and their conversions: to nearest even, NaN stays NaN.
#pragma once
#include <cstdint>

#include "device/thread.h"

namespace keraunos::cuda {

struct BFloat16 {
  uint16_t bits;
};
struct Float16 {
  uint16_t bits;
};

inline float ToFloat(BFloat16 value) { return __uint_as_float(uint32_t{value.bits} << 16); }
inline float ToFloat(Float16 value) { return static_cast<float>(std::bit_cast<_Float16>(value.bits)); }

template <class T>
T FromFloat(float value);
template <>
inline BFloat16 FromFloat<BFloat16>(float value) {
  const uint32_t bits = __float_as_uint(value);
  if (value != value) return {0x7fff};  // the NaN that the hardware gives
  return {static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}
template <>
inline Float16 FromFloat<Float16>(float value) {
  return {std::bit_cast<uint16_t>(static_cast<_Float16>(value))};
}

}  // namespace keraunos::cuda

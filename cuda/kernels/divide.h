// Division by a number that is known on the host, as one multiplication and a shift (Granlund and Montgomery, 1994).
#pragma once
#include <cstdint>

#include "device/thread.h"

namespace keraunos::cuda {

// Numbers and divisors are below 2^31: larger tensors are launched in slices.
inline constexpr int64_t kMostPerLaunch = int64_t{1} << 30;

struct Divider {
  uint32_t divisor = 1, magic = 1, shift = 0;

  Divider() = default;
  explicit Divider(int64_t number) : divisor(static_cast<uint32_t>(number)) {
    while ((uint64_t{1} << shift) < divisor) ++shift;
    magic = static_cast<uint32_t>(((uint64_t{1} << 32) * ((uint64_t{1} << shift) - divisor)) / divisor + 1);
  }
  __device__ __forceinline__ uint32_t Quotient(uint32_t number) const {
    return (__umulhi(number, magic) + number) >> shift;
  }
};

inline int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace keraunos::cuda

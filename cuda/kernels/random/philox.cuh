// Philox4x32-10 (Salmon et al., SC 2011): four words for a counter of 128 bits, the same ones as on the processor
// (cpp/kernels/random/philox.h).
#pragma once
#include <cstdint>

#include "device/thread.h"

namespace keraunos::cuda {
namespace {

struct PhiloxWords {
  uint32_t of[4];
};

// key: seed[0]; stream: seed[1], the upper half of the counter.
__device__ __forceinline__ PhiloxWords Philox(uint64_t key, uint64_t stream, uint64_t block) {
  uint32_t c0 = static_cast<uint32_t>(block), c1 = static_cast<uint32_t>(block >> 32);
  uint32_t c2 = static_cast<uint32_t>(stream), c3 = static_cast<uint32_t>(stream >> 32);
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
#pragma unroll
  for (int round = 0; round < 10; ++round) {
    const uint32_t high0 = __umulhi(c0, 0xD2511F53u), low0 = c0 * 0xD2511F53u;
    const uint32_t high1 = __umulhi(c2, 0xCD9E8D57u), low1 = c2 * 0xCD9E8D57u;
    c0 = high1 ^ c1 ^ k0;
    c2 = high0 ^ c3 ^ k1;
    c1 = low1;
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

}  // namespace
}  // namespace keraunos::cuda

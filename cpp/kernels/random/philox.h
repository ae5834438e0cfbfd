// Philox4x32-10 (Salmon et al., SC 2011), as many blocks at once as a vector has 64-bit lanes. Each 32-bit counter word
// sits in the low half of a 64-bit lane, so the 32 x 32 -> 64 multiply gives both halves of the product at once; the
// upper halves of the words hold rubbish that the multiply ignores.
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

typedef uint64_t VecU64 __attribute__((vector_size(KERAUNOS_VECTOR_BYTES)));
inline constexpr int kBlocks = KERAUNOS_VECTOR_BYTES / 8;  // blocks of four words at once

struct PhiloxKey {
  uint64_t key;     // seed[0]
  uint64_t stream;  // seed[1], the upper half of the counter
};

KERAUNOS_INLINE VecU64 Product32(VecU64 a, uint32_t b) {
  return (VecU64)multiply_even((VecU32)a, (VecU32)(VecU64{} + b));
}

// The words of kBlocks consecutive blocks from block `first`, in order: word[0] is the first half of them, as pairs of
// 32 bits.
struct PhiloxWords {
  VecU64 pairs[2];
};

KERAUNOS_INLINE PhiloxWords Philox(PhiloxKey key, uint64_t first) {
  VecU64 block;
  for (int i = 0; i < kBlocks; ++i) block[i] = first + static_cast<uint64_t>(i);
  VecU64 c0 = block, c1 = block >> 32;
  VecU64 c2 = VecU64{} + key.stream, c3 = VecU64{} + (key.stream >> 32);
  uint32_t k0 = static_cast<uint32_t>(key.key), k1 = static_cast<uint32_t>(key.key >> 32);
  KERAUNOS_UNROLL for (int round = 0; round < 10; ++round) {
    const VecU64 product0 = Product32(c0, 0xD2511F53u);
    const VecU64 product1 = Product32(c2, 0xCD9E8D57u);
    c0 = (product1 >> 32) ^ c1 ^ (VecU64{} + k0);
    c2 = (product0 >> 32) ^ c3 ^ (VecU64{} + k1);
    c1 = product1;
    c3 = product0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  const VecU64 low = (c0 & 0xffffffffu) | (c1 << 32);
  const VecU64 high = (c2 & 0xffffffffu) | (c3 << 32);
#if KERAUNOS_VECTOR_BYTES == 64
  return {{shuffle<0, 8, 1, 9, 2, 10, 3, 11>(low, high), shuffle<4, 12, 5, 13, 6, 14, 7, 15>(low, high)}};
#elif KERAUNOS_VECTOR_BYTES == 32
  return {{shuffle<0, 4, 1, 5>(low, high), shuffle<2, 6, 3, 7>(low, high)}};
#else
  return {{shuffle<0, 2>(low, high), shuffle<1, 3>(low, high)}};
#endif
}

}  // namespace
}  // namespace keraunos

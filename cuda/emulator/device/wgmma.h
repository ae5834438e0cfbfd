// Products of warpgroups on the host; descriptors and layouts: hardware/device/wgmma.h. Products are made when somebody
// waits for them, so that tiles that are overwritten too early and sums that are read too early are seen.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "device/async_copy.h"
#include "device/half.h"
#include "device/thread.h"

namespace keraunos::emulator {

// A tile in shared memory; only elements of 2 bytes may be transposed. What the descriptor says is taken apart once:
// a product of 256 columns reads 1,024 elements per thread.
template <class T, bool kTransposed>
struct Tile {
  explicit Tile(uint64_t descriptor)
      : shared(SharedMemory()),
        start(Field(descriptor, 0)),
        leading(Field(descriptor, 16)),
        stride(Field(descriptor, 32)) {}
  static int64_t Field(uint64_t descriptor, int bit) { return static_cast<int64_t>(descriptor >> bit & 0x3fff) << 4; }
  // i counts rows of A or columns of B.
  float At(int i, int k) const {
    constexpr int64_t bytes = sizeof(T);
    // Offsets before the permutation, of which the address is part.
    const int64_t offset = kTransposed ? i / 64 * leading + i % 64 * bytes + k / 8 * stride + k % 8 * 128
                                       : i / 8 * stride + i % 8 * 128 + k * bytes;
    const int64_t address = start + offset, permuted = address ^ (address >> 3 & 0x70);
    if constexpr (sizeof(T) == 4) {
      uint32_t bits;
      std::memcpy(&bits, shared + permuted, sizeof(bits));
      return __uint_as_float(bits & ~0x1fffu);
    } else {
      T value;
      std::memcpy(&value, shared + permuted, sizeof(value));
      return cuda::ToFloat(value);
    }
  }
  const unsigned char* shared;
  int64_t start, leading, stride;
};

struct PendingProducts {
  uint64_t life = 0;
  std::vector<std::vector<std::function<void()>>> groups;
};

inline PendingProducts& MyProducts() {
  static thread_local std::vector<PendingProducts> all;
  const Thread& me = Current();
  const size_t number = static_cast<size_t>(me.rank * kMostThreads + me.linear);
  if (all.size() <= number) all.resize(number + 1);
  PendingProducts& mine = all[number];
  if (mine.life != me.life) mine = {me.life, {{}}};
  return mine;
}

}  // namespace keraunos::emulator

namespace keraunos::cuda {

inline uint64_t TileDescriptor(const void* shared, int leading_bytes, int stride_bytes) {
  const auto address = static_cast<uint64_t>(static_cast<const unsigned char*>(shared) - emulator::SharedMemory());
  return (address & 0x3ffff) >> 4 | static_cast<uint64_t>(leading_bytes >> 4) << 16 |
         static_cast<uint64_t>(stride_bytes >> 4) << 32 | uint64_t{1} << 62;
}

inline void BeginProducts() {}
inline void CommitProducts() { emulator::MyProducts().groups.emplace_back(); }
template <int kPending>
void WaitProducts() {
  auto& groups = emulator::MyProducts().groups;
  while (groups.size() > kPending + 1) {
    for (const auto& product : groups.front()) product();
    groups.erase(groups.begin());
  }
  emulator::WarpBarrier();  // the instruction is the warp's: no lane goes on before the others' sums
}
template <int>
void ReleaseRegisters() {}
template <int>
void ClaimRegisters() {}

template <class T, int kColumns, bool kTransA, bool kTransB>
void MultiplyTiles(float (&c)[kColumns / 2], uint64_t a, uint64_t b) {
  const int thread = emulator::Current().linear % 128, lane = thread % 32;
  const int row = thread / 32 * 16 + lane / 4, column = lane % 4 * 2;
  float* const sums = c;
  static_assert(sizeof(T) == 2 || (!kTransA && !kTransB));
  emulator::MyProducts().groups.back().push_back([=] {
    constexpr int kDepth = 32 / sizeof(T);
    const emulator::Tile<T, kTransA> rows(a);
    const emulator::Tile<T, kTransB> columns(b);
    float left[2][kDepth];
    for (int k = 0; k < kDepth; ++k) {
      for (int h = 0; h < 2; ++h) left[h][k] = rows.At(row + 8 * h, k);
    }
    for (int j = 0; j < kColumns / 8; ++j) {
      for (int e = 0; e < 2; ++e) {
        float right[kDepth];
        for (int k = 0; k < kDepth; ++k) right[k] = columns.At(8 * j + column + e, k);
        for (int h = 0; h < 2; ++h) {
          float& sum = sums[4 * j + 2 * h + e];
          for (int k = 0; k < kDepth; ++k) sum += left[h][k] * right[k];
        }
      }
    }
  });
}

}  // namespace keraunos::cuda

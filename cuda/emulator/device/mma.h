// Products of fragments as tensor cores form them, lane by lane; layouts: hardware/device/mma.h. Products are exact and
// summed in float32 over ascending k.
#pragma once
#include <cstdint>
#include <cstring>

#include "device/async_copy.h"
#include "device/half.h"
#include "device/thread.h"

namespace keraunos::emulator {

// Shows `mine` to the other lanes of the warp, which may look at it until Hide.
template <class T>
void Show(const T* mine) {
  std::memcpy(LaneSlot(Lane()).bytes, &mine, sizeof(mine));
  WarpBarrier();
}
template <class T>
const T* OfLane(int lane) {
  const T* shown;
  std::memcpy(&shown, LaneSlot(lane).bytes, sizeof(shown));
  return shown;
}
inline void Hide() { WarpBarrier(); }

}  // namespace keraunos::emulator

namespace keraunos::cuda {

inline void LoadMatrices(uint32_t (&out)[4], const void* row) {
  emulator::RequireAligned(row, 16, "ldmatrix");
  emulator::Show(static_cast<const unsigned char*>(row));
  for (int i = 0; i < 4; ++i) {
    const auto* from = emulator::OfLane<unsigned char>(8 * i + emulator::Lane() / 4);
    std::memcpy(&out[i], from + 4 * (emulator::Lane() % 4), 4);
  }
  emulator::Hide();
}

inline void LoadMatricesTransposed(uint32_t (&out)[4], const void* row) {
  emulator::RequireAligned(row, 16, "ldmatrix");
  emulator::Show(static_cast<const unsigned char*>(row));
  for (int i = 0; i < 4; ++i) {
    for (int half = 0; half < 2; ++half) {
      const auto* from = emulator::OfLane<unsigned char>(8 * i + 2 * (emulator::Lane() % 4) + half);
      std::memcpy(reinterpret_cast<unsigned char*>(&out[i]) + 2 * half, from + 2 * (emulator::Lane() / 4), 2);
    }
  }
  emulator::Hide();
}

inline uint32_t RoundTf32(uint32_t bits) {
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fffffffu;
  if ((bits & 0x7f800000u) == 0x7f800000u) return bits;
  return (bits + 0x1000u) & ~0x1fffu;
}

// Element `index` along k of a fragment's register. Tensor cores ignore the lower 13 bits of TF32.
template <class T>
float FactorAt(uint32_t bits, int index) {
  return ToFloat(T{static_cast<uint16_t>(bits >> (16 * index))});
}
template <>
inline float FactorAt<float>(uint32_t bits, int) {
  return __uint_as_float(bits & ~0x1fffu);
}

template <class T, int kRows, int kColumns>
void MultiplyFragments(float (&c)[kRows][kColumns][4], const uint32_t (&a)[kRows][4],
                       const uint32_t (&b)[kColumns][2]) {
  struct Factors {
    const uint32_t (*a)[4];
    const uint32_t (*b)[2];
  };
  constexpr int kPerRegister = sizeof(T) == 4 ? 1 : 2, kHalfDepth = 4 * kPerRegister;
  const Factors mine = {a, b};
  emulator::Show(&mine);
  const int g = emulator::Lane() / 4, t = emulator::Lane() % 4;
  float left[2 * kRows][2 * kHalfDepth], right[2 * kColumns][2 * kHalfDepth];
  for (int k = 0; k < 2 * kHalfDepth; ++k) {
    const int upper = k / kHalfDepth, owner = k % kHalfDepth / kPerRegister, index = k % kPerRegister;
    const auto* row = emulator::OfLane<Factors>(4 * g + owner);
    for (int i = 0; i < 2 * kRows; ++i) left[i][k] = FactorAt<T>(row->a[i / 2][2 * upper + i % 2], index);
    for (int j = 0; j < 2 * kColumns; ++j) {
      const auto* column = emulator::OfLane<Factors>(4 * (2 * t + j % 2) + owner);
      right[j][k] = FactorAt<T>(column->b[j / 2][upper], index);
    }
  }
  for (int i = 0; i < 2 * kRows; ++i) {
    for (int j = 0; j < 2 * kColumns; ++j) {
      float& sum = c[i / 2][j / 2][2 * (i % 2) + j % 2];
      for (int k = 0; k < 2 * kHalfDepth; ++k) sum += left[i][k] * right[j][k];
    }
  }
  emulator::Hide();
}

}  // namespace keraunos::cuda

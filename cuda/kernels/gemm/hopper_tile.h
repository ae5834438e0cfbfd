// The tiles of hopper_product.cuh: sizes, their place in shared memory and descriptors. A stage holds 128 bytes of k
// for all rows of A and columns of B, in boxes with rows of 128 bytes.
#pragma once
#include <cstdint>

#include "device/thread.h"
#include "device/wgmma.h"

namespace keraunos::cuda {

template <class T>
inline constexpr int kHopperDepth = 128 / sizeof(T);  // elements along k of a stage
inline constexpr int kHopperSteps = 4;                // instructions along k of a stage
inline constexpr int kGroupRows = 64;                 // of C per instruction
inline constexpr int kConsumers = 2;                  // warpgroups that multiply, each 64 rows
inline constexpr int kHopperRows = kConsumers * kGroupRows;
inline constexpr int kHopperThreads = 128 * (1 + kConsumers);

template <int kN_, int kStages_>
struct HopperTile {
  static constexpr int kN = kN_, kStages = kStages_;
  static constexpr int kABytes = kHopperRows * 128, kBBytes = kN * 128, kStageBytes = kABytes + kBBytes;
  static constexpr int kBytes = kStages * kStageBytes + 1024;  // barriers behind the stages
};

// A factor's part of a stage: boxes of rows of A (columns of B), or, transposed and of 2-byte elements, of 64 k.
template <bool kTransposed, int kExtent>
struct HopperFactor {
  static constexpr int kBoxes = kTransposed ? kExtent / 64 : 1;
  static constexpr int kBoxRows = kTransposed ? 64 : kExtent;
  static constexpr int kBoxBytes = kBoxRows * 128;

  // Rows from `first` (a multiple of 64), bytes 32 * step ... of k.
  static __device__ __forceinline__ uint64_t Descriptor(const unsigned char* tile, int first, int step) {
    if constexpr (kTransposed) {
      return TileDescriptor(tile + first / 64 * kBoxBytes + step * 16 * 128, kBoxBytes, 8 * 128);
    } else {
      return TileDescriptor(tile + first * 128 + step * 32, 16, 8 * 128);
    }
  }
};

}  // namespace keraunos::cuda

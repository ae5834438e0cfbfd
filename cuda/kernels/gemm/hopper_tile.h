// The tiles of hopper_gemm.cu: sizes, their place in shared memory and descriptors. A stage holds 128 bytes (64
// elements) of k for all rows of A and columns of B, in boxes with rows of 128 bytes.
#pragma once
#include <cstdint>

#include "device/thread.h"
#include "device/wgmma.h"

namespace keraunos::cuda {

inline constexpr int kHopperDepth = 64;  // elements along k of a stage
inline constexpr int kGroupRows = 64;    // of C per instruction
inline constexpr int kConsumers = 2;     // warpgroups that multiply, each 64 rows
inline constexpr int kHopperRows = kConsumers * kGroupRows;
inline constexpr int kHopperThreads = 128 * (1 + kConsumers);

template <int kN_, int kStages_>
struct HopperTile {
  static constexpr int kN = kN_, kStages = kStages_;
  static constexpr int kABytes = kHopperRows * 128, kBBytes = kN * 128, kStageBytes = kABytes + kBBytes;
  static constexpr int kBytes = kStages * kStageBytes + 1024;  // barriers behind the stages
};

// A factor's part of a stage: boxes of 64 elements along k, or (transposed) of 64 rows of A (columns of B).
template <bool kTransposed, int kExtent>
struct HopperFactor {
  static constexpr int kBoxes = kTransposed ? kExtent / 64 : 1;
  static constexpr int kBoxRows = kTransposed ? kHopperDepth : kExtent;
  static constexpr int kBoxBytes = kBoxRows * 128;

  // Rows from `first` (a multiple of 64), elements 16 * step ... of k.
  static __device__ __forceinline__ uint64_t Descriptor(const unsigned char* tile, int first, int step) {
    if constexpr (kTransposed) {
      return TileDescriptor(tile + first / 64 * kBoxBytes + step * 16 * 128, kBoxBytes, 8 * 128);
    } else {
      return TileDescriptor(tile + first * 128 + step * 32, 16, 8 * 128);
    }
  }
};

}  // namespace keraunos::cuda

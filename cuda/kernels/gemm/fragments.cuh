// Fragments of device/mma.h out of tiles in shared memory. Step s of a tile covers 32 bytes along k: chunks 2s, 2s + 1.
#pragma once
#include "cuda/kernels/gemm/operand_tile.h"
#include "device/mma.h"

namespace keraunos::cuda {
namespace {

template <class T, int kCount>
__device__ __forceinline__ void RoundFactors(uint32_t (&registers)[kCount]) {
  if constexpr (sizeof(T) == 4) {
#pragma unroll
    for (int i = 0; i < kCount; ++i) registers[i] = RoundTf32(registers[i]);
  }
}

// Element (k, i) of a tile of 4-byte elements along rows, for k = 4 * k4 + lane % 4 and i = first + 8 * i8 + lane / 4,
// where `first` is a multiple of 32: Tile::Offset with its permutation taken apart, so that all but four sums of a
// thread's addresses are immediate.
template <class Tile>
__device__ __forceinline__ uint32_t WordAt(const unsigned char* tile, int first, int k4, int i8) {
  const int lane = static_cast<int>(threadIdx.x) % 32, g = lane / 4, t = lane % 4;
  const int chunk = (((i8 & 3) ^ t) << 1) | (g >> 2);
  return *reinterpret_cast<const uint32_t*>(tile + t * Tile::kLineBytes + first * 4 + chunk * kChunkBytes + g % 4 * 4 +
                                            k4 * 4 * Tile::kLineBytes + i8 / 4 * 8 * kChunkBytes);
}

// Rows [row, row + 16 * kFragments) of A.
template <class T, bool kAlongK, int kExtent, int kFragments>
__device__ __forceinline__ void LoadA(uint32_t (&a)[kFragments][4], const unsigned char* tile, int row, int step) {
  using Tile = OperandTile<T, kAlongK, kExtent>;
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int f = 0; f < kFragments; ++f) {
    const int first = row + 16 * f;
    if constexpr (kAlongK) {
      LoadMatrices(a[f], tile + Tile::Offset(first + lane % 16, 2 * step + lane / 16));
    } else if constexpr (sizeof(T) == 2) {
      LoadMatricesTransposed(a[f], tile + Tile::Offset(16 * step + lane % 8 + lane / 16 * 8, first / 8 + lane / 8 % 2));
    } else {
#pragma unroll
      for (int r = 0; r < 4; ++r) a[f][r] = WordAt<Tile>(tile, row, 2 * step + r / 2, 2 * f + r % 2);
    }
    RoundFactors<T>(a[f]);
  }
}

// Columns [column, column + 8 * kFragments) of B.
template <class T, bool kAlongK, int kExtent, int kFragments>
__device__ __forceinline__ void LoadB(uint32_t (&b)[kFragments][2], const unsigned char* tile, int column, int step) {
  using Tile = OperandTile<T, kAlongK, kExtent>;
  static_assert(kFragments % 2 == 0);
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int f = 0; f < kFragments; f += 2) {
    const int first = column + 8 * f;
    uint32_t pair[4];
    if constexpr (kAlongK) {
      LoadMatrices(pair, tile + Tile::Offset(first + lane % 8 + lane / 16 * 8, 2 * step + lane / 8 % 2));
    } else if constexpr (sizeof(T) == 2) {
      LoadMatricesTransposed(pair, tile + Tile::Offset(16 * step + lane % 16, first / 8 + lane / 16));
    } else {
#pragma unroll
      for (int r = 0; r < 4; ++r) pair[r] = WordAt<Tile>(tile, column, 2 * step + r % 2, f + r / 2);
    }
    RoundFactors<T>(pair);
    b[f][0] = pair[0];
    b[f][1] = pair[1];
    b[f + 1][0] = pair[2];
    b[f + 1][1] = pair[3];
  }
}

}  // namespace
}  // namespace keraunos::cuda

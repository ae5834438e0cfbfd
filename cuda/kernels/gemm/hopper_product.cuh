// C = A * B on Hopper: factors of one type, sums in float32.
//
// Blocks stay and take tile after tile of 128 x kN. One thread of the producing warpgroup has boxes of both factors
// brought to a ring of stages; two warpgroups multiply, 64 rows each. Two barriers per stage: `full` ends a phase when
// all bytes have come, `empty` when every multiplying warp is done with them. Who multiplies keeps one group of
// products under way, so a stage is given back one step late.
#pragma once
#include <algorithm>

#include "cuda/kernels/gemm/hopper_tile.h"
#include "cuda/kernels/gemm/output.cuh"
#include "cuda/kernels/gemm/tile_order.h"
#include "cuda/kernels/kernel.h"
#include "device/transfer.h"
#include "kernels/params.h"

namespace keraunos::cuda {
namespace {

struct HopperShape {
  int m, n, k;
  int tiles_m, tiles_n, tiles;  // of all matrices
};

struct TileOfC {
  int matrix, row, column;
};
template <class Tile>
__device__ __forceinline__ TileOfC LocateTile(int number, const HopperShape& shape) {
  const int per_matrix = shape.tiles_m * shape.tiles_n;
  const TilePosition at = TileAt(number % per_matrix, shape.tiles_m, shape.tiles_n);
  return {number / per_matrix, at.row * kHopperRows, at.column * Tile::kN};
}

// The ring's next stage, and the parity of its phase.
template <int kStages>
struct RingPosition {
  int stage = 0, parity = 0;
  __device__ __forceinline__ void Advance() {
    if (++stage == kStages) {
      stage = 0;
      parity ^= 1;
    }
  }
};

template <class Tile>
struct Ring {
  unsigned char* stages;
  __device__ __forceinline__ TransferBarrier* full(int stage) const {
    return reinterpret_cast<TransferBarrier*>(stages + Tile::kStages * Tile::kStageBytes) + stage;
  }
  __device__ __forceinline__ TransferBarrier* empty(int stage) const { return full(Tile::kStages + stage); }
};

// `producers` arrivals fill a stage; every multiplying warp empties it. All threads of the block.
template <class Tile>
__device__ __forceinline__ void InitRing(const Ring<Tile>& ring, int producers) {
  if (threadIdx.x == 0) {
    for (int stage = 0; stage < Tile::kStages; ++stage) {
      InitBarrier(ring.full(stage), producers);
      InitBarrier(ring.empty(stage), 4 * kConsumers);
    }
    PublishBarriers();
  }
  __syncthreads();
}

template <class Tile, bool kTransA, bool kTransB, class T>
__device__ __forceinline__ void Produce(const TensorMap& a, const TensorMap& b, const HopperShape& shape,
                                        const Ring<Tile>& ring) {
  using A = HopperFactor<kTransA, kHopperRows>;
  using B = HopperFactor<kTransB, Tile::kN>;
  RingPosition<Tile::kStages> at;
  for (int number = static_cast<int>(blockIdx.x); number < shape.tiles; number += static_cast<int>(gridDim.x)) {
    const TileOfC tile = LocateTile<Tile>(number, shape);
    for (int k = 0; k < shape.k; k += kHopperDepth<T>, at.Advance()) {
      WaitBarrier(ring.empty(at.stage), at.parity ^ 1);
      TransferBarrier* const full = ring.full(at.stage);
      unsigned char* const to = ring.stages + at.stage * Tile::kStageBytes;
      ArriveExpecting(full, Tile::kStageBytes);
#pragma unroll
      for (int box = 0; box < A::kBoxes; ++box) {
        CopyBox(to + box * A::kBoxBytes, &a, kTransA ? tile.row + 64 * box : k, kTransA ? k : tile.row, tile.matrix,
                full);
      }
#pragma unroll
      for (int box = 0; box < B::kBoxes; ++box) {
        CopyBox(to + Tile::kABytes + box * B::kBoxBytes, &b, kTransB ? tile.column + 64 * box : k,
                kTransB ? k : tile.column, tile.matrix, full);
      }
    }
  }
}

template <class Tile, bool kTransA, bool kTransB, class Output>
__device__ __forceinline__ void Consume(const Output& parameter, const HopperShape& shape, const Ring<Tile>& ring,
                                        int consumer) {
  using T = typename Output::Element;
  using A = HopperFactor<kTransA, kHopperRows>;
  using B = HopperFactor<kTransB, Tile::kN>;
  const int thread = static_cast<int>(threadIdx.x) % 128, lane = thread % 32;
  const auto release = [&](int stage) {
    if (lane == 0) Arrive(ring.empty(stage));
  };
  RingPosition<Tile::kStages> at;
  for (int number = static_cast<int>(blockIdx.x); number < shape.tiles; number += static_cast<int>(gridDim.x)) {
    const TileOfC tile = LocateTile<Tile>(number, shape);
    float sums[Tile::kN / 2] = {};
    int before = -1;
    for (int k = 0; k < shape.k; k += kHopperDepth<T>, at.Advance()) {
      WaitBarrier(ring.full(at.stage), at.parity);
      const unsigned char* const from = ring.stages + at.stage * Tile::kStageBytes;
      BeginProducts();
#pragma unroll
      for (int step = 0; step < kHopperSteps; ++step) {
        MultiplyTiles<T, Tile::kN, kTransA, kTransB>(sums, A::Descriptor(from, consumer * kGroupRows, step),
                                                     B::Descriptor(from + Tile::kABytes, 0, step));
      }
      CommitProducts();
      WaitProducts<1>();
      if (before >= 0) release(before);
      before = at.stage;
    }
    WaitProducts<0>();
    if (before >= 0) release(before);

    Output output = parameter;
    output.Open(tile.matrix);
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      const int i = tile.row + consumer * kGroupRows + thread / 32 * 16 + lane / 4 + 8 * h;
      if (i >= shape.m) continue;
      const int64_t row = output.Row(i);
#pragma unroll
      for (int j = 0; j < Tile::kN / 8; ++j) {
        StorePair(output, row, tile.column + 8 * j + lane % 4 * 2, shape.n, sums[4 * j + 2 * h],
                  sums[4 * j + 2 * h + 1]);
      }
    }
  }
}

template <class Tile, bool kTransA, bool kTransB, class T>
__global__ void __launch_bounds__(kHopperThreads, 1)
    HopperProduct(const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap b,
                  const __grid_constant__ MatrixOutput<T> output, const __grid_constant__ HopperShape shape) {
  const Ring<Tile> ring = {DynamicShared()};
  InitRing(ring, 1);
  const int group = static_cast<int>(threadIdx.x) / 128;
  if (group == 0) {
    ReleaseRegisters<40>();
    if (threadIdx.x == 0) Produce<Tile, kTransA, kTransB, T>(a, b, shape, ring);
  } else {
    ClaimRegisters<232>();
    Consume<Tile, kTransA, kTransB>(output, shape, ring, group - 1);
  }
}

using WideTile = HopperTile<256, 4>;
using SquareTile = HopperTile<128, 6>;

// Twice as many columns need a third less of both factors, where tiles are plenty.
inline bool PrefersWide(const Gemm& g) {
  const int64_t tiles = (g.m + kHopperRows - 1) / kHopperRows * ((g.n + 255) / 256) * g.batch;
  return g.n > 128 && tiles >= 256;
}

template <class Tile, bool kTransA, bool kTransB, class T>
void LaunchHopper(const Call& call, const Gemm& g, const T* a, const T* b, const MatrixOutput<T>& output) {
  using A = HopperFactor<kTransA, kHopperRows>;
  using B = HopperFactor<kTransB, Tile::kN>;
  const int tiles_m = static_cast<int>((g.m + kHopperRows - 1) / kHopperRows);
  const int tiles_n = static_cast<int>((g.n + Tile::kN - 1) / Tile::kN);
  const int tiles = static_cast<int>(tiles_m * tiles_n * g.batch);
  const auto map = [&](const T* data, bool along_k, int64_t rows, int64_t leading, int64_t stride, int box_rows) {
    const int64_t lines = along_k ? rows : g.k;
    return MakeTensorMap<T>(data, {along_k ? g.k : rows, lines, g.batch},
                            {leading, g.batch > 1 && stride > 0 ? stride : leading * lines}, box_rows);
  };
  const uint32_t blocks = static_cast<uint32_t>(std::min(tiles, call.facts.multiprocessors));
  Launch(call.queue, "gemm_hopper", HopperProduct<Tile, kTransA, kTransB, T>,
         Shape{blocks, kHopperThreads, Tile::kBytes}, map(a, !kTransA, g.m, g.lda, g.stride_a, A::kBoxRows),
         map(b, !kTransB, g.n, g.ldb, g.stride_b, B::kBoxRows), output,
         HopperShape{static_cast<int>(g.m), static_cast<int>(g.n), static_cast<int>(g.k), tiles_m, tiles_n, tiles});
}

}  // namespace
}  // namespace keraunos::cuda

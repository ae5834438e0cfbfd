// C = A * B with exact products of float32, for all sources of factors (source.cuh): no tensor core rounds to less than
// 11 bits.
//
// A block of 256 threads makes 128 x 128 elements, 8 x 8 per thread, each as one chain of fused multiply-adds over
// ascending k: the same bits as simple.cuh. Slices 8 deep lie in shared memory as (k, rows) in a ring of four stages;
// copies that need no registers leave a thread room for its 64 sums.
#pragma once
#include "cuda/kernels/gemm/grid.h"
#include "cuda/kernels/gemm/operand_tile.h"
#include "cuda/kernels/gemm/output.cuh"
#include "cuda/kernels/gemm/tile_order.h"
#include "cuda/kernels/kernel.h"
#include "device/async_copy.h"

namespace keraunos::cuda {
namespace {

inline constexpr int kExactTile = 128, kExactDepth = 8, kExactThreads = 256;
inline constexpr int kExactLine = kExactTile + 4;             // 4 apart, so that 4 k of one row meet different banks
inline constexpr int kExactSlice = kExactDepth * kExactLine;  // floats of one factor
inline constexpr int kExactStages = 4;

struct ExactShape {
  int m, n, k, tiles_m, tiles_n;
};

// Brings a slice of a source to `slice`, zeros beyond the source; a thread brings four neighbours, whose addresses
// begin at a multiple of 16 bytes.
template <class Source>
__device__ __forceinline__ void FillSlice(const Source& source, float* slice, int first, int extent, int k0,
                                          int k_end) {
  constexpr int kChunks = Source::kAlongK ? kExactDepth / 4 : kExactTile / 4;
  const int t = static_cast<int>(threadIdx.x), line = t / kChunks, column = t % kChunks * 4;
  const int index = (Source::kAlongK ? k0 : first) + column, room = (Source::kAlongK ? k_end : extent) - index;
  const int at = (Source::kAlongK ? first : k0) + line;
  const bool inside = at < (Source::kAlongK ? extent : k_end);
  // The line is worked out in any case: in a branch it costs registers, and they spill.
  const auto of = source.MakeLine(inside ? at : at - line, inside ? line : 0);
  const float* from = nullptr;
  if (inside && room > 0) from = source.At(of, source.MakeColumn(index, column));
  if constexpr (Source::kAlongK) {
#pragma unroll
    for (int e = 0; e < 4; ++e) {
      const bool exists = from && e < room;
      CopyAsync4(slice + (column + e) * kExactLine + line, exists ? from + e : source.data, exists ? 4 : 0);
    }
  } else {
    CopyAsync16(slice + line * kExactLine + column, from ? from : source.data, from ? 4 * min(room, 4) : 0);
  }
}

// Elements 4 t ... and 64 + 4 t ... of a line.
__device__ __forceinline__ void LoadEight(float (&out)[8], const float* line, int t) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const float4 four = *reinterpret_cast<const float4*>(line + 64 * half + 4 * t);
    out[4 * half] = four.x;
    out[4 * half + 1] = four.y;
    out[4 * half + 2] = four.z;
    out[4 * half + 3] = four.w;
  }
}

template <class A, class B, class Output>
__global__ void __launch_bounds__(kExactThreads, 2)
    ExactProduct(const __grid_constant__ A a_parameter, const __grid_constant__ B b_parameter,
                 const __grid_constant__ Output output_parameter, const __grid_constant__ ExactShape shape) {
  const int tiles = shape.tiles_m * shape.tiles_n, block = static_cast<int>(blockIdx.x), matrix = block / tiles;
  const TilePosition tile = TileAt(block % tiles, shape.tiles_m, shape.tiles_n);
  const int row = tile.row * kExactTile, column = tile.column * kExactTile;
  A a = a_parameter;
  B b = b_parameter;
  a.Open(matrix);
  b.Open(matrix);
  float* const stages = reinterpret_cast<float*>(DynamicShared());
  a.Prepare(stages + kExactStages * 2 * kExactSlice, row, kExactTile, kExactThreads);
  if constexpr (A::kTableBytes > 0) __syncthreads();

  const int k_end = a.Depth(shape.k);
  const auto fill = [&](int k0, float* stage) {
    if (k0 < k_end) {
      FillSlice(a, stage, row, shape.m, k0, k_end);
      FillSlice(b, stage + kExactSlice, column, shape.n, k0, k_end);
    }
    CommitCopies();
  };
  constexpr int kAhead = kExactStages - 1;
#pragma unroll
  for (int s = 0; s < kAhead; ++s) fill(s * kExactDepth, stages + s * 2 * kExactSlice);
  const int tx = static_cast<int>(threadIdx.x) % 16, ty = static_cast<int>(threadIdx.x) / 16;
  float sums[8][8] = {};
  int stage = 0;
  for (int k0 = 0; k0 < k_end; k0 += kExactDepth) {
    WaitCopies<kAhead - 1>();
    __syncthreads();
    fill(k0 + kAhead * kExactDepth, stages + (stage + kAhead) % kExactStages * 2 * kExactSlice);
    const float* const left = stages + stage * 2 * kExactSlice;
    const float* const right = left + kExactSlice;
    stage = (stage + 1) % kExactStages;
#pragma unroll
    for (int k = 0; k < kExactDepth; ++k) {
      float x[8], y[8];
      LoadEight(x, left + k * kExactLine, ty);
      LoadEight(y, right + k * kExactLine, tx);
#pragma unroll
      for (int i = 0; i < 8; ++i) {
#pragma unroll
        for (int j = 0; j < 8; ++j) sums[i][j] = fmaf(x[i], y[j], sums[i][j]);
      }
    }
  }

  Output output = output_parameter;
  output.Open(matrix);
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    const int at = row + i / 4 * 64 + ty * 4 + i % 4;
    if (at >= shape.m) continue;
    const int64_t begin = output.Row(at);
#pragma unroll
    for (int j = 0; j < 8; j += 2) {
      StorePair(output, begin, column + j / 4 * 64 + tx * 4 + j % 4, shape.n, sums[i][j], sums[i][j + 1]);
    }
  }
}

// What is not aligned, and smaller products, which leave most of a large tile or of the device idle, are left to
// simple.cuh.
inline bool SuitsExact(int64_t m, int64_t n, int64_t k, int64_t matrices, bool wide) {
  constexpr int64_t kMost = int64_t{1} << 30;
  const int64_t tiles = (m + kExactTile - 1) / kExactTile * ((n + kExactTile - 1) / kExactTile) * matrices;
  return wide && m > 64 && n > 64 && tiles >= 64 && tiles <= kMost && m <= kMost && n <= kMost && k <= kMost;
}

template <class A, class B, class Output>
void LaunchExact(const Call& call, const char* name, const A& a, const B& b, const Output& output, int64_t m, int64_t n,
                 int64_t k, int64_t matrices) {
  const ExactShape shape = {static_cast<int>(m), static_cast<int>(n), static_cast<int>(k),
                            static_cast<int>((m + kExactTile - 1) / kExactTile),
                            static_cast<int>((n + kExactTile - 1) / kExactTile)};
  constexpr int64_t kStageBytes = 2 * kExactSlice * static_cast<int64_t>(sizeof(float));
  Launch(call.queue, name, ExactProduct<A, B, Output>,
         Shape{LinearGrid(int64_t{shape.tiles_m} * shape.tiles_n * matrices), kExactThreads,
               kExactStages * kStageBytes + kExactTile * A::kTableBytes},
         a, b, output, shape);
}

}  // namespace
}  // namespace keraunos::cuda

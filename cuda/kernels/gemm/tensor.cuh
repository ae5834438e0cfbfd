// C = A * B on tensor cores (sm_80 and later), for all sources of factors: float32 as TF32, bfloat16 and float16, sums
// in float32.
//
// A block makes one tile of C. Tiles of A and B, 128 bytes deep, pass through a ring of three stages: while one is
// multiplied, the next two are on their way. One barrier per stage: who passes it has finished the stage before, which
// is filled next. Few blocks with a long k are cut along k: partial sums go to the workspace and a second kernel adds
// them in their order.
#pragma once
#include "cuda/kernels/gemm/fill.cuh"
#include "cuda/kernels/gemm/fragments.cuh"
#include "cuda/kernels/gemm/grid.h"
#include "cuda/kernels/gemm/output.cuh"
#include "cuda/kernels/gemm/plan.h"
#include "cuda/kernels/gemm/tile_order.h"
#include "cuda/kernels/kernel.h"

namespace keraunos::cuda {
namespace {

// kM x kN elements by kWarpsM x kWarpsN warps; kResident: blocks that share a multiprocessor.
template <int kM_, int kN_, int kWarpsM_, int kWarpsN_, int kResident_>
struct BlockTile {
  static constexpr int kM = kM_, kN = kN_, kWarpsM = kWarpsM_, kWarpsN = kWarpsN_, kResident = kResident_;
  static constexpr int kThreads = 32 * kWarpsM * kWarpsN;
  static constexpr int kStages = 3;
  static constexpr int kStageBytes = (kM + kN) * 128;
  static constexpr int kRowFragments = kM / kWarpsM / 16, kColumnFragments = kN / kWarpsN / 8;
};
using LargeTile = BlockTile<128, 128, 2, 4, 2>;
using SmallTile = BlockTile<64, 64, 2, 2, 4>;

struct ProductShape {
  int m, n, k, matrices;
  int tiles_m, tiles_n, splits, split_depth;
  float* partial;  // (splits, matrices, m, n), or null
};

template <class Tile, bool kWide, class A, class B, class Output>
__global__ void __launch_bounds__(Tile::kThreads, Tile::kResident)
    TensorProduct(const __grid_constant__ A a_parameter, const __grid_constant__ B b_parameter,
                  const __grid_constant__ Output output_parameter, const __grid_constant__ ProductShape shape) {
  using T = typename A::Element;
  constexpr int kDepth = OperandTile<T, true, 64>::kDepth, kAhead = Tile::kStages - 1;
  const int tiles = shape.tiles_m * shape.tiles_n, block = static_cast<int>(blockIdx.x);
  const int split = block / tiles / shape.matrices, matrix = block / tiles % shape.matrices;
  const TilePosition tile = TileAt(block % tiles, shape.tiles_m, shape.tiles_n);
  const int row = tile.row * Tile::kM, column = tile.column * Tile::kN;
  A a = a_parameter;
  B b = b_parameter;
  a.Open(matrix);
  b.Open(matrix);

  unsigned char* const stages = DynamicShared();
  unsigned char* const table = stages + Tile::kStages * Tile::kStageBytes;
  a.Prepare(table, row, Tile::kM, Tile::kThreads);
  if constexpr (A::kTableBytes > 0) __syncthreads();

  const int k_begin = split * shape.split_depth;
  const int k_end = min(a.Depth(shape.k), k_begin + shape.split_depth);
  const auto fill = [&](int k0, unsigned char* stage) {
    if (k0 < k_end) {
      FillTile<Tile::kM, Tile::kThreads, kWide>(a, stage, row, shape.m, k0, k_end);
      FillTile<Tile::kN, Tile::kThreads, kWide>(b, stage + Tile::kM * 128, column, shape.n, k0, k_end);
    }
    CommitCopies();  // an empty group too: waits count groups
  };

  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int warp_row = warp / Tile::kWarpsN * (Tile::kM / Tile::kWarpsM);
  const int warp_column = warp % Tile::kWarpsN * (Tile::kN / Tile::kWarpsN);
  float sums[Tile::kRowFragments][Tile::kColumnFragments][4] = {};
#pragma unroll
  for (int s = 0; s < kAhead; ++s) fill(k_begin + s * kDepth, stages + s * Tile::kStageBytes);
  int multiplied = 0;
  for (int k0 = k_begin; k0 < k_end; k0 += kDepth) {
    WaitCopies<kAhead - 1>();
    __syncthreads();
    const unsigned char* const stage = stages + multiplied;
    // The stage before this one is the last of those ahead.
    fill(k0 + kAhead * kDepth,
         stages + (multiplied == 0 ? kAhead * Tile::kStageBytes : multiplied - Tile::kStageBytes));
    multiplied = multiplied == kAhead * Tile::kStageBytes ? 0 : multiplied + Tile::kStageBytes;
#pragma unroll
    for (int s = 0; s < 4; ++s) {
      uint32_t left[Tile::kRowFragments][4], right[Tile::kColumnFragments][2];
      LoadA<T, A::kAlongK, Tile::kM>(left, stage, warp_row, s);
      LoadB<T, B::kAlongK, Tile::kN>(right, stage + Tile::kM * 128, warp_column, s);
      MultiplyFragments<T>(sums, left, right);
    }
  }

  Output output = output_parameter;
  output.Open(matrix);
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int f = 0; f < 2 * Tile::kRowFragments; ++f) {
    const int i = row + warp_row + 8 * f + lane / 4;
    if (i >= shape.m) continue;
    const int64_t at = shape.partial ? 0 : output.Row(i);
#pragma unroll
    for (int c = 0; c < Tile::kColumnFragments; ++c) {
      const int j = column + warp_column + 8 * c + lane % 4 * 2;
      const float first = sums[f / 2][c][f % 2 * 2], second = sums[f / 2][c][f % 2 * 2 + 1];
      if (!shape.partial) {
        StorePair(output, at, j, shape.n, first, second);
      } else {
        float* const to = shape.partial + ((int64_t{split} * shape.matrices + matrix) * shape.m + i) * shape.n + j;
        if (j < shape.n) to[0] = first;
        if (j + 1 < shape.n) to[1] = second;
      }
    }
  }
}

inline constexpr int kSumThreads = 256;

// Elements of C from their partial sums, added in order.
template <class Output>
__global__ void __launch_bounds__(kSumThreads)
    SumSplits(const __grid_constant__ Output output_parameter, const __grid_constant__ ProductShape shape) {
  const int64_t per_matrix = int64_t{shape.m} * shape.n, all = per_matrix * shape.matrices;
  const int64_t at = int64_t{blockIdx.x} * kSumThreads + threadIdx.x;
  if (at >= all) return;
  float sum = shape.partial[at];
#pragma unroll 16
  for (int split = 1; split < shape.splits; ++split) sum += shape.partial[split * all + at];
  Output output = output_parameter;
  output.Open(static_cast<int>(at / per_matrix));
  const int i = static_cast<int>(at % per_matrix / shape.n), j = static_cast<int>(at % shape.n);
  auto* const to = output.data + output.Row(i) + j;
  *to = output.epilogue(sum, j, to);
}

template <class Tile, bool kWide, class A, class B, class Output>
void LaunchTile(const Call& call, const char* name, const A& a, const B& b, const Output& output,
                const ProductShape& shape, int64_t blocks) {
  const int64_t bytes = Tile::kStages * Tile::kStageBytes + Tile::kM * A::kTableBytes;
  Launch(call.queue, name, TensorProduct<Tile, kWide, A, B, Output>, Shape{LinearGrid(blocks), Tile::kThreads, bytes},
         a, b, output, shape);
}

template <class T>
inline constexpr int64_t kTensorDepth = OperandTile<T, true, 64>::kDepth;

// Extents that 32-bit indices hold, with room for a tile beyond.
inline bool FitsTensor(int64_t m, int64_t n, int64_t k, int64_t matrices) {
  constexpr int64_t kMost = int64_t{1} << 30;
  return m <= kMost && n <= kMost && k <= kMost && matrices <= kMost &&
         MakePlan(m, n, k, matrices, kTensorDepth<float>, false).blocks(matrices) <= kMost;
}

// Bytes of workspace that LaunchTensor asks for.
template <class T>
int64_t TensorWorkspace(int64_t m, int64_t n, int64_t k, int64_t matrices) {
  if (m <= 0 || n <= 0 || matrices <= 0 || !FitsTensor(m, n, k, matrices)) return 0;
  const int splits = std::max(MakePlan(m, n, k, matrices, kTensorDepth<T>, false).splits,
                              MakePlan(m, n, k, matrices, kTensorDepth<T>, true).splits);
  return splits > 1 ? splits * matrices * m * n * static_cast<int64_t>(sizeof(float)) : 0;
}

// wide: rows of both factors begin at multiples of 16 bytes.
template <class A, class B, class Output>
void LaunchTensor(const Call& call, const char* name, const A& a, const B& b, const Output& output, int64_t m,
                  int64_t n, int64_t k, int64_t matrices, bool wide) {
  if (m <= 0 || n <= 0 || matrices <= 0) return;
  constexpr int64_t kDepth = kTensorDepth<typename A::Element>;
  const Plan plan = MakePlan(m, n, k, matrices, kDepth, wide);
  const ProductShape shape = {static_cast<int>(m),
                              static_cast<int>(n),
                              static_cast<int>(k),
                              static_cast<int>(matrices),
                              plan.tiles_m,
                              plan.tiles_n,
                              plan.splits,
                              plan.split_steps * static_cast<int>(kDepth),
                              plan.splits > 1 ? static_cast<float*>(call.workspace) : nullptr};
  const int64_t blocks = plan.blocks(matrices);
  if (plan.large) {
    LaunchTile<LargeTile, true>(call, name, a, b, output, shape, blocks);
  } else if (wide) {
    LaunchTile<SmallTile, true>(call, name, a, b, output, shape, blocks);
  } else {
    LaunchTile<SmallTile, false>(call, name, a, b, output, shape, blocks);
  }
  if (plan.splits > 1) {
    Launch(call.queue, "sum_splits", SumSplits<Output>,
           Shape{LinearGrid((matrices * m * n + kSumThreads - 1) / kSumThreads), kSumThreads}, output, shape);
  }
}

}  // namespace
}  // namespace keraunos::cuda

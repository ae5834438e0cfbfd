// Sums down the columns of blocks of rows: what batch normalization's statistics and the gradients of scales and
// offsets have in common. A block of rows is cut into parts where there are too few of them to fill a device; parts,
// and the rows of a thread block, are joined in an order that depends on the shape alone. Neighbouring threads take
// neighbouring columns.
#pragma once
#include "cuda/kernels/divide.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "device/math.h"
#include "device/thread.h"

namespace keraunos::cuda {
namespace {

constexpr int kNormThreads = 256;

struct ColumnBlocks {
  int64_t rows, columns;
  int64_t block;        // rows of a unit, the last one may have fewer
  int64_t parts, part;  // of a unit's rows
  int64_t tiles;        // of the columns
  int across;           // threads beside each other
};

// A Body says what a thread does: State with Empty and Join, Reduce (rows first, first + step, ... below end of kItems
// columns) and Store (of a whole unit's state).
template <class Body>
__global__ void __launch_bounds__(kNormThreads, 2)
    SumColumns(const __grid_constant__ typename Body::Args args, typename Body::State* partial,
               const __grid_constant__ ColumnBlocks shape) {
  using State = typename Body::State;
  constexpr int kItems = Body::kItems;
  __shared__ State shared[kItems][kNormThreads];
  const int64_t rest = blockIdx.x / shape.tiles, tile = blockIdx.x - rest * shape.tiles;
  const int64_t unit = rest / shape.parts, part = rest - unit * shape.parts;
  const int x = static_cast<int>(threadIdx.x) % shape.across, y = static_cast<int>(threadIdx.x) / shape.across;
  const int down = kNormThreads / shape.across;
  const int64_t column = (tile * shape.across + x) * kItems;
  const int64_t unit_end = (unit + 1) * shape.block < shape.rows ? (unit + 1) * shape.block : shape.rows;
  const int64_t begin = unit * shape.block + part * shape.part;
  const int64_t end = begin + shape.part < unit_end ? begin + shape.part : unit_end;
  const bool inside = column < shape.columns;
  State states[kItems];
#pragma unroll
  for (int i = 0; i < kItems; ++i) states[i] = Body::Empty();
  if (inside) Body::Reduce(args, begin + y, end, down, column, states);
#pragma unroll
  for (int i = 0; i < kItems; ++i) shared[i][threadIdx.x] = states[i];
  for (int distance = down / 2; distance > 0; distance /= 2) {
    __syncthreads();
    if (y >= distance) continue;
#pragma unroll
    for (int i = 0; i < kItems; ++i) {
      shared[i][threadIdx.x] =
          Body::Join(shared[i][threadIdx.x], shared[i][threadIdx.x + static_cast<unsigned>(distance * shape.across)]);
    }
  }
  if (y != 0 || !inside) return;
#pragma unroll
  for (int i = 0; i < kItems; ++i) {
    if (shape.parts > 1) {
      partial[rest * shape.columns + column + i] = shared[i][threadIdx.x];
    } else {
      Body::Store(args, unit, column + i, shared[i][threadIdx.x]);
    }
  }
}

// The parts (units, parts, columns) of every unit, one thread for each column.
template <class Body>
__global__ void __launch_bounds__(kNormThreads)
    JoinParts(const __grid_constant__ typename Body::Args args, const typename Body::State* partial, int64_t units,
              int64_t parts, int64_t columns) {
  const int64_t number = static_cast<int64_t>(blockIdx.x) * kNormThreads + threadIdx.x;
  if (number >= units * columns) return;
  const int64_t unit = number / columns, column = number - unit * columns;
  typename Body::State state = partial[unit * parts * columns + column];
#pragma unroll 4
  for (int64_t part = 1; part < parts; ++part) {
    state = Body::Join(state, partial[(unit * parts + part) * columns + column]);
  }
  Body::Store(args, unit, column, state);
}

// widest: most threads beside each other.
inline ColumnBlocks PlanColumns(int64_t rows, int64_t columns, int64_t block, int items, int widest) {
  constexpr int64_t kEnough = 1024, kMostParts = 32;
  ColumnBlocks shape = {rows, columns, block, 1, block, 1, 1};
  if (rows == 0 || columns == 0) return shape;
  const int64_t groups = CeilDivide(columns, items), units = CeilDivide(rows, block);
  while (shape.across < widest && shape.across < groups) shape.across *= 2;
  shape.tiles = CeilDivide(groups, shape.across);
  // A thread is worth 16 rows.
  const int64_t down = kNormThreads / shape.across, most = CeilDivide(block, 16 * down);
  int64_t parts = CeilDivide(kEnough, units * shape.tiles);
  if (parts > most) parts = most;
  if (parts > kMostParts) parts = kMostParts;
  shape.part = CeilDivide(block, parts);
  shape.parts = CeilDivide(block, shape.part);
  return shape;
}

template <class Body>
int64_t ColumnsWorkspace(const ColumnBlocks& shape) {
  const int64_t units = shape.rows == 0 ? 0 : CeilDivide(shape.rows, shape.block);
  const auto bytes = static_cast<int64_t>(sizeof(typename Body::State));
  return shape.parts > 1 ? units * shape.parts * shape.columns * bytes : 0;
}

template <class Body>
void LaunchColumns(const Call& call, const typename Body::Args& args, const ColumnBlocks& shape) {
  if (shape.rows == 0 || shape.columns == 0) return;
  using State = typename Body::State;
  const int64_t units = CeilDivide(shape.rows, shape.block);
  auto* partial = static_cast<State*>(call.workspace);
  Launch(call.queue, "norm_sums", SumColumns<Body>,
         Shape{{static_cast<uint32_t>(units * shape.parts * shape.tiles)}, {kNormThreads}}, args, partial, shape);
  if (shape.parts > 1) {
    Launch(call.queue, "norm_parts", JoinParts<Body>,
           Shape{{static_cast<uint32_t>(CeilDivide(units * shape.columns, kNormThreads))}, {kNormThreads}}, args,
           static_cast<const State*>(partial), units, shape.parts, shape.columns);
  }
}

}  // namespace
}  // namespace keraunos::cuda

// strided_read and strided_write: slices, padding, transposes, broadcasts. Elements are moved by size, in words of up
// to 16 bytes where runs of both sides allow it. Where the source is contiguous along one dimension and the target
// along another, tiles turn in shared memory, so that both are read and written in whole lines.
#pragma once
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "cuda/kernels/strides.h"

namespace keraunos::cuda {
namespace {

constexpr int kCopyThreads = 256;
constexpr int kCopiesPerThread = 4;
constexpr int64_t kCopiesPerBlock = kCopyThreads * kCopiesPerThread;

struct Copy {
  const void* in;
  void* out;
  Digits digits;
  Strides in_strides, out_strides;
  uint32_t words;
};

template <class W>
__global__ void __launch_bounds__(kCopyThreads) CopyWords(const __grid_constant__ Copy copy) {
  const W* in = static_cast<const W*>(copy.in);
  W* out = static_cast<W*>(copy.out);
  const uint32_t first = blockIdx.x * static_cast<uint32_t>(kCopiesPerBlock) + threadIdx.x;
  W values[kCopiesPerThread];
  int64_t targets[kCopiesPerThread];
#pragma unroll
  for (int i = 0; i < kCopiesPerThread; ++i) {
    const uint32_t word = first + i * kCopyThreads;
    if (word >= copy.words) continue;
    uint32_t indices[kMaxRank];
    copy.digits.Split(word, indices);
    values[i] = LoadWord<W>(in + copy.in_strides.Offset(indices, copy.digits.rank));
    targets[i] = copy.out_strides.Offset(indices, copy.digits.rank);
  }
#pragma unroll
  for (int i = 0; i < kCopiesPerThread; ++i) {
    if (first + i * kCopyThreads < copy.words) StoreWord(out + targets[i], values[i]);
  }
}

// Planes of (rows, columns): the source is contiguous along rows, the target along columns.
struct Turn {
  const void* in;
  void* out;
  uint32_t rows, columns;
  int64_t in_stride;   // from column to column
  int64_t out_stride;  // from row to row
  Divider row_tiles, column_tiles;
  Digits planes;
  Strides in_strides, out_strides;  // of planes
};

template <class W>
constexpr int kTile = sizeof(W) >= 4 ? 32 : 64;

template <class W>
__global__ void __launch_bounds__(kCopyThreads) TurnTiles(const __grid_constant__ Turn turn) {
  constexpr int kSide = kTile<W>, kStep = kCopyThreads / kSide;
  __shared__ W tile[kSide][kSide + 1];
  const uint32_t rest = turn.row_tiles.Quotient(blockIdx.x);
  const uint32_t first_row = (blockIdx.x - rest * turn.row_tiles.divisor) * kSide;
  const uint32_t plane = turn.column_tiles.Quotient(rest);
  const uint32_t first_column = (rest - plane * turn.column_tiles.divisor) * kSide;
  uint32_t indices[kMaxRank];
  turn.planes.Split(plane, indices);
  const W* in = static_cast<const W*>(turn.in) + turn.in_strides.Offset(indices, turn.planes.rank);
  W* out = static_cast<W*>(turn.out) + turn.out_strides.Offset(indices, turn.planes.rank);
  const uint32_t x = threadIdx.x % kSide, y = threadIdx.x / kSide;
#pragma unroll
  for (uint32_t i = 0; i < kSide; i += kStep) {
    const uint32_t row = first_row + x, column = first_column + y + i;
    if (row < turn.rows && column < turn.columns) tile[y + i][x] = in[column * turn.in_stride + row];
  }
  __syncthreads();
#pragma unroll
  for (uint32_t i = 0; i < kSide; i += kStep) {
    const uint32_t row = first_row + y + i, column = first_column + x;
    if (row < turn.rows && column < turn.columns) out[row * turn.out_stride + column] = tile[x][y + i];
  }
}

// Operand 0 of the loop is the source, 1 the target. The dimension along which an operand is contiguous, -1: none.
inline int ContiguousDim(const StridedLoop<2>& loop, int operand) {
  for (int d = loop.rank - 1; d >= 0; --d) {
    if (loop.strides[operand][d] == 1 && loop.dims[d] > 1) return d;
  }
  return -1;
}

// Below this many elements along either side of a plane, lines are mostly wasted by tiles too.
constexpr int64_t kFewestToTurn = 16;

template <class W>
void LaunchTurn(const Call& call, StridedLoop<2> loop, int rows, int columns, const void* in, void* out) {
  Turn turn = {};
  turn.in = in;
  turn.out = out;
  turn.rows = static_cast<uint32_t>(loop.dims[rows]);
  turn.columns = static_cast<uint32_t>(loop.dims[columns]);
  turn.in_stride = loop.strides[0][columns];
  turn.out_stride = loop.strides[1][rows];
  const int64_t row_tiles = CeilDivide(turn.rows, kTile<W>), column_tiles = CeilDivide(turn.columns, kTile<W>);
  turn.row_tiles = Divider(row_tiles);
  turn.column_tiles = Divider(column_tiles);
  loop.dims[rows] = loop.dims[columns] = 1;
  turn.planes = Digits::Of(loop);
  for (int d = 0; d < loop.rank; ++d) {
    turn.in_strides.of[d] = loop.strides[0][d];
    turn.out_strides.of[d] = loop.strides[1][d];
  }
  const auto blocks = static_cast<uint32_t>(row_tiles * column_tiles * loop.elements());
  Launch(call.queue, "transpose", TurnTiles<W>, Shape{{blocks}, {kCopyThreads}}, turn);
}

template <class W>
void LaunchCopy(const Call& call, const StridedLoop<2>& loop, const void* in, void* out) {
  Copy copy = {};
  copy.in = in;
  copy.out = out;
  copy.digits = Digits::Of(loop);
  copy.words = static_cast<uint32_t>(loop.elements());
  for (int d = 0; d < loop.rank; ++d) {
    copy.in_strides.of[d] = loop.strides[0][d];
    copy.out_strides.of[d] = loop.strides[1][d];
  }
  const auto blocks = static_cast<uint32_t>(CeilDivide(loop.elements(), kCopiesPerBlock));
  Launch(call.queue, "copy", CopyWords<W>, Shape{{blocks}, {kCopyThreads}}, copy);
}

// Whether runs along the last dimension may move in words of twice the bytes.
inline bool MayWiden(const StridedLoop<2>& loop, const void* in, const void* out, int64_t bytes) {
  const int last = loop.rank - 1;
  bool may = 2 * bytes <= kAccessBytes && loop.strides[0][last] == 1 && loop.strides[1][last] == 1 &&
             loop.dims[last] % 2 == 0 && IsAligned(in, 2 * bytes) && IsAligned(out, 2 * bytes);
  for (int d = 0; d < last; ++d) may = may && loop.strides[0][d] % 2 == 0 && loop.strides[1][d] % 2 == 0;
  return may;
}

inline void CopySlice(const Call& call, StridedLoop<2> loop, const void* in, void* out, int64_t bytes) {
  const int rows = ContiguousDim(loop, 0), columns = ContiguousDim(loop, 1);
  if (rows >= 0 && columns >= 0 && rows != columns && loop.dims[rows] >= kFewestToTurn &&
      loop.dims[columns] >= kFewestToTurn) {
    switch (bytes) {
      case 1:
        return LaunchTurn<uint8_t>(call, loop, rows, columns, in, out);
      case 2:
        return LaunchTurn<uint16_t>(call, loop, rows, columns, in, out);
      case 4:
        return LaunchTurn<uint32_t>(call, loop, rows, columns, in, out);
      default:
        return LaunchTurn<uint64_t>(call, loop, rows, columns, in, out);
    }
  }
  while (MayWiden(loop, in, out, bytes)) {
    loop.dims[loop.rank - 1] /= 2;
    for (int d = 0; d < loop.rank - 1; ++d) {
      loop.strides[0][d] /= 2;
      loop.strides[1][d] /= 2;
    }
    bytes *= 2;
  }
  switch (bytes) {
    case 1:
      return LaunchCopy<uint8_t>(call, loop, in, out);
    case 2:
      return LaunchCopy<uint16_t>(call, loop, in, out);
    case 4:
      return LaunchCopy<uint32_t>(call, loop, in, out);
    case 8:
      return LaunchCopy<uint2>(call, loop, in, out);
    default:
      return LaunchCopy<uint4>(call, loop, in, out);
  }
}

inline void CopyStrided(const Call& call, const StridedLoop<2>& loop, const char* in, char* out, int64_t bytes,
                        int64_t most) {
  const int64_t zeros[2] = {};
  ForSlices<2>(
      loop, most,
      [&](const StridedLoop<2>& slice, const int64_t* offsets) {
        CopySlice(call, slice, in + offsets[0] * bytes, out + offsets[1] * bytes, bytes);
      },
      zeros);
}

template <int64_t bytes>
void ReadStrided(const Call& call) {
  const auto& params = call.as<StridedRead>();
  int64_t contiguous[kMaxRank];
  ContiguousStrides(params.rank, params.dims, contiguous);
  const auto loop = MergeDims<2>(params.rank, params.dims, {params.strides, contiguous});
  CopyStrided(call, loop, call.operand<const char>(0) + params.offset * bytes, call.operand<char>(1), bytes,
              kMostPerLaunch);
}

template <int64_t bytes>
void WriteStrided(const Call& call) {
  const auto& params = call.as<StridedWrite>();
  int64_t contiguous[kMaxRank];
  ContiguousStrides(params.rank, params.dims, contiguous);
  const auto loop = MergeDims<2>(params.rank, params.dims, {contiguous, params.strides});
  CopyStrided(call, loop, call.operand<const char>(0), call.operand<char>(1) + params.offset * bytes, bytes,
              kMostPerLaunch);
}

}  // namespace
}  // namespace keraunos::cuda

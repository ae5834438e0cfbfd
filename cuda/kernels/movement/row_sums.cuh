// Sums of rows of updates by the row of a table that they are meant for, as group_rows found them: one after another
// up to 32, which is the processor's order; more of them in runs, cut at every 32nd place of the order, so that a row
// that all positions name does not make one thread add them all. Each run is summed by itself beforehand, and their
// sums are added in order.
#pragma once
#include "cuda/kernels/divide.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "device/thread.h"

namespace keraunos::cuda {
namespace {

constexpr int kRowSumThreads = 256;
constexpr int64_t kRun = 32;  // places

// What order and starts say is checked: they may hold anything.
struct Positions {
  const int32_t *order, *starts;
  int64_t count, rows;
  __device__ __forceinline__ int64_t Begin(int64_t row) const { return starts[row] < 0 ? 0 : starts[row]; }
  __device__ __forceinline__ int64_t End(int64_t row) const {
    return starts[row + 1] < count ? starts[row + 1] : count;
  }
  __device__ __forceinline__ int64_t At(int64_t place) const {
    const int64_t position = order[place];
    return position >= 0 && position < count ? position : 0;
  }
  // The last row that begins at `place` or before, -1 or `rows` where there is none.
  __device__ __forceinline__ int64_t RowOf(int64_t place) const {
    int64_t low = 0, high = rows + 1;
    while (low < high) {
      const int64_t middle = (low + high) / 2;
      if (starts[middle] <= place) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
};

// Rows of `cols` columns before threads: `across` of them beside each other, kItems columns to each.
struct RowThreads {
  int64_t cols;
  int across;
  RowThreads(int64_t columns, int items) : cols(columns), across(1) {
    while (across < kRowSumThreads && across * items < columns) across *= 2;
  }
  int64_t down() const { return kRowSumThreads / across; }
};

template <class T, int kItems>
struct RowUpdates {
  using C = Compute<T>;
  const T* updates;  // (positions, cols)
  C* parts;          // (runs, 2, cols), of a run that begins with its 32 places and of one that begins among them
  Positions positions;
  int64_t cols;

  __device__ __forceinline__ Pack<C, kItems> At(int64_t place, int64_t column) const {
    const auto pack = LoadPack<kItems>(updates + positions.At(place) * cols + column);
    Pack<C, kItems> wide;
#pragma unroll
    for (int i = 0; i < kItems; ++i) wide.items[i] = Widen(pack.items[i]);
    return wide;
  }
  static __device__ __forceinline__ void Add(Pack<C, kItems>& sum, const Pack<C, kItems>& more) {
#pragma unroll
    for (int i = 0; i < kItems; ++i) sum.items[i] = static_cast<C>(sum.items[i] + more.items[i]);
  }
  // Places [begin, end), at least one.
  __device__ __forceinline__ Pack<C, kItems> SumOfPlaces(int64_t begin, int64_t end, int64_t column) const {
    auto sum = At(begin, column);
#pragma unroll 4
    for (int64_t place = begin + 1; place < end; ++place) Add(sum, At(place, column));
    return sum;
  }
  __device__ __forceinline__ C* Part(int64_t run, bool among, int64_t column) const {
    return parts + (2 * run + among) * cols + column;
  }
  // All places of a row, at least one.
  __device__ __forceinline__ Pack<C, kItems> SumOfRow(int64_t begin, int64_t end, int64_t column) const {
    if (end - begin <= kRun) return SumOfPlaces(begin, end, column);
    auto sum = LoadPack<kItems>(Part(begin / kRun, begin % kRun != 0, column));
#pragma unroll 4
    for (int64_t run = begin / kRun + 1; run * kRun < end; ++run) Add(sum, LoadPack<kItems>(Part(run, false, column)));
    return sum;
  }
};

// The parts of rows of more than kRun places: of every run the row that it begins with, and the one that it ends with.
template <class T, int kItems>
__global__ void __launch_bounds__(kRowSumThreads)
    SumRuns(const __grid_constant__ RowUpdates<T, kItems> u, const __grid_constant__ RowThreads threads) {
  const int x = static_cast<int>(threadIdx.x) % threads.across, y = static_cast<int>(threadIdx.x) / threads.across;
  const int64_t item = static_cast<int64_t>(blockIdx.x) * (kRowSumThreads / threads.across) + y;
  const int64_t first = item / 2 * kRun;
  const bool among = item % 2 != 0;
  if (first >= u.positions.count) return;
  const int64_t last = first + kRun < u.positions.count ? first + kRun : u.positions.count;
  const int64_t row = u.positions.RowOf(among ? last - 1 : first);
  if (row < 0 || row >= u.positions.rows) return;
  const int64_t begin = u.positions.Begin(row), end = u.positions.End(row);
  if (end - begin <= kRun || (among && begin <= first)) return;
  const int64_t from = among ? begin : first, to = end < last ? end : last;
  for (int64_t column = x * kItems; column < u.cols; column += threads.across * kItems) {
    StorePack(u.Part(item / 2, among, column), u.SumOfPlaces(from, to, column));
  }
}

inline int64_t PartsBytes(int64_t positions, int64_t cols, int64_t item_bytes) {
  return positions > kRun ? 2 * CeilDivide(positions, kRun) * cols * item_bytes : 0;
}

// Fills u.parts.
template <class T, int kItems>
void LaunchRuns(Queue& queue, const RowUpdates<T, kItems>& u) {
  if (u.positions.count <= kRun) return;
  const RowThreads threads(u.cols, kItems);
  const int64_t blocks = CeilDivide(2 * CeilDivide(u.positions.count, kRun), threads.down());
  Launch(queue, "row_runs", SumRuns<T, kItems>, Shape{{static_cast<uint32_t>(blocks)}, {kRowSumThreads}}, u, threads);
}

}  // namespace
}  // namespace keraunos::cuda

// Positions of an index, grouped by the row that they name: group_rows of ops.inc and what scatter_add begins with.
// Positions are sorted by their row; where a row's begin is then a binary search, one thread for each row, so that
// neither a row that all positions name nor many that none names keep one thread busy.
#pragma once
#include "cuda/kernels/movement/take.cuh"
#include "cuda/kernels/rows/sort.cuh"

namespace keraunos::cuda {
namespace {

constexpr int kGroupThreads = 256;

inline int64_t RoundUp(int64_t bytes) { return CeilDivide(bytes, 256) * 256; }

__global__ void __launch_bounds__(kGroupThreads)
    FindKeys(const void* indices, bool wide, int64_t rows, int64_t source_rows, int64_t* keys) {
  const int64_t r = static_cast<int64_t>(blockIdx.x) * kGroupThreads + threadIdx.x;
  if (r >= rows) return;
  const int64_t row = RowIndex(indices, wide, r, source_rows);
  keys[r] = row < 0 ? source_rows : row;  // what is out of range comes last and is left out
}

__global__ void __launch_bounds__(kGroupThreads) FindStarts(const int64_t* keys, const int32_t* sorted, int64_t rows,
                                                            int64_t source_rows, int32_t* order, int32_t* starts) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kGroupThreads + threadIdx.x;
  if (i < rows) order[i] = keys[sorted[i]] < source_rows ? sorted[i] : 0;
  if (i > source_rows) return;
  int64_t low = 0, high = rows;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (keys[sorted[middle]] < i) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  starts[i] = static_cast<int32_t>(low);
}

// Workspace: keys, positions as they are sorted, the sort's own.
struct GroupLayout {
  int64_t sorted, sort, end;
  explicit GroupLayout(int64_t rows) {
    sorted = RoundUp(rows * 8);
    sort = sorted + RoundUp(rows * 4);
    end = sort + RoundUp(SortWorkspaceBytes<ByIndex<int64_t>>(1, rows));
  }
};

// order (rows,), starts (source_rows + 1,); indices are int64 where they are `wide`. workspace: a GroupLayout.
inline void GroupPositions(Queue& queue, const void* indices, bool wide, int64_t rows, int64_t source_rows,
                           int32_t* order, int32_t* starts, void* workspace) {
  const GroupLayout layout(rows);
  auto* keys = static_cast<int64_t*>(workspace);
  auto* sorted = reinterpret_cast<int32_t*>(static_cast<char*>(workspace) + layout.sorted);
  const auto shape = [](int64_t threads) {
    return Shape{{static_cast<uint32_t>(CeilDivide(threads, kGroupThreads))}, {kGroupThreads}};
  };
  Launch(queue, "group_keys", FindKeys, shape(rows), indices, wide, rows, source_rows, keys);
  SortRows(queue, ByIndex<int64_t>{keys, rows}, sorted, 1, static_cast<char*>(workspace) + layout.sort);
  const int64_t most = rows > source_rows ? rows : source_rows + 1;
  Launch(queue, "group_starts", FindStarts, shape(most), static_cast<const int64_t*>(keys),
         static_cast<const int32_t*>(sorted), rows, source_rows, order, starts);
}

}  // namespace
}  // namespace keraunos::cuda

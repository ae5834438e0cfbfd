// Family movement: scatter_add, rows of equal index added up in the order of the indices, without atomics. Positions
// are sorted by their index; then runs of equal indices are summed, in chunks of 32 positions, so that an index that
// all rows share does not make one thread add them all.
#include "cuda/kernels/movement/take.cuh"
#include "cuda/kernels/rows/sort.cuh"

namespace keraunos::cuda {
namespace {

constexpr int kScatterThreads = 256;
constexpr int64_t kPositions = 32;  // of a chunk

struct ScatterShape {
  int64_t rows, row_elements, source_rows;
  int64_t tiles;  // of the columns
  int across;     // threads beside each other
};

__global__ void __launch_bounds__(kScatterThreads)
    FindKeys(const void* indices, bool wide, int64_t rows, int64_t source_rows, int64_t* keys) {
  const int64_t r = static_cast<int64_t>(blockIdx.x) * kScatterThreads + threadIdx.x;
  if (r >= rows) return;
  const int64_t row = RowIndex(indices, wide, r, source_rows);
  keys[r] = row < 0 ? source_rows : row;  // what is out of range comes last and is left out
}

// What a thread works on: an item (position or chunk) and a column.
struct ScatterPlace {
  int64_t item, column;
};
__device__ __forceinline__ ScatterPlace PlaceOf(const ScatterShape& shape) {
  const int64_t chunk = blockIdx.x / shape.tiles, tile = blockIdx.x - chunk * shape.tiles;
  const int x = static_cast<int>(threadIdx.x) % shape.across, y = static_cast<int>(threadIdx.x) / shape.across;
  return {chunk * (kScatterThreads / shape.across) + y, tile * shape.across + x};
}

// A run: neighbours in the order that have one key, within a chunk. Whole ones go to `out`; parts go to `partial`
// (chunks, 2, row_elements), the one that begins with the chunk first.
template <class T>
__global__ void __launch_bounds__(kScatterThreads)
    SumRuns(const T* updates, const int64_t* keys, const int32_t* order, T* out, Compute<T>* partial,
            const __grid_constant__ ScatterShape shape) {
  using C = Compute<T>;
  const ScatterPlace place = PlaceOf(shape);
  const int64_t p = place.item;
  if (p >= shape.rows || place.column >= shape.row_elements) return;
  const int64_t key = keys[order[p]];
  const bool segment_start = p == 0 || keys[order[p - 1]] != key;
  if (key >= shape.source_rows || (p % kPositions != 0 && !segment_start)) return;
  const int64_t chunk = p / kPositions;
  const int64_t chunk_end = (chunk + 1) * kPositions < shape.rows ? (chunk + 1) * kPositions : shape.rows;
  int64_t end = p + 1;
  while (end < chunk_end && keys[order[end]] == key) ++end;
  C sum = Widen(updates[order[p] * shape.row_elements + place.column]);
#pragma unroll 4
  for (int64_t q = p + 1; q < end; ++q) {
    sum = static_cast<C>(sum + Widen(updates[order[q] * shape.row_elements + place.column]));
  }
  const bool whole = segment_start && (end == shape.rows || keys[order[end]] != key);
  if (whole) {
    out[key * shape.row_elements + place.column] = Narrow<T>(sum);
  } else {
    partial[(2 * chunk + (p % kPositions != 0)) * shape.row_elements + place.column] = sum;
  }
}

// The segment that begins in a chunk and goes on beyond it, if there is one.
template <class T>
__global__ void __launch_bounds__(kScatterThreads)
    JoinRuns(const int64_t* keys, const int32_t* order, T* out, const Compute<T>* partial,
             const __grid_constant__ ScatterShape shape) {
  using C = Compute<T>;
  const ScatterPlace place = PlaceOf(shape);
  const int64_t chunk = place.item, next = (chunk + 1) * kPositions;
  if (next >= shape.rows || place.column >= shape.row_elements) return;
  const int64_t key = keys[order[next]];
  if (key >= shape.source_rows || keys[order[next - 1]] != key) return;
  int64_t start = next - 1;
  while (start > chunk * kPositions && keys[order[start - 1]] == key) --start;
  if (start == chunk * kPositions && start > 0 && keys[order[start - 1]] == key) return;
  C sum = partial[(2 * chunk + (start % kPositions != 0)) * shape.row_elements + place.column];
  for (int64_t c = chunk + 1; c * kPositions < shape.rows && keys[order[c * kPositions]] == key; ++c) {
    sum = static_cast<C>(sum + partial[2 * c * shape.row_elements + place.column]);
  }
  out[key * shape.row_elements + place.column] = Narrow<T>(sum);
}

int64_t RoundUp(int64_t bytes) { return CeilDivide(bytes, 256) * 256; }

// Workspace: keys, order, the sort's own, partial sums.
struct ScatterLayout {
  int64_t order, sort, partial, end;
};
template <class T>
ScatterLayout LayoutOf(const Take& params) {
  ScatterLayout layout;
  layout.order = RoundUp(params.rows * 8);
  layout.sort = layout.order + RoundUp(params.rows * 4);
  layout.partial = layout.sort + RoundUp(SortWorkspaceBytes<ByIndex<int64_t>>(1, params.rows));
  const auto bytes = static_cast<int64_t>(sizeof(Compute<T>));
  layout.end = layout.partial + 2 * CeilDivide(params.rows, kPositions) * params.row_elements * bytes;
  return layout;
}
template <class T>
int64_t ScatterWorkspace(const Call& call) {
  return LayoutOf<T>(call.as<Take>()).end;
}

template <class T>
void ScatterAddRows(const Call& call) {
  const auto& params = call.as<Take>();
  T* out = call.operand<T>(2);
  LaunchFill(call, out, params.source_rows * params.row_elements, 0.0);
  if (params.rows == 0 || params.row_elements == 0 || params.source_rows == 0) return;
  const ScatterLayout layout = LayoutOf<T>(params);
  char* workspace = static_cast<char*>(call.workspace);
  auto* keys = reinterpret_cast<int64_t*>(workspace);
  auto* order = reinterpret_cast<int32_t*>(workspace + layout.order);
  auto* partial = reinterpret_cast<Compute<T>*>(workspace + layout.partial);
  Launch(call.queue, "scatter_keys", FindKeys,
         Shape{{static_cast<uint32_t>(CeilDivide(params.rows, kScatterThreads))}, {kScatterThreads}},
         call.operand<const void>(1), params.index_dtype == kInt64, params.rows, params.source_rows, keys);
  SortRows(call.queue, ByIndex<int64_t>{keys, params.rows}, order, 1, workspace + layout.sort);
  ScatterShape shape = {params.rows, params.row_elements, params.source_rows, 1, 1};
  while (shape.across < 32 && shape.across < params.row_elements) shape.across *= 2;
  shape.tiles = CeilDivide(params.row_elements, shape.across);
  const auto blocks = [&](int64_t items) {
    const int64_t chunks = CeilDivide(items, kScatterThreads / shape.across);
    return Shape{{static_cast<uint32_t>(chunks * shape.tiles)}, {kScatterThreads}};
  };
  Launch(call.queue, "scatter_sums", SumRuns<T>, blocks(params.rows), call.operand<const T>(0),
         static_cast<const int64_t*>(keys), static_cast<const int32_t*>(order), out, partial, shape);
  Launch(call.queue, "scatter_join", JoinRuns<T>, blocks(CeilDivide(params.rows, kPositions)),
         static_cast<const int64_t*>(keys), static_cast<const int32_t*>(order), out,
         static_cast<const Compute<T>*>(partial), shape);
}

#define SCATTER(T) {kOp_scatter_add, kDTypeOf<T>, ScatterAddRows<T>, ScatterWorkspace<T>}
constexpr KernelEntry kEntries[] = {
    SCATTER(uint8_t), SCATTER(int32_t),  SCATTER(int64_t), SCATTER(float),
    SCATTER(double),  SCATTER(BFloat16), SCATTER(Float16),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(scatter, keraunos::cuda::kEntries)

// sort and argsort of rows. Chunks of 1024 are sorted in shared memory by a bitonic network (Batcher, 1968), several
// short rows in one block; then runs are merged pairwise, every element finding its place by a binary search in the
// other run. NaN orders after everything; indices are compared by value and then by index, which makes argsort stable.
#pragma once
#include "cuda/kernels/divide.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "device/thread.h"

namespace keraunos::cuda {
namespace {

constexpr int kSortChunk = 1024;
constexpr int kSortThreads = kSortChunk / 2;
constexpr int kMergeThreads = 256;

template <class T>
__device__ __forceinline__ bool ComesBefore(T a, T b) {
  const auto x = Widen(a), y = Widen(b);
  return x < y || (y != y && x == x);
}

// Sorting numbers: an item is the number. What is beyond the row orders last, or is like what is last.
template <class T>
struct ByValue {
  using Item = T;
  const T* x;
  int64_t cols;
  __device__ __forceinline__ Item Load(int64_t row, int64_t column) const { return x[row * cols + column]; }
  static __device__ __forceinline__ Item Last() {
    if constexpr (sizeof(T) == 2) {
      return FromFloat<T>(NAN);
    } else if constexpr (static_cast<T>(0.5) != 0) {
      return static_cast<T>(NAN);
    } else {
      return static_cast<T>(~(uint64_t{1} << (8 * sizeof(T) - 1)));
    }
  }
  __device__ __forceinline__ bool Before(Item a, Item b, int64_t) const { return ComesBefore(a, b); }
};

// Sorting positions by their numbers.
template <class T>
struct ByIndex {
  using Item = int32_t;
  const T* x;
  int64_t cols;
  __device__ __forceinline__ Item Load(int64_t, int64_t column) const { return static_cast<int32_t>(column); }
  static __device__ __forceinline__ Item Last() { return 0x7fffffff; }
  __device__ __forceinline__ bool Before(Item a, Item b, int64_t row) const {
    if (a == Last() || b == Last()) return a < b;
    const T left = x[row * cols + a], right = x[row * cols + b];
    if (ComesBefore(left, right)) return true;
    return !ComesBefore(right, left) && a < b;
  }
};

// `width`: of a chunk, a power of two up to kSortChunk, at least cols where there is one chunk.
template <class S>
__global__ void __launch_bounds__(kSortThreads)
    SortChunks(const S sorter, typename S::Item* out, int64_t rows, int64_t chunks, int width) {
  using Item = typename S::Item;
  __shared__ Item items[kSortChunk];
  const int per_block = kSortChunk / width;  // chunks
  const int64_t first_chunk = static_cast<int64_t>(blockIdx.x) * per_block;
#pragma unroll
  for (int slot = static_cast<int>(threadIdx.x); slot < kSortChunk; slot += kSortThreads) {
    const int64_t chunk = first_chunk + slot / width, row = chunk / chunks;
    const int64_t column = (chunk - row * chunks) * width + slot % width;
    items[slot] = row < rows && column < sorter.cols ? sorter.Load(row, column) : S::Last();
  }
  for (int size = 2; size <= width; size *= 2) {
    for (int distance = size / 2; distance > 0; distance /= 2) {
      __syncthreads();
      const int pair = static_cast<int>(threadIdx.x);
      const int low = pair / distance * 2 * distance + pair % distance, high = low + distance;
      const bool ascending = (low % width & size) == 0;
      const int64_t row = (first_chunk + low / width) / chunks;
      const Item a = items[low], b = items[high];
      if (row < rows && sorter.Before(b, a, row) == ascending && sorter.Before(a, b, row) != ascending) {
        items[low] = b;
        items[high] = a;
      }
    }
  }
  __syncthreads();
#pragma unroll
  for (int slot = static_cast<int>(threadIdx.x); slot < kSortChunk; slot += kSortThreads) {
    const int64_t chunk = first_chunk + slot / width, row = chunk / chunks;
    const int64_t column = (chunk - row * chunks) * width + slot % width;
    if (row < rows && column < sorter.cols) out[row * sorter.cols + column] = items[slot];
  }
}

// Sorted runs of `run` items become sorted runs of twice that.
template <class S>
__global__ void __launch_bounds__(kMergeThreads)
    MergeRuns(const S sorter, const typename S::Item* in, typename S::Item* out, int64_t rows, int64_t run) {
  const int64_t number = static_cast<int64_t>(blockIdx.x) * kMergeThreads + threadIdx.x;
  const int64_t cols = sorter.cols;
  if (number >= rows * cols) return;
  const int64_t row = number / cols, column = number - row * cols;
  in += row * cols;
  const int64_t own = column / run, first = (own ^ 1) * run;
  const auto item = in[column];
  // How many of the other run come before: equals of the left run do.
  int64_t low = first < cols ? first : cols, high = first + run < cols ? first + run : cols;
  const int64_t start = low;
  const bool left = own % 2 == 0;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    const bool before = left ? sorter.Before(in[middle], item, row) : !sorter.Before(item, in[middle], row);
    if (before) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  out[row * cols + own / 2 * 2 * run + (column - own * run) + (low - start)] = item;
}

inline int SortPasses(int64_t cols) {
  int passes = 0;
  for (int64_t run = kSortChunk; run < cols; run *= 2) ++passes;
  return passes;
}

template <class S>
int64_t SortWorkspaceBytes(int64_t rows, int64_t cols) {
  return SortPasses(cols) > 0 ? rows * cols * static_cast<int64_t>(sizeof(typename S::Item)) : 0;
}

// workspace: of SortWorkspaceBytes.
template <class S>
void SortRows(Queue& queue, const S& sorter, typename S::Item* out, int64_t rows, void* workspace) {
  const int64_t cols = sorter.cols;
  if (rows == 0 || cols == 0) return;
  int width = 2;
  while (width < kSortChunk && width < cols) width *= 2;
  const int64_t chunks = CeilDivide(cols, width);
  int passes = SortPasses(cols);
  // The last pass writes `out`.
  auto* spare = static_cast<typename S::Item*>(workspace);
  typename S::Item *from = passes % 2 == 0 ? out : spare, *to = passes % 2 == 0 ? spare : out;
  const auto blocks = static_cast<uint32_t>(CeilDivide(rows * chunks, kSortChunk / width));
  Launch(queue, "sort", SortChunks<S>, Shape{{blocks}, {kSortThreads}}, sorter, from, rows, chunks, width);
  for (int64_t run = kSortChunk; run < cols; run *= 2) {
    const auto merges = static_cast<uint32_t>(CeilDivide(rows * cols, kMergeThreads));
    Launch(queue, "merge", MergeRuns<S>, Shape{{merges}, {kMergeThreads}}, sorter, from, to, rows, run);
    typename S::Item* const before = from;
    from = to;
    to = before;
  }
}

template <class S>
int64_t SortWorkspace(const Call& call) {
  return SortWorkspaceBytes<S>(call.as<Rows>().rows, call.as<Rows>().cols);
}

template <class T, template <class> class By>
void LaunchSort(const Call& call) {
  const auto& params = call.as<Rows>();
  SortRows(call.queue, By<T>{call.operand<const T>(0), params.cols}, call.operand<typename By<T>::Item>(1), params.rows,
           call.workspace);
}

}  // namespace
}  // namespace keraunos::cuda

// Reductions down the columns of (outer, count, inner): neighbouring threads take neighbouring columns, so that memory
// is read in whole lines. Also the last stage of reductions that were cut into parts: their states are columns.
#pragma once
#include "cuda/kernels/reduce/rows.cuh"

namespace keraunos::cuda {
namespace {

// What columns are made of: elements, or states of a former stage.
template <class R>
struct Elements {
  using Item = typename R::Element;
  static constexpr int kMostItems = kReduceItems<Item>;
  static __device__ __forceinline__ void Add(typename R::State& state, Item item, int64_t row) {
    R::Add(state, item, row);
  }
};
template <class R>
struct States {
  using Item = typename R::State;
  static constexpr int kMostItems = 1;
  static __device__ __forceinline__ void Add(typename R::State& state, Item item, int64_t) {
    state = R::Join(state, item);
  }
};

struct ColumnShape {
  int64_t outer, count, inner;
  int64_t parts, part;  // of the rows
  int64_t tiles;        // of the columns
  int across;           // threads beside each other; the others of a block take other rows
  bool aligned;
};

// Rows first, first + step, ... before `end` of kItems columns.
template <class R, class Source, int kItems>
__device__ __forceinline__ void ReduceColumnsOf(const typename Source::Item* in, int64_t first, int64_t end,
                                                int64_t step, int64_t inner, bool aligned,
                                                typename R::State (&states)[kItems]) {
  using Item = typename Source::Item;
  constexpr int kLoads = 4;
#pragma unroll
  for (int i = 0; i < kItems; ++i) states[i] = R::Empty();
  for (int64_t row = first; row < end; row += kLoads * step) {
    Pack<Item, kItems> packs[kLoads];
#pragma unroll
    for (int l = 0; l < kLoads; ++l) {
      if (row + l * step < end) packs[l] = ReadItems<Item, kItems>(in + (row + l * step) * inner, kItems, aligned);
    }
#pragma unroll
    for (int l = 0; l < kLoads; ++l) {
      if (row + l * step >= end) continue;
#pragma unroll
      for (int i = 0; i < kItems; ++i) Source::Add(states[i], packs[l].items[i], row + l * step);
    }
  }
}

// A block for each (outer, part, tile of columns); its threads' states are joined in shared memory.
template <class R, class Source, int kItems>
__global__ void __launch_bounds__(kReduceThreads)
    ReduceColumns(const typename Source::Item* in, typename R::Result* out, typename R::State* partial,
                  const __grid_constant__ ColumnShape shape) {
  using State = typename R::State;
  __shared__ State shared[kItems][kReduceThreads];
  const int64_t rest = blockIdx.x / shape.tiles, tile = blockIdx.x - rest * shape.tiles;
  const int64_t outer = rest / shape.parts, part = rest - outer * shape.parts;
  const int x = static_cast<int>(threadIdx.x) % shape.across, y = static_cast<int>(threadIdx.x) / shape.across;
  const int down = kReduceThreads / shape.across;
  const int64_t column = (tile * shape.across + x) * kItems;
  const int64_t begin = part * shape.part;
  const int64_t end = begin + shape.part < shape.count ? begin + shape.part : shape.count;
  const bool inside = column < shape.inner;
  State states[kItems];
  ReduceColumnsOf<R, Source, kItems>(in + outer * shape.count * shape.inner + column, begin + y, inside ? end : 0, down,
                                     shape.inner, shape.aligned, states);
#pragma unroll
  for (int i = 0; i < kItems; ++i) shared[i][threadIdx.x] = states[i];
  for (int distance = down / 2; distance > 0; distance /= 2) {
    __syncthreads();
    if (y < distance) {
#pragma unroll
      for (int i = 0; i < kItems; ++i) {
        shared[i][threadIdx.x] =
            R::Join(shared[i][threadIdx.x], shared[i][threadIdx.x + static_cast<unsigned>(distance * shape.across)]);
      }
    }
  }
  if (y != 0 || !inside) return;
#pragma unroll
  for (int i = 0; i < kItems; ++i) {
    const State state = shared[i][threadIdx.x];
    if (shape.parts > 1) {
      partial[(outer * shape.parts + part) * shape.inner + column + i] = state;
    } else {
      out[outer * shape.inner + column + i] = R::Finish(state);
    }
  }
}

// Many short columns: a thread for each kItems of them.
template <class R, int kItems>
__global__ void __launch_bounds__(kReduceThreads)
    ReduceShortColumns(const typename R::Element* in, typename R::Result* out, int64_t results, int64_t count,
                       int64_t inner, bool aligned) {
  const int64_t first = (static_cast<int64_t>(blockIdx.x) * kReduceThreads + threadIdx.x) * kItems;
  if (first >= results) return;
  const int64_t outer =
      results <= UINT32_MAX ? static_cast<uint32_t>(first) / static_cast<uint32_t>(inner) : first / inner;
  const int64_t column = first - outer * inner;
  typename R::State states[kItems];
  ReduceColumnsOf<R, Elements<R>, kItems>(in + outer * count * inner + column, 0, count, 1, inner, aligned, states);
#pragma unroll
  for (int i = 0; i < kItems; ++i) out[first + i] = R::Finish(states[i]);
}

}  // namespace
}  // namespace keraunos::cuda

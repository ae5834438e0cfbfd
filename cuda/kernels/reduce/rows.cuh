// Reductions along contiguous rows: a few lanes for a short row, a block for a long one or a part of it. Which lane
// takes which element depends on the shape alone; alignment only decides whether they come in packs.
#pragma once
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/reduce/reducers.cuh"
#include "device/thread.h"

namespace keraunos::cuda {
namespace {

constexpr int kReduceThreads = 256;
constexpr int kReduceWarps = kReduceThreads / 32;

template <class T>
constexpr int kReduceItems = sizeof(T) == 1 ? 4 : kAccessBytes / static_cast<int>(sizeof(T));

// Up to kItems elements from `at`; `left` of them exist.
template <class T, int kItems>
__device__ __forceinline__ Pack<T, kItems> ReadItems(const T* at, int64_t left, bool aligned) {
  if (aligned && left >= kItems) return LoadPack<kItems>(at);
  Pack<T, kItems> pack = {};
#pragma unroll
  for (int i = 0; i < kItems; ++i) {
    if (i < left) pack.items[i] = at[i];
  }
  return pack;
}

// One of `lanes` readers of in[begin, end): packs lane, lane + lanes, ...; four loads are under way at a time.
template <class R>
__device__ __forceinline__ typename R::State ReduceStretch(const typename R::Element* in, int64_t begin, int64_t end,
                                                           bool aligned, int lane, int lanes) {
  using T = typename R::Element;
  constexpr int kItems = kReduceItems<T>, kLoads = kItems > 4 ? 2 : 4;
  typename R::State states[kItems];
#pragma unroll
  for (int i = 0; i < kItems; ++i) states[i] = R::Empty();
  const int64_t step = static_cast<int64_t>(lanes) * kItems;
  for (int64_t at = begin + lane * kItems; at < end; at += kLoads * step) {
    Pack<T, kItems> packs[kLoads];
#pragma unroll
    for (int l = 0; l < kLoads; ++l) {
      if (at + l * step < end) packs[l] = ReadItems<T, kItems>(in + at + l * step, end - at - l * step, aligned);
    }
#pragma unroll
    for (int l = 0; l < kLoads; ++l) {
#pragma unroll
      for (int i = 0; i < kItems; ++i) {
        const int64_t index = at + l * step + i;
        if (index < end) R::Add(states[i], packs[l].items[i], index);
      }
    }
  }
#pragma unroll
  for (int distance = kItems / 2; distance > 0; distance /= 2) {
#pragma unroll
    for (int i = 0; i < distance; ++i) states[i] = R::Join(states[i], states[i + distance]);
  }
  return states[0];
}

// `lanes` lanes for each row.
template <class R>
__global__ void __launch_bounds__(kReduceThreads)
    ReduceShortRows(const typename R::Element* in, typename R::Result* out, int64_t rows, int64_t count, int lanes,
                    bool aligned) {
  const int64_t row = static_cast<int64_t>(blockIdx.x) * (kReduceThreads / lanes) + threadIdx.x / lanes;
  const int lane = static_cast<int>(threadIdx.x) % lanes;
  typename R::State state = R::Empty();
  if (row < rows) state = ReduceStretch<R>(in + row * count, 0, count, aligned, lane, lanes);
  state = JoinLanes<R>(state, lanes);
  if (row < rows && lane == 0) out[row] = R::Finish(state);
}

// Joins the states of all threads of the block; thread 0 gets the result.
template <class R>
__device__ __forceinline__ typename R::State JoinBlock(typename R::State state) {
  __shared__ typename R::State warps[kReduceWarps];
  state = JoinLanes<R>(state);
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = state;
  __syncthreads();
  if (threadIdx.x < 32) {
    state = JoinLanes<R>(threadIdx.x < kReduceWarps ? warps[threadIdx.x] : R::Empty(), kReduceWarps);
  }
  return state;
}

// A block for each part of a row; `states` gets (rows, parts) states when there are several parts, else `out` results.
template <class R>
__global__ void __launch_bounds__(kReduceThreads)
    ReduceLongRows(const typename R::Element* in, typename R::Result* out, typename R::State* states, int64_t count,
                   int64_t parts, int64_t part, bool aligned) {
  const int64_t row = blockIdx.x / parts, begin = (blockIdx.x - row * parts) * part;
  const int64_t end = begin + part < count ? begin + part : count;
  const auto state = JoinBlock<R>(
      ReduceStretch<R>(in + row * count, begin, end, aligned, static_cast<int>(threadIdx.x), kReduceThreads));
  if (threadIdx.x != 0) return;
  if (parts > 1) {
    states[blockIdx.x] = state;
  } else {
    out[blockIdx.x] = R::Finish(state);
  }
}

}  // namespace
}  // namespace keraunos::cuda

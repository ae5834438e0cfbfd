// Pools: a thread folds a window of a few neighbouring channels in registers, in row-major order.
#pragma once
#include "cuda/kernels/pooling/window.cuh"

namespace keraunos::cuda {
namespace {

// The part of a window that is inside the input: sizes, and the number of its first element in the whole window.
struct Box {
  int64_t first, depth, row;  // in elements of the input
  int sizes[3];
  int number, number_depth, number_row;
};

__device__ __forceinline__ Box BoxOf(const PoolShape& p, int64_t image, int a, int b, int c) {
  const Range d = Inside(p, 0, a), h = Inside(p, 1, b), w = Inside(p, 2, c);
  const int64_t row = p.in[2] * p.channels;
  return {ElementOf(p.in, p.channels, image, a * p.stride[0] - p.low[0] + d.begin, b * p.stride[1] - p.low[1] + h.begin,
                    c * p.stride[2] - p.low[2] + w.begin),
          p.in[1] * row,
          row,
          {d.size(), h.size(), w.size()},
          (d.begin * p.window[1] + h.begin) * p.window[2] + w.begin,
          p.window[1] * p.window[2],
          p.window[2]};
}

// body(offset from the first element, number in the window) for every element of the box. Boxes of 2 x 2 and 3 x 3 are
// unrolled, so that all their loads are under way at once.
template <int kSide, class Body>
__device__ __forceinline__ void ForSquare(const Box& box, int64_t channels, const Body& body) {
#pragma unroll
  for (int h = 0; h < kSide; ++h) {
#pragma unroll
    for (int w = 0; w < kSide; ++w) body(h * box.row + w * channels, box.number + h * box.number_row + w);
  }
}
template <class Body>
__device__ __forceinline__ void ForBox(const Box& box, int64_t channels, const Body& body) {
  if (box.sizes[0] == 1 && box.sizes[1] == 2 && box.sizes[2] == 2) return ForSquare<2>(box, channels, body);
  if (box.sizes[0] == 1 && box.sizes[1] == 3 && box.sizes[2] == 3) return ForSquare<3>(box, channels, body);
  for (int d = 0; d < box.sizes[0]; ++d) {
    for (int h = 0; h < box.sizes[1]; ++h) {
      for (int w = 0; w < box.sizes[2]; ++w) {
        body(d * box.depth + h * box.row + w * channels, box.number + d * box.number_depth + h * box.number_row + w);
      }
    }
  }
}

// A later element wins if it is greater, or the first NaN.
template <class C>
__device__ __forceinline__ bool Wins(C next, C best) {
  return (next > best || next != next) && best == best;
}

// The maxima of a box and their numbers.
template <class T, int kItems>
__device__ __forceinline__ void FindMaxima(const T* first, const Box& box, int64_t channels, Compute<T> (&best)[kItems],
                                           int (&numbers)[kItems]) {
  const auto start = LoadPack<kItems>(first);
#pragma unroll
  for (int i = 0; i < kItems; ++i) {
    best[i] = Widen(start.items[i]);
    numbers[i] = box.number;
  }
  ForBox(box, channels, [&](int64_t offset, int number) {
    const auto next = LoadPack<kItems>(first + offset);
#pragma unroll
    for (int i = 0; i < kItems; ++i) {
      const Compute<T> value = Widen(next.items[i]);
      const bool wins = Wins(value, best[i]);
      best[i] = wins ? value : best[i];
      numbers[i] = wins ? number : numbers[i];
    }
  });
}

// Number that no element of a window has: relu closed the window.
constexpr int kNoElement = 255;

enum class PoolKind { kMax, kMaxIndex, kMean };

template <PoolKind kind, class T, int kItems>
__global__ void __launch_bounds__(kPoolThreads, 2)
    PoolForward(const T* in, T* out, uint8_t* index, const __grid_constant__ PoolShape p) {
  using C = Compute<T>;
  const uint32_t thread = blockIdx.x * kPoolThreads + threadIdx.x;
  if (thread >= p.threads) return;
  const Place place = PlaceOf(p, thread, kItems);
  const Box box = BoxOf(p, place.image, place.at[0], place.at[1], place.at[2]);
  const T* first = in + box.first + place.channel;
  const int64_t to = ElementOf(p.out, p.channels, place.image, place.at[0], place.at[1], place.at[2]) + place.channel;
  C best[kItems];
  int numbers[kItems];
  if constexpr (kind == PoolKind::kMean) {
#pragma unroll
    for (int i = 0; i < kItems; ++i) best[i] = 0;
    ForBox(box, p.channels, [&](int64_t offset, int) {
      const auto next = LoadPack<kItems>(first + offset);
#pragma unroll
      for (int i = 0; i < kItems; ++i) best[i] += Widen(next.items[i]);
    });
  } else {
    FindMaxima<T, kItems>(first, box, p.channels, best, numbers);
  }
  Pack<T, kItems> results;
  Pack<uint8_t, kItems> places;
  const C scale = kind == PoolKind::kMean ? C(1) / static_cast<C>(box.sizes[0] * box.sizes[1] * box.sizes[2]) : C(1);
#pragma unroll
  for (int i = 0; i < kItems; ++i) {
    if constexpr (kind == PoolKind::kMean) {
      best[i] *= scale;
    } else if (p.relu) {
      numbers[i] = best[i] > 0 ? numbers[i] : kNoElement;
      best[i] = best[i] > 0 || best[i] != best[i] ? best[i] : C(0);
    }
    results.items[i] = Narrow<T>(best[i]);
    if constexpr (kind == PoolKind::kMaxIndex) places.items[i] = static_cast<uint8_t>(numbers[i]);
  }
  StorePack(out + to, results);
  if constexpr (kind == PoolKind::kMaxIndex) StorePack(index + to, places);
}

}  // namespace
}  // namespace keraunos::cuda

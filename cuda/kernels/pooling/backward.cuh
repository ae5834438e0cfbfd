// Gradients of pools: an input element gathers from the windows that cover it, in row-major order of the windows, so
// that it is written once and nothing is added to memory.
#pragma once
#include "cuda/kernels/pooling/forward.cuh"

namespace keraunos::cuda {
namespace {

// Who gets a window's gradient: the element that its index names, the one that is the maximum of x, or all.
enum class Receiver { kIndexed, kMaximum, kAll };

template <Receiver receiver, class T, int kItems>
__global__ void __launch_bounds__(kPoolThreads, 2)
    PoolBackward(const T* dy, const uint8_t* index, const T* x, T* dx, const __grid_constant__ PoolShape p) {
  using C = Compute<T>;
  const uint32_t thread = blockIdx.x * kPoolThreads + threadIdx.x;
  if (thread >= p.threads) return;
  const Place place = PlaceOf(p, thread, kItems);
  const Range as = Covering(p, 0, place.at[0]), bs = Covering(p, 1, place.at[1]), cs = Covering(p, 2, place.at[2]);
  const int64_t to = ElementOf(p.in, p.channels, place.image, place.at[0], place.at[1], place.at[2]) + place.channel;
  C sum[kItems];
#pragma unroll
  for (int i = 0; i < kItems; ++i) sum[i] = 0;
  for (int a = as.begin; a < as.end; ++a) {
    for (int b = bs.begin; b < bs.end; ++b) {
      const int plane =
          (place.at[0] + p.low[0] - a * p.stride[0]) * p.window[1] + place.at[1] + p.low[1] - b * p.stride[1];
      for (int c = cs.begin; c < cs.end; ++c) {
        const int number = plane * p.window[2] + place.at[2] + p.low[2] - c * p.stride[2];
        const int64_t from = ElementOf(p.out, p.channels, place.image, a, b, c) + place.channel;
        const auto gradients = LoadPack<kItems>(dy + from);
        if constexpr (receiver == Receiver::kAll) {
          const Box box = BoxOf(p, place.image, a, b, c);
          const C scale = C(1) / static_cast<C>(box.sizes[0] * box.sizes[1] * box.sizes[2]);
#pragma unroll
          for (int i = 0; i < kItems; ++i) sum[i] = Sum(sum[i], Product(Widen(gradients.items[i]), scale));
        } else if constexpr (receiver == Receiver::kIndexed) {
          const auto numbers = LoadPack<kItems>(index + from);
#pragma unroll
          for (int i = 0; i < kItems; ++i) {
            if (numbers.items[i] == number) sum[i] += Widen(gradients.items[i]);
          }
        } else {
          const Box box = BoxOf(p, place.image, a, b, c);
          C best[kItems];
          int numbers[kItems];
          FindMaxima<T, kItems>(x + box.first + place.channel, box, p.channels, best, numbers);
#pragma unroll
          for (int i = 0; i < kItems; ++i) {
            if (numbers[i] == number) sum[i] += Widen(gradients.items[i]);
          }
        }
      }
    }
  }
  Pack<T, kItems> results;
#pragma unroll
  for (int i = 0; i < kItems; ++i) results.items[i] = Narrow<T>(sum[i]);
  StorePack(dx + to, results);
}

}  // namespace
}  // namespace keraunos::cuda

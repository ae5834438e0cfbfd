// The transpose of a warp in the images, without atomics: a block owns a tile of 16 x 16 pixels of an image's gradient,
// one per thread, and finds the output pixels that read it. Runs of 32 output pixels that a straight line cannot bring
// near the tile are skipped whole. Gradients arrive in the order of the output, as on the processor.
#pragma once
#include "cuda/kernels/divide.h"
#include "cuda/kernels/image/coordinates.cuh"
#include "cuda/kernels/pack.h"

namespace keraunos::cuda {
namespace {

constexpr int kGradTile = 16;
constexpr int kGradThreads = kGradTile * kGradTile;
constexpr int kGradWarps = kGradThreads / 32;
// Output pixels of a run, and channels that a thread sums at a time.
constexpr int kRun = 32;
constexpr int kGradChannels = 4;

template <class T>
struct WarpGradOperands {
  const T* dy;
  const float* transforms;
  T* dx;
  Warp shape;
  int64_t tiles_x, tiles_y, channel_groups;
  int64_t runs_of_row;
};

// Bounds of where a run may read, false: somewhere else than near the tile.
struct TileBounds {
  float left, right, top, bottom;
};
__device__ __forceinline__ bool MayReach(const Warp& p, const float* t, int64_t first, int64_t last, int64_t row,
                                         const TileBounds& tile) {
  if (t[6] != 0 || t[7] != 0) return true;
  const Place a = PlaceOf(t, static_cast<float>(first), static_cast<float>(row));
  const Place b = PlaceOf(t, static_cast<float>(last), static_cast<float>(row));
  float left = a.x < b.x ? a.x : b.x, right = a.x < b.x ? b.x : a.x;
  float top = a.y < b.y ? a.y : b.y, bottom = a.y < b.y ? b.y : a.y;
  const float last_x = static_cast<float>(p.width - 1), last_y = static_cast<float>(p.height - 1);
  const bool inside = left >= 0 && right <= last_x && top >= 0 && bottom <= last_y;
  if (!inside) {
    // Reflections and copies may lie anywhere; NaN too.
    if (p.fill_mode == kFillReflect || p.fill_mode == kFillWrap) return true;
    if (!(left == left && right == right && top == top && bottom == bottom)) return true;
    if (p.fill_mode == kFillNearest) {
      left = Clip(left, 0, last_x);
      right = Clip(right, 0, last_x);
      top = Clip(top, 0, last_y);
      bottom = Clip(bottom, 0, last_y);
    }
  }
  // A pixel to each side for taps, another for the rounding of coordinates.
  return right >= tile.left - 2 && left <= tile.right + 2 && bottom >= tile.top - 2 && top <= tile.bottom + 2;
}

template <class T>
__global__ void __launch_bounds__(kGradThreads, 2) WarpGradTiles(const __grid_constant__ WarpGradOperands<T> o) {
  __shared__ int64_t runs[kGradThreads];
  __shared__ int found[kGradWarps];
  __shared__ Tap taps[kRun];
  const Warp& p = o.shape;
  const int thread = static_cast<int>(threadIdx.x), lane = thread % 32, warp = thread / 32;
  int64_t rest = blockIdx.x;
  const int64_t tile_x = rest % o.tiles_x;
  rest /= o.tiles_x;
  const int64_t tile_y = rest % o.tiles_y;
  rest /= o.tiles_y;
  const int64_t first_channel = rest % o.channel_groups * kGradChannels, image = rest / o.channel_groups;
  const int64_t x = tile_x * kGradTile + thread % kGradTile, y = tile_y * kGradTile + thread / kGradTile;
  const int64_t pixel = y * p.width + x;
  const TileBounds bounds = {
      static_cast<float>(tile_x * kGradTile), static_cast<float>(tile_x * kGradTile + kGradTile - 1),
      static_cast<float>(tile_y * kGradTile), static_cast<float>(tile_y * kGradTile + kGradTile - 1)};
  const float* t = TransformOf(p, o.transforms, image);
  const T* dy = o.dy + image * p.out_height * p.out_width * p.channels + first_channel;
  const int channels =
      static_cast<int>(p.channels - first_channel < kGradChannels ? p.channels - first_channel : kGradChannels);
  T sums[kGradChannels] = {};
  const int64_t all_runs = p.out_height * o.runs_of_row;
  for (int64_t first = 0; first < all_runs; first += kGradThreads) {
    // Which of the next runs may reach the tile, in their order.
    const int64_t run = first + thread;
    bool near = false;
    if (run < all_runs) {
      const int64_t row = run / o.runs_of_row, begin = (run - row * o.runs_of_row) * kRun;
      const int64_t last = begin + kRun < p.out_width ? begin + kRun - 1 : p.out_width - 1;
      near = MayReach(p, t, begin, last, row, bounds);
    }
    const uint32_t ballot = __ballot_sync(0xffffffffu, near);
    if (lane == 0) found[warp] = __popc(ballot);
    __syncthreads();
    int before = 0, total = 0;
#pragma unroll
    for (int w = 0; w < kGradWarps; ++w) {
      before += w < warp ? found[w] : 0;
      total += found[w];
    }
    if (near) runs[before + __popc(ballot & ((1u << lane) - 1))] = run;
    __syncthreads();
    for (int r = 0; r < total; ++r) {
      const int64_t row = runs[r] / o.runs_of_row, begin = (runs[r] - row * o.runs_of_row) * kRun;
      const int count = static_cast<int>(p.out_width - begin < kRun ? p.out_width - begin : kRun);
      if (thread < count) taps[thread] = TapOf(p, t, begin + thread, row);
      __syncthreads();
      for (int i = 0; i < count; ++i) {
        const Tap& tap = taps[i];
        const T right = static_cast<T>(tap.right), lower = static_cast<T>(tap.lower);
#pragma unroll
        for (int corner = 0; corner < 4; ++corner) {
          if (tap.index[corner] != pixel || x >= p.width) continue;
          const T share = Product(corner >= 2 ? lower : 1 - lower, corner % 2 ? right : 1 - right);
          const T* sent = dy + (row * p.out_width + begin + i) * p.channels;
#pragma unroll
          for (int c = 0; c < kGradChannels; ++c) {
            if (c < channels) sums[c] = Sum(sums[c], Product(share, sent[c]));
          }
        }
      }
      __syncthreads();
    }
  }
  if (x >= p.width || y >= p.height) return;
#pragma unroll
  for (int c = 0; c < kGradChannels; ++c) {
    if (c < channels) o.dx[(image * p.height * p.width + pixel) * p.channels + first_channel + c] = sums[c];
  }
}

template <class T>
void LaunchWarpGrad(const Call& call) {
  const auto& p = call.as<Warp>();
  WarpGradOperands<T> o = {};
  o.dy = call.operand<const T>(0);
  o.transforms = call.operand<const float>(1);
  o.dx = call.operand<T>(2);
  o.shape = p;
  o.tiles_x = CeilDivide(p.width, kGradTile);
  o.tiles_y = CeilDivide(p.height, kGradTile);
  o.channel_groups = CeilDivide(p.channels, kGradChannels);
  o.runs_of_row = p.out_width > 0 ? CeilDivide(p.out_width, kRun) : 1;
  if (p.out_width == 0) o.shape.out_height = 0;
  const int64_t blocks = o.tiles_x * o.tiles_y * o.channel_groups * call.units;
  Launch(call.queue, "warp_grad", WarpGradTiles<T>, Shape{{static_cast<uint32_t>(blocks)}, {kGradThreads}}, o);
}

}  // namespace
}  // namespace keraunos::cuda

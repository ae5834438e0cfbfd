// Batch normalization's passes over all elements: a thread computes once what its channels have in common, roots and
// quotients, and goes down rows with it.
#pragma once
#include "cuda/kernels/normalization/statistics.cuh"

namespace keraunos::cuda {
namespace {

// Rows whose loads are under way at once.
template <int items>
constexpr int kChannelRows = items > 4 ? 2 : 4;

template <class T>
struct ChannelOperands {
  using C = Compute<T>;
  const T *dy, *x;
  const C *mean, *variance, *gamma, *beta, *dgamma, *dbeta;
  T* out;
  int64_t rows, channels, tiles;
  int across, turns;  // turns: times kChannelRows that a thread goes down
  bool relu;
  double epsilon;
};

template <bool gradient, class T, int kItems>
__global__ void __launch_bounds__(kNormThreads, 2) NormalizeChannels(const __grid_constant__ ChannelOperands<T> o) {
  using C = Compute<T>;
  constexpr int kRows = kChannelRows<kItems>;
  const int64_t chunk = blockIdx.x / o.tiles, tile = blockIdx.x - chunk * o.tiles;
  const int x = static_cast<int>(threadIdx.x) % o.across, y = static_cast<int>(threadIdx.x) / o.across;
  const int down = kNormThreads / o.across;
  const int64_t channel = (tile * o.across + x) * kItems;
  if (channel >= o.channels) return;
  C mean[kItems], factor[kItems], beta[kItems], slope[kItems], offset[kItems];
#pragma unroll
  for (int i = 0; i < kItems; ++i) {
    const C scale = OneOverDeviation(o.variance[channel + i], o.epsilon);
    mean[i] = o.mean[channel + i];
    factor[i] = o.gamma[channel + i] * scale;
    beta[i] = o.beta[channel + i];
    if constexpr (gradient) {
      const C rows = static_cast<C>(o.rows);
      slope[i] = factor[i] * scale * (o.dgamma[channel + i] / rows);
      offset[i] = factor[i] * (o.dbeta[channel + i] / rows);
    }
  }
  int64_t first = chunk * o.turns * down * kRows + y;
#pragma unroll 1
  for (int turn = 0; turn < o.turns && first < o.rows; ++turn, first += down * kRows) {
    Pack<T, kItems> values[kRows], gradients[kRows];
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      const int64_t row = first + r * down;
      if (row >= o.rows) continue;
      values[r] = LoadPack<kItems>(o.x + row * o.channels + channel);
      if constexpr (gradient) gradients[r] = LoadPack<kItems>(o.dy + row * o.channels + channel);
    }
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      const int64_t row = first + r * down;
      if (row >= o.rows) continue;
      Pack<T, kItems> results;
#pragma unroll
      for (int i = 0; i < kItems; ++i) {
        const C from = Widen(values[r].items[i]), normal = Normalized(from, mean[i], factor[i], beta[i]);
        C result;
        if constexpr (gradient) {
          const C sent = o.relu && !(normal > 0) ? C(0) : Widen(gradients[r].items[i]);
          result = Fma(-(from - mean[i]), slope[i], Fma(sent, factor[i], -offset[i]));
        } else {
          result = o.relu && normal <= 0 ? C(0) : normal;
        }
        results.items[i] = Narrow<T>(result);
      }
      StorePack(o.out + row * o.channels + channel, results);
    }
  }
}

template <bool gradient, class T, int kItems>
void LaunchChannels(const Call& call, ChannelOperands<T> o) {
  if (o.rows == 0 || o.channels == 0) return;
  const int64_t groups = o.channels / kItems;
  o.across = 1;
  while (o.across < 32 && o.across < groups) o.across *= 2;
  o.tiles = CeilDivide(groups, o.across);
  // Several turns where 2048 blocks, that is every multiprocessor's fill, remain.
  const int64_t rows_at_once = int64_t{kNormThreads} / o.across * kChannelRows<kItems>;
  const int64_t turns = CeilDivide(o.rows, rows_at_once) * o.tiles / 2048;
  o.turns = static_cast<int>(turns < 1 ? 1 : turns > 8 ? 8 : turns);
  const int64_t chunks = CeilDivide(o.rows, rows_at_once * o.turns);
  Launch(call.queue, gradient ? "channel_norm_grad" : "channel_norm", NormalizeChannels<gradient, T, kItems>,
         Shape{{static_cast<uint32_t>(chunks * o.tiles)}, {kNormThreads}}, o);
}

}  // namespace
}  // namespace keraunos::cuda

// Projective warps: a thread computes a pixel of up to four channels, or one channel of more.
#pragma once
#include "cuda/kernels/divide.h"
#include "cuda/kernels/image/coordinates.cuh"

namespace keraunos::cuda {
namespace {

constexpr int kWarpThreads = 256;

template <class In, class Out>
struct WarpOperands {
  const In* in;
  const float* transforms;
  Out* out;
  Warp shape;
  int64_t first_image, per_thread;  // channels
  Divider groups, columns, rows;
  uint32_t threads;
};

template <class Out>
__device__ __forceinline__ Out Blend(Out a, Out b, Out share) {
  return Sum(Product(1 - share, a), Product(share, b));
}

template <class In, class Out>
__global__ void __launch_bounds__(kWarpThreads, 4) WarpPixels(const __grid_constant__ WarpOperands<In, Out> o) {
  const uint32_t thread = blockIdx.x * kWarpThreads + threadIdx.x;
  if (thread >= o.threads) return;
  const Warp& p = o.shape;
  const uint32_t pixel = o.groups.Quotient(thread), row_number = o.columns.Quotient(pixel);
  const uint32_t rest = o.rows.Quotient(row_number);
  const int64_t first_channel = (thread - pixel * o.groups.divisor) * o.per_thread;
  const int64_t image = o.first_image + rest;
  const Tap tap = TapOf(p, TransformOf(p, o.transforms, image), pixel - row_number * o.columns.divisor,
                        row_number - rest * o.rows.divisor);
  const In* in = o.in + image * p.height * p.width * p.channels;
  Out* out = o.out + (o.first_image * p.out_height * p.out_width + pixel) * p.channels;
  const Out fill = static_cast<Out>(p.fill_value);
  const Out right = static_cast<Out>(tap.right), lower = static_cast<Out>(tap.lower);
  for (int64_t c = first_channel; c < first_channel + o.per_thread; ++c) {
    const auto read = [&](int corner) {
      return tap.index[corner] < 0 ? fill : static_cast<Out>(in[tap.index[corner] * p.channels + c]);
    };
    Out value = read(0);
    if (p.bilinear) value = Blend(Blend(value, read(1), right), Blend(read(2), read(3), right), lower);
    out[c] = value;
  }
}

template <class In, class Out>
void LaunchWarp(const Call& call) {
  const auto& p = call.as<Warp>();
  WarpOperands<In, Out> o = {};
  o.in = call.operand<const In>(0);
  o.transforms = call.operand<const float>(1);
  o.out = call.operand<Out>(2);
  o.shape = p;
  o.per_thread = p.channels <= 4 ? p.channels : 1;
  const int64_t groups = p.channels == 0 ? 0 : p.channels / o.per_thread;
  const int64_t per_image = p.out_height * p.out_width * groups;
  if (per_image == 0) return;
  o.groups = Divider(groups);
  o.columns = Divider(p.out_width);
  o.rows = Divider(p.out_height);
  const int64_t at_once = kMostPerLaunch / per_image > 0 ? kMostPerLaunch / per_image : 1;
  for (o.first_image = 0; o.first_image < call.units; o.first_image += at_once) {
    const int64_t images = call.units - o.first_image < at_once ? call.units - o.first_image : at_once;
    o.threads = static_cast<uint32_t>(images * per_image);
    Launch(call.queue, "warp", WarpPixels<In, Out>,
           Shape{{static_cast<uint32_t>(CeilDivide(o.threads, kWarpThreads))}, {kWarpThreads}}, o);
  }
}

}  // namespace
}  // namespace keraunos::cuda

// Depthwise convolution: a thread per element, neighbours in memory are neighbours in the warp. Filter f belongs to
// channel f / multiplier; weights are (kernel, filters).
#pragma once
#include <algorithm>

#include "cuda/kernels/divide.h"
#include "cuda/kernels/gemm/epilogue.cuh"
#include "cuda/kernels/gemm/simple.cuh"
#include "kernels/params.h"

namespace keraunos::cuda {
namespace {

inline constexpr int kDepthwiseThreads = 256;

// Divides what exceeds 32 bits; Divider is some ten times faster.
struct LongDivider {
  int64_t divisor;

  explicit LongDivider(int64_t number) : divisor(number) {}
  __device__ __forceinline__ int64_t Quotient(int64_t number) const { return number / divisor; }
};

// Numbers elements (image, z, y, x, channel) of a tensor.
template <class D>
struct Elements {
  D channels, x, y, z;

  struct Place {
    int64_t image;
    int z, y, x;
    int64_t channel;
  };
  Elements(const int64_t (&extents)[3], int64_t channels)
      : channels(std::max<int64_t>(channels, 1)),
        x(std::max<int64_t>(extents[2], 1)),
        y(std::max<int64_t>(extents[1], 1)),
        z(std::max<int64_t>(extents[0], 1)) {}

  template <class Number>
  __device__ __forceinline__ Place PixelAt(Number pixel) const {
    const auto lines = x.Quotient(pixel), planes = y.Quotient(lines), image = z.Quotient(planes);
    return {static_cast<int64_t>(image), static_cast<int>(planes - image * z.divisor),
            static_cast<int>(lines - planes * y.divisor), static_cast<int>(pixel - lines * x.divisor), 0};
  }
  template <class Number>
  __device__ __forceinline__ Place At(Number element) const {
    const auto pixel = channels.Quotient(element);
    Place place = PixelAt(pixel);
    place.channel = element - pixel * channels.divisor;
    return place;
  }
};

template <class D>
struct DepthwiseShape {
  Convolution p;
  Elements<D> in, out;
  D multiplier;

  explicit DepthwiseShape(const Convolution& p)
      : p(p), in(p.in, p.channels), out(p.out, p.filters), multiplier(p.filters / p.channels) {}
};

template <class D, class T>
__global__ void __launch_bounds__(kDepthwiseThreads)
    DepthwiseOutputs(const __grid_constant__ DepthwiseShape<D> shape, const T* x, const T* w, const T* bias, T* y) {
  const Convolution& p = shape.p;
  const int64_t at = int64_t{blockIdx.x} * kDepthwiseThreads + threadIdx.x;
  if (at >= p.batch * p.out[0] * p.out[1] * p.out[2] * p.filters) return;
  const auto o = shape.out.At(at);
  const int64_t z0 = o.z * p.stride[0] - p.low[0], y0 = o.y * p.stride[1] - p.low[1], x0 = o.x * p.stride[2] - p.low[2];
  const T* image = x + o.image * p.in[0] * p.in[1] * p.in[2] * p.channels + shape.multiplier.Quotient(o.channel);
  Compute<T> sum = 0;
  for (int64_t tz = 0; tz < p.kernel[0]; ++tz) {
    const int64_t iz = z0 + tz * p.dilation[0];
    if (iz < 0 || iz >= p.in[0]) continue;
    for (int64_t ty = 0; ty < p.kernel[1]; ++ty) {
      const int64_t iy = y0 + ty * p.dilation[1];
      if (iy < 0 || iy >= p.in[1]) continue;
      const T* line = image + (iz * p.in[1] + iy) * p.in[2] * p.channels;
      const T* taps = w + (tz * p.kernel[1] + ty) * p.kernel[2] * p.filters + o.channel;
      for (int64_t tx = 0; tx < p.kernel[2]; ++tx) {
        const int64_t ix = x0 + tx * p.dilation[2];
        if (ix >= 0 && ix < p.in[2]) sum = MultiplyAdd(Load(line + ix * p.channels), Load(taps + tx * p.filters), sum);
      }
    }
  }
  if (bias) sum += Load(bias + o.channel);
  y[at] = Round<T>(p.activation == kRelu ? Activate(sum, kRelu) : sum);
}

// The output position that tap `t` of an axis carries input position `i` to, or -1.
__device__ __forceinline__ int64_t OutputOf(const Convolution& p, int d, int64_t i, int64_t t) {
  const int64_t at = i + p.low[d] - t * p.dilation[d];
  if (at < 0) return -1;
  int64_t o = at;
  if (p.stride[d] > 1) {
    o = at / p.stride[d];
    if (o * p.stride[d] != at) return -1;
  }
  return o < p.out[d] ? o : -1;
}

template <class D, class T>
__global__ void __launch_bounds__(kDepthwiseThreads)
    DepthwiseInputGradient(const __grid_constant__ DepthwiseShape<D> shape, const T* dy, const T* w, T* dx) {
  const Convolution& p = shape.p;
  const int64_t at = int64_t{blockIdx.x} * kDepthwiseThreads + threadIdx.x;
  if (at >= p.batch * p.in[0] * p.in[1] * p.in[2] * p.channels) return;
  const int64_t multiplier = shape.multiplier.divisor;
  const auto i = shape.in.At(at);
  const T* image = dy + i.image * p.out[0] * p.out[1] * p.out[2] * p.filters + i.channel * multiplier;
  Compute<T> sum = 0;
  for (int64_t tz = 0; tz < p.kernel[0]; ++tz) {
    const int64_t oz = OutputOf(p, 0, i.z, tz);
    if (oz < 0) continue;
    for (int64_t ty = 0; ty < p.kernel[1]; ++ty) {
      const int64_t oy = OutputOf(p, 1, i.y, ty);
      if (oy < 0) continue;
      const T* line = image + (oz * p.out[1] + oy) * p.out[2] * p.filters;
      const T* taps = w + (tz * p.kernel[1] + ty) * p.kernel[2] * p.filters + i.channel * multiplier;
      for (int64_t tx = 0; tx < p.kernel[2]; ++tx) {
        const int64_t ox = OutputOf(p, 2, i.x, tx);
        if (ox < 0) continue;
        for (int64_t m = 0; m < multiplier; ++m) {
          sum = MultiplyAdd(Load(line + ox * p.filters + m), Load(taps + tx * p.filters + m), sum);
        }
      }
    }
  }
  dx[at] = Round<T>(sum);
}

// A block makes one tap of 32 filters of one partial sum: 16 strands of output positions in steps of 16, added up in
// their order.
inline constexpr int kGradientFilters = 32, kGradientStrands = 16;

template <class D, class T>
__global__ void __launch_bounds__(kGradientFilters* kGradientStrands)
    DepthwiseKernelGradient(const __grid_constant__ DepthwiseShape<D> shape, const T* x, const T* dy, T* dw) {
  using V = Compute<T>;
  __shared__ V sums[kGradientStrands][kGradientFilters];
  const Convolution& p = shape.p;
  const int64_t chunks = (p.filters + kGradientFilters - 1) / kGradientFilters;
  const int64_t taps = p.kernel[0] * p.kernel[1] * p.kernel[2];
  const int64_t block = blockIdx.x, f = block % chunks * kGradientFilters + threadIdx.x;
  const int64_t tap = block / chunks % taps, unit = block / chunks / taps;
  const int64_t tx = tap % p.kernel[2], ty = tap / p.kernel[2] % p.kernel[1], tz = tap / p.kernel[2] / p.kernel[1];
  const int64_t first = unit * p.batch / p.split, last = (unit + 1) * p.batch / p.split;
  const int64_t positions = p.out[0] * p.out[1] * p.out[2];
  const T* const channel = x + f / shape.multiplier.divisor;
  V sum = 0;
  if (f < p.filters) {
#pragma unroll 4
    for (int64_t k = first * positions + threadIdx.y; k < last * positions; k += kGradientStrands) {
      const auto o = shape.out.PixelAt(k);
      const int64_t ix = o.x * p.stride[2] - p.low[2] + tx * p.dilation[2];
      const int64_t iy = o.y * p.stride[1] - p.low[1] + ty * p.dilation[1];
      const int64_t iz = o.z * p.stride[0] - p.low[0] + tz * p.dilation[0];
      if (ix < 0 || ix >= p.in[2] || iy < 0 || iy >= p.in[1] || iz < 0 || iz >= p.in[0]) continue;
      const int64_t pixel = ((o.image * p.in[0] + iz) * p.in[1] + iy) * p.in[2] + ix;
      sum = MultiplyAdd(Load(channel + pixel * p.channels), Load(dy + k * p.filters + f), sum);
    }
  }
  sums[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y == 0 && f < p.filters) {
    for (int strand = 1; strand < kGradientStrands; ++strand) sum += sums[strand][threadIdx.x];
    dw[(unit * taps + tap) * p.filters + f] = Round<T>(sum);
  }
}

// Calls launch(shape) with the divisions that the tensors' sizes allow.
template <class Visit>
void WithDepthwiseShape(const Convolution& p, const Visit& launch) {
  constexpr int64_t kMost = int64_t{1} << 31;
  const int64_t inputs = p.batch * p.in[0] * p.in[1] * p.in[2] * p.channels;
  const int64_t outputs = p.batch * p.out[0] * p.out[1] * p.out[2] * p.filters;
  if (inputs < kMost && outputs < kMost) {
    launch(DepthwiseShape<Divider>(p));
  } else {
    launch(DepthwiseShape<LongDivider>(p));
  }
}

}  // namespace
}  // namespace keraunos::cuda

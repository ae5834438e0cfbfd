// Depthwise convolution: a thread per element, neighbours in memory are neighbours in the warp. Filter f belongs to
// channel f / multiplier; weights are (kernel, filters).
#pragma once
#include "cuda/kernels/gemm/epilogue.cuh"
#include "cuda/kernels/gemm/simple.cuh"
#include "kernels/params.h"

namespace keraunos::cuda {
namespace {

inline constexpr int kDepthwiseThreads = 256;

template <class T>
__global__ void __launch_bounds__(kDepthwiseThreads)
    DepthwiseOutputs(const __grid_constant__ Convolution p, const T* x, const T* w, T* y, Epilogue<T> epilogue) {
  const int64_t total = p.batch * p.out[0] * p.out[1] * p.out[2] * p.filters;
  const int64_t at = int64_t{blockIdx.x} * kDepthwiseThreads + threadIdx.x;
  if (at >= total) return;
  const int64_t multiplier = p.filters / p.channels, f = at % p.filters, c = f / multiplier;
  int64_t rest = at / p.filters;
  const int64_t x0 = rest % p.out[2] * p.stride[2] - p.low[2];
  rest /= p.out[2];
  const int64_t y0 = rest % p.out[1] * p.stride[1] - p.low[1];
  rest /= p.out[1];
  const int64_t z0 = rest % p.out[0] * p.stride[0] - p.low[0];
  const T* image = x + rest / p.out[0] * p.in[0] * p.in[1] * p.in[2] * p.channels + c;
  Compute<T> sum = 0;
  for (int64_t tz = 0; tz < p.kernel[0]; ++tz) {
    const int64_t iz = z0 + tz * p.dilation[0];
    if (iz < 0 || iz >= p.in[0]) continue;
    for (int64_t ty = 0; ty < p.kernel[1]; ++ty) {
      const int64_t iy = y0 + ty * p.dilation[1];
      if (iy < 0 || iy >= p.in[1]) continue;
      const T* line = image + (iz * p.in[1] + iy) * p.in[2] * p.channels;
      const T* taps = w + (tz * p.kernel[1] + ty) * p.kernel[2] * p.filters + f;
      for (int64_t tx = 0; tx < p.kernel[2]; ++tx) {
        const int64_t ix = x0 + tx * p.dilation[2];
        if (ix >= 0 && ix < p.in[2]) sum = MultiplyAdd(Load(line + ix * p.channels), Load(taps + tx * p.filters), sum);
      }
    }
  }
  y[at] = epilogue(sum, f, y + at);
}

// The output position that tap `t` of an axis carries input position `i` to, or -1.
__device__ __forceinline__ int64_t OutputOf(const Convolution& p, int d, int64_t i, int64_t t) {
  const int64_t at = i + p.low[d] - t * p.dilation[d];
  if (at < 0 || at % p.stride[d] != 0) return -1;
  const int64_t o = at / p.stride[d];
  return o < p.out[d] ? o : -1;
}

template <class T>
__global__ void __launch_bounds__(kDepthwiseThreads)
    DepthwiseInputGradient(const __grid_constant__ Convolution p, const T* dy, const T* w, T* dx) {
  const int64_t total = p.batch * p.in[0] * p.in[1] * p.in[2] * p.channels;
  const int64_t at = int64_t{blockIdx.x} * kDepthwiseThreads + threadIdx.x;
  if (at >= total) return;
  const int64_t multiplier = p.filters / p.channels, c = at % p.channels;
  int64_t rest = at / p.channels;
  const int64_t ix = rest % p.in[2];
  rest /= p.in[2];
  const int64_t iy = rest % p.in[1];
  rest /= p.in[1];
  const int64_t iz = rest % p.in[0];
  const T* image = dy + rest / p.in[0] * p.out[0] * p.out[1] * p.out[2] * p.filters + c * multiplier;
  Compute<T> sum = 0;
  for (int64_t tz = 0; tz < p.kernel[0]; ++tz) {
    const int64_t oz = OutputOf(p, 0, iz, tz);
    if (oz < 0) continue;
    for (int64_t ty = 0; ty < p.kernel[1]; ++ty) {
      const int64_t oy = OutputOf(p, 1, iy, ty);
      if (oy < 0) continue;
      const T* line = image + (oz * p.out[1] + oy) * p.out[2] * p.filters;
      const T* taps = w + (tz * p.kernel[1] + ty) * p.kernel[2] * p.filters + c * multiplier;
      for (int64_t tx = 0; tx < p.kernel[2]; ++tx) {
        const int64_t ox = OutputOf(p, 2, ix, tx);
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

template <class T>
__global__ void __launch_bounds__(kGradientFilters* kGradientStrands)
    DepthwiseKernelGradient(const __grid_constant__ Convolution p, const T* x, const T* dy, T* dw) {
  using V = Compute<T>;
  __shared__ V sums[kGradientStrands][kGradientFilters];
  const int64_t chunks = (p.filters + kGradientFilters - 1) / kGradientFilters;
  const int64_t taps = p.kernel[0] * p.kernel[1] * p.kernel[2];
  const int64_t block = blockIdx.x, f = block % chunks * kGradientFilters + threadIdx.x;
  const int64_t tap = block / chunks % taps, unit = block / chunks / taps;
  const int64_t tx = tap % p.kernel[2], ty = tap / p.kernel[2] % p.kernel[1], tz = tap / p.kernel[2] / p.kernel[1];
  const int64_t first = unit * p.batch / p.split, last = (unit + 1) * p.batch / p.split;
  const int64_t positions = p.out[0] * p.out[1] * p.out[2];
  const int64_t c = f / (p.filters / p.channels);
  V sum = 0;
  if (f < p.filters) {
    for (int64_t k = first * positions + threadIdx.y; k < last * positions; k += kGradientStrands) {
      int64_t rest = k;
      const int64_t ix = rest % p.out[2] * p.stride[2] - p.low[2] + tx * p.dilation[2];
      rest /= p.out[2];
      const int64_t iy = rest % p.out[1] * p.stride[1] - p.low[1] + ty * p.dilation[1];
      rest /= p.out[1];
      const int64_t iz = rest % p.out[0] * p.stride[0] - p.low[0] + tz * p.dilation[0];
      rest /= p.out[0];
      if (ix < 0 || ix >= p.in[2] || iy < 0 || iy >= p.in[1] || iz < 0 || iz >= p.in[0]) continue;
      sum = MultiplyAdd(Load(x + (((rest * p.in[0] + iz) * p.in[1] + iy) * p.in[2] + ix) * p.channels + c),
                        Load(dy + k * p.filters + f), sum);
    }
  }
  sums[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y == 0 && f < p.filters) {
    for (int strand = 1; strand < kGradientStrands; ++strand) sum += sums[strand][threadIdx.x];
    dw[(unit * taps + tap) * p.filters + f] = Round<T>(sum);
  }
}

}  // namespace
}  // namespace keraunos::cuda

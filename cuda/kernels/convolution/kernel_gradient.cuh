// The gradient with respect to the kernel as a Problem of gemm/simple.cuh: rows are taps and channels, columns filters,
// and the sum runs over output positions. A matrix is one group of one of `split` partial sums, each over images of its
// own: images [u * images / split, (u + 1) * images / split).
#pragma once
#include "cuda/kernels/gemm/epilogue.cuh"
#include "kernels/params.h"

namespace keraunos::cuda {
namespace {

template <class T>
struct KernelGradientProblem {
  using Element = T;
  Convolution p;
  const T* x;
  const T* dy;
  T* dw;
  int64_t m, n, depth;
  bool a_along_k = false, b_along_k = false;
  int64_t channels, positions;

  KernelGradientProblem(const Convolution& p, const T* x, const T* dy, T* dw)
      : p(p),
        x(x),
        dy(dy),
        dw(dw),
        m(p.kernel[0] * p.kernel[1] * p.kernel[2] * (p.channels / p.groups)),
        n(p.filters / p.groups),
        depth(0),
        channels(p.channels / p.groups),
        positions(p.out[0] * p.out[1] * p.out[2]) {}

  __device__ void Open(int64_t matrix) {
    const int64_t group = matrix % p.groups, unit = matrix / p.groups;
    const int64_t first = unit * p.batch / p.split, last = (unit + 1) * p.batch / p.split;
    depth = (last - first) * positions;
    x += first * p.in[0] * p.in[1] * p.in[2] * p.channels + group * channels;
    dy += first * positions * p.filters + group * n;
    dw += unit * m * p.filters + group * n;
  }

  __device__ Compute<T> A(int64_t i, int64_t k) const {
    const int64_t c = i % channels, tap = i / channels;
    const int64_t tx = tap % p.kernel[2], ty = tap / p.kernel[2] % p.kernel[1], tz = tap / p.kernel[2] / p.kernel[1];
    const int64_t at_x = k % p.out[2] * p.stride[2] - p.low[2] + tx * p.dilation[2];
    k /= p.out[2];
    const int64_t at_y = k % p.out[1] * p.stride[1] - p.low[1] + ty * p.dilation[1];
    k /= p.out[1];
    const int64_t at_z = k % p.out[0] * p.stride[0] - p.low[0] + tz * p.dilation[0];
    k /= p.out[0];
    if (at_x < 0 || at_x >= p.in[2] || at_y < 0 || at_y >= p.in[1] || at_z < 0 || at_z >= p.in[0]) return 0;
    return Load(x + (((k * p.in[0] + at_z) * p.in[1] + at_y) * p.in[2] + at_x) * p.channels + c);
  }

  __device__ Compute<T> B(int64_t k, int64_t j) const { return Load(dy + k * p.filters + j); }

  __device__ void Store(int64_t i, int64_t j, Compute<T> sum) const { dw[i * p.filters + j] = Round<T>(sum); }
};

}  // namespace
}  // namespace keraunos::cuda

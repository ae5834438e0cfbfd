// Convolutions that are plain products: one tap, no strides, no padding, one group.
#pragma once
#include "kernels/params.h"

namespace keraunos::cuda {

inline bool IsPointwise(const Convolution& p) {
  for (int d = 0; d < 3; ++d) {
    if (p.kernel[d] != 1 || p.stride[d] != 1 || p.low[d] != 0 || p.in[d] != p.out[d]) return false;
  }
  return p.groups == 1;
}

inline Gemm PointwiseGemm(int64_t m, int64_t n, int64_t k) {
  return {m, n, k, k, n, n, 0, 0, 1, 0, 0, 0, 0, 0, kLinear};
}

inline Gemm PointwiseForward(const Convolution& p) {
  Gemm g = PointwiseGemm(p.batch * p.out[0] * p.out[1] * p.out[2], p.filters, p.channels);
  g.activation = p.activation;
  return g;
}

// Weights are stored (filters, channels).
inline Gemm PointwiseInputGradient(const Convolution& p) {
  return PointwiseGemm(p.batch * p.in[0] * p.in[1] * p.in[2], p.channels, p.filters);
}

// dw = x^T * dy: one partial sum.
inline Gemm PointwiseKernelGradient(const Convolution& p) {
  Gemm g = PointwiseGemm(p.channels, p.filters, p.batch * p.in[0] * p.in[1] * p.in[2]);
  g.trans_a = 1;
  g.lda = p.channels;
  return g;
}

}  // namespace keraunos::cuda

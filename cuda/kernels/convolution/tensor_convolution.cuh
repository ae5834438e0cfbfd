// tensor_convolution.h for one element type. One translation unit per type.
#pragma once
#include "cuda/kernels/convolution/hopper_convolution.h"
#include "cuda/kernels/convolution/pointwise.h"
#include "cuda/kernels/convolution/tensor_convolution.h"
#include "cuda/kernels/convolution/tensor_correlation.cuh"
#include "cuda/kernels/convolution/tensor_kernel_gradient.cuh"
#include "cuda/kernels/gemm/hopper_gemm.h"
#include "cuda/kernels/gemm/tensor_gemm.h"

namespace keraunos::cuda {
namespace {

template <class T>
void MultiplyPointwise(const Call& call, const Gemm& g, const T* a, const T* b, const T* bias, T* c) {
  if constexpr (sizeof(T) == 2) {
    if (SuitsHopper<T>(call, g, a, b)) return HopperGemm<T>(call, g, a, b, bias, nullptr, c);
  }
  TensorGemm<T>(call, g, a, b, bias, nullptr, c);
}

}  // namespace

template <class T>
bool TensorForward(const Call& call, const Convolution& p, const T* x, const T* w, const T* bias, T* y) {
  const Correlation correlation = ForwardCorrelation(p);
  if (!FitsTensor(correlation)) return false;
  if constexpr (sizeof(T) == 2) {
    if (!IsPointwise(p) && HopperForward<T>(call, p, x, w, bias, y)) return true;
  }
  if (IsPointwise(p)) {
    MultiplyPointwise<T>(call, PointwiseForward(p), x, w, bias, y);
  } else {
    LaunchTensorCorrelation(call, "conv", correlation, x, w, y, bias, p.activation);
  }
  return true;
}

template <class T>
int64_t TensorForwardWorkspace(const Convolution& p) {
  const Correlation c = ForwardCorrelation(p);
  return FitsTensor(c) ? TensorWorkspace<T>(c.rows(), c.columns, Terms(c), c.groups) : 0;
}

template <class T>
bool TensorInputGradient(const Call& call, const Convolution& p, const T* dy, const T* w, T* dx) {
  bool fits = true;
  ForResidues(p, [&](const Correlation& c) { fits = fits && FitsTensor(c); });
  if (!fits) return false;
  if constexpr (sizeof(T) == 2) {
    if (!IsPointwise(p) && HopperInputGradient<T>(call, p, dy, w, dx)) return true;
  }
  if (IsPointwise(p)) {
    MultiplyPointwise<T>(call, PointwiseInputGradient(p), dy, w, nullptr, dx);
  } else {
    ForResidues(p, [&](const Correlation& c) {
      LaunchTensorCorrelation<T>(call, "conv_input_grad", c, dy, w, dx, nullptr, kLinear);
    });
  }
  return true;
}

// Residues run one after the other and share the workspace.
template <class T>
int64_t TensorInputGradientWorkspace(const Convolution& p) {
  int64_t most = 0;
  ForResidues(p, [&](const Correlation& c) {
    if (FitsTensor(c)) most = std::max(most, TensorWorkspace<T>(c.rows(), c.columns, Terms(c), c.groups));
  });
  return most;
}

template <class T>
bool TensorKernelGradient(const Call& call, const Convolution& p, const T* x, const T* dy, T* dw) {
  if (!FitsTensor(ForwardCorrelation(p)) ||
      !FitsTensor(KernelRows(p), p.filters / p.groups, KernelTerms(p), p.split * p.groups)) {
    return false;
  }
  if (IsPointwise(p) && p.split == 1) {
    MultiplyPointwise<T>(call, PointwiseKernelGradient(p), x, dy, nullptr, dw);
  } else {
    LaunchTensorKernelGradient(call, p, x, dy, dw);
  }
  return true;
}

template <class T>
int64_t TensorKernelGradientWorkspace(const Convolution& p) {
  return TensorWorkspace<T>(KernelRows(p), p.filters / p.groups, KernelTerms(p), p.split * p.groups);
}

#define KERAUNOS_TENSOR_CONVOLUTION(T)                                                               \
  template bool TensorForward<T>(const Call&, const Convolution&, const T*, const T*, const T*, T*); \
  template bool TensorInputGradient<T>(const Call&, const Convolution&, const T*, const T*, T*);     \
  template bool TensorKernelGradient<T>(const Call&, const Convolution&, const T*, const T*, T*);    \
  template int64_t TensorForwardWorkspace<T>(const Convolution&);                                    \
  template int64_t TensorInputGradientWorkspace<T>(const Convolution&);                              \
  template int64_t TensorKernelGradientWorkspace<T>(const Convolution&);

}  // namespace keraunos::cuda

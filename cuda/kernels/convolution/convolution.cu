// The convolution family of every float type.
#include "cuda/kernels/convolution/correlation.cuh"
#include "cuda/kernels/convolution/depthwise.cuh"
#include "cuda/kernels/convolution/exact_convolution.h"
#include "cuda/kernels/convolution/kernel_gradient.cuh"
#include "cuda/kernels/convolution/tensor_convolution.h"
#include "cuda/kernels/gemm/simple.cuh"
#include "cuda/kernels/kernel.h"

namespace keraunos::cuda {
namespace {

// Tensor cores take all but float64 and exact products of float32.
template <class T>
bool MayUseTensorCores(const Call& call) {
  return sizeof(T) == 2 || (sizeof(T) == 4 && call.products == Float32Products::kTf32);
}

template <class T>
void Forward(const Call& call, const T* bias, T* y) {
  const auto& p = call.as<Convolution>();
  const T* x = call.operand<const T>(0);
  const T* w = call.operand<const T>(1);
  if constexpr (sizeof(T) < 8) {
    if (MayUseTensorCores<T>(call) && TensorForward<T>(call, p, x, w, bias, y)) return;
  }
  const Correlation correlation = ForwardCorrelation(p);
  if constexpr (kDTypeOf<T> == kFloat32) {
    if (ExactForward(call, p, x, w, bias, y)) return;
  }
  LaunchSimple(call, "conv", CorrelationProblem<T>(correlation, x, w, y, bias, p.activation), correlation.rows(),
               correlation.columns, p.groups);
}

template <class T>
int64_t ForwardWorkspace(const Call& call) {
  if constexpr (sizeof(T) < 8) {
    if (MayUseTensorCores<T>(call)) return TensorForwardWorkspace<T>(call.as<Convolution>());
  }
  return 0;
}

template <class T>
void Conv(const Call& call) {
  Forward<T>(call, nullptr, call.operand<T>(2));
}

template <class T>
void ConvBias(const Call& call) {
  Forward<T>(call, call.operand<const T>(2), call.operand<T>(3));
}

template <class T>
void ConvInputGrad(const Call& call) {
  const auto& p = call.as<Convolution>();
  const T* dy = call.operand<const T>(0);
  const T* w = call.operand<const T>(1);
  T* dx = call.operand<T>(2);
  if constexpr (sizeof(T) < 8) {
    if (MayUseTensorCores<T>(call) && TensorInputGradient<T>(call, p, dy, w, dx)) return;
  }
  if constexpr (kDTypeOf<T> == kFloat32) {
    if (ExactInputGradient(call, p, dy, w, dx)) return;
  }
  ForResidues(p, [&](const Correlation& correlation) {
    LaunchSimple(call, "conv_input_grad", CorrelationProblem<T>(correlation, dy, w, dx, nullptr, kLinear),
                 correlation.rows(), correlation.columns, p.groups);
  });
}

template <class T>
int64_t InputGradWorkspace(const Call& call) {
  if constexpr (sizeof(T) < 8) {
    if (MayUseTensorCores<T>(call)) return TensorInputGradientWorkspace<T>(call.as<Convolution>());
  }
  return 0;
}

template <class T>
void ConvKernelGrad(const Call& call) {
  const auto& p = call.as<Convolution>();
  const T* x = call.operand<const T>(0);
  const T* dy = call.operand<const T>(1);
  T* dw = call.operand<T>(2);
  if constexpr (sizeof(T) < 8) {
    if (MayUseTensorCores<T>(call) && TensorKernelGradient<T>(call, p, x, dy, dw)) return;
  }
  if constexpr (kDTypeOf<T> == kFloat32) {
    if (ExactKernelGradient(call, p, x, dy, dw)) return;
  }
  const KernelGradientProblem<T> problem(p, x, dy, dw);
  LaunchSimple(call, "conv_kernel_grad", problem, problem.m, problem.n, p.split * p.groups);
}

template <class T>
int64_t KernelGradWorkspace(const Call& call) {
  if constexpr (sizeof(T) < 8) {
    if (MayUseTensorCores<T>(call)) return TensorKernelGradientWorkspace<T>(call.as<Convolution>());
  }
  return 0;
}

Shape ElementShape(int64_t elements) {
  return {LinearGrid((elements + kDepthwiseThreads - 1) / kDepthwiseThreads), kDepthwiseThreads};
}

template <class T>
void DepthwiseForward(const Call& call, const T* bias, T* y) {
  const auto& p = call.as<Convolution>();
  WithDepthwiseShape(p, [&]<class D>(const DepthwiseShape<D>& shape) {
    Launch(call.queue, "depthwise_conv", DepthwiseOutputs<D, T>,
           ElementShape(p.batch * p.out[0] * p.out[1] * p.out[2] * p.filters), shape, call.operand<const T>(0),
           call.operand<const T>(1), bias, y);
  });
}

template <class T>
void DepthwiseConv(const Call& call) {
  DepthwiseForward<T>(call, nullptr, call.operand<T>(2));
}

template <class T>
void DepthwiseConvBias(const Call& call) {
  DepthwiseForward<T>(call, call.operand<const T>(2), call.operand<T>(3));
}

template <class T>
void DepthwiseConvInputGrad(const Call& call) {
  const auto& p = call.as<Convolution>();
  WithDepthwiseShape(p, [&]<class D>(const DepthwiseShape<D>& shape) {
    Launch(call.queue, "depthwise_conv_input_grad", DepthwiseInputGradient<D, T>,
           ElementShape(p.batch * p.in[0] * p.in[1] * p.in[2] * p.channels), shape, call.operand<const T>(0),
           call.operand<const T>(1), call.operand<T>(2));
  });
}

template <class T>
void DepthwiseConvKernelGrad(const Call& call) {
  const auto& p = call.as<Convolution>();
  const int64_t chunks = (p.filters + kGradientFilters - 1) / kGradientFilters;
  WithDepthwiseShape(p, [&]<class D>(const DepthwiseShape<D>& shape) {
    Launch(call.queue, "depthwise_conv_kernel_grad", DepthwiseKernelGradient<D, T>,
           Shape{LinearGrid(chunks * p.kernel[0] * p.kernel[1] * p.kernel[2] * p.split),
                 {kGradientFilters, kGradientStrands}},
           shape, call.operand<const T>(0), call.operand<const T>(1), call.operand<T>(2));
  });
}

template <class T>
constexpr WorkspaceBytes kNone = nullptr;

#define KERAUNOS_ROW(op, Kernel, Workspace, T) {kOp_##op, kDTypeOf<T>, Kernel<T>, Workspace<T>}
#define KERAUNOS_FLOATS(op, Kernel, Workspace)                                             \
  KERAUNOS_ROW(op, Kernel, Workspace, float), KERAUNOS_ROW(op, Kernel, Workspace, double), \
      KERAUNOS_ROW(op, Kernel, Workspace, BFloat16), KERAUNOS_ROW(op, Kernel, Workspace, Float16)
constexpr KernelEntry kEntries[] = {
    KERAUNOS_FLOATS(conv, Conv, ForwardWorkspace),
    KERAUNOS_FLOATS(conv_bias, ConvBias, ForwardWorkspace),
    KERAUNOS_FLOATS(conv_input_grad, ConvInputGrad, InputGradWorkspace),
    KERAUNOS_FLOATS(conv_kernel_grad, ConvKernelGrad, KernelGradWorkspace),
    KERAUNOS_FLOATS(depthwise_conv, DepthwiseConv, kNone),
    KERAUNOS_FLOATS(depthwise_conv_bias, DepthwiseConvBias, kNone),
    KERAUNOS_FLOATS(depthwise_conv_input_grad, DepthwiseConvInputGrad, kNone),
    KERAUNOS_FLOATS(depthwise_conv_kernel_grad, DepthwiseConvKernelGrad, kNone),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(convolution, kEntries)

// The convolution family of every float type.
#include "cuda/kernels/convolution/correlation.cuh"
#include "cuda/kernels/convolution/depthwise.cuh"
#include "cuda/kernels/convolution/kernel_gradient.cuh"
#include "cuda/kernels/gemm/simple.cuh"
#include "cuda/kernels/kernel.h"

namespace keraunos::cuda {
namespace {

template <class T>
void Forward(const Call& call, const T* bias, T* y) {
  const auto& p = call.as<Convolution>();
  const Correlation correlation = ForwardCorrelation(p);
  LaunchSimple(
      call, "conv",
      CorrelationProblem<T>(correlation, call.operand<const T>(0), call.operand<const T>(1), y, bias, p.activation),
      correlation.rows(), correlation.columns, p.groups);
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
  for (int64_t z = 0; z < std::min(p.stride[0], p.in[0]); ++z) {
    for (int64_t y = 0; y < std::min(p.stride[1], p.in[1]); ++y) {
      for (int64_t x = 0; x < std::min(p.stride[2], p.in[2]); ++x) {
        const Correlation correlation = InputGradientCorrelation(p, z, y, x);
        LaunchSimple(call, "conv_input_grad",
                     CorrelationProblem<T>(correlation, call.operand<const T>(0), call.operand<const T>(1),
                                           call.operand<T>(2), nullptr, kLinear),
                     correlation.rows(), correlation.columns, p.groups);
      }
    }
  }
}

template <class T>
void ConvKernelGrad(const Call& call) {
  const auto& p = call.as<Convolution>();
  const KernelGradientProblem<T> problem(p, call.operand<const T>(0), call.operand<const T>(1), call.operand<T>(2));
  LaunchSimple(call, "conv_kernel_grad", problem, problem.m, problem.n, p.split * p.groups);
}

Shape ElementShape(int64_t elements) {
  return {LinearGrid((elements + kDepthwiseThreads - 1) / kDepthwiseThreads), kDepthwiseThreads};
}

template <class T>
void DepthwiseForward(const Call& call, const T* bias, T* y) {
  const auto& p = call.as<Convolution>();
  Launch(call.queue, "depthwise_conv", DepthwiseOutputs<T>,
         ElementShape(p.batch * p.out[0] * p.out[1] * p.out[2] * p.filters), p, call.operand<const T>(0),
         call.operand<const T>(1), y, Epilogue<T>{bias, nullptr, p.activation});
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
  Launch(call.queue, "depthwise_conv_input_grad", DepthwiseInputGradient<T>,
         ElementShape(p.batch * p.in[0] * p.in[1] * p.in[2] * p.channels), p, call.operand<const T>(0),
         call.operand<const T>(1), call.operand<T>(2));
}

template <class T>
void DepthwiseConvKernelGrad(const Call& call) {
  const auto& p = call.as<Convolution>();
  const int64_t chunks = (p.filters + kGradientFilters - 1) / kGradientFilters;
  Launch(call.queue, "depthwise_conv_kernel_grad", DepthwiseKernelGradient<T>,
         Shape{LinearGrid(chunks * p.kernel[0] * p.kernel[1] * p.kernel[2] * p.split),
               {kGradientFilters, kGradientStrands}},
         p, call.operand<const T>(0), call.operand<const T>(1), call.operand<T>(2));
}

#define KERAUNOS_FLOATS(op, Kernel)                                                                                   \
  {kOp_##op, kFloat32, Kernel<float>}, {kOp_##op, kFloat64, Kernel<double>}, {kOp_##op, kBFloat16, Kernel<BFloat16>}, \
  {                                                                                                                   \
    kOp_##op, kFloat16, Kernel<Float16>                                                                               \
  }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_FLOATS(conv, Conv),
    KERAUNOS_FLOATS(conv_bias, ConvBias),
    KERAUNOS_FLOATS(conv_input_grad, ConvInputGrad),
    KERAUNOS_FLOATS(conv_kernel_grad, ConvKernelGrad),
    KERAUNOS_FLOATS(depthwise_conv, DepthwiseConv),
    KERAUNOS_FLOATS(depthwise_conv_bias, DepthwiseConvBias),
    KERAUNOS_FLOATS(depthwise_conv_input_grad, DepthwiseConvInputGrad),
    KERAUNOS_FLOATS(depthwise_conv_kernel_grad, DepthwiseConvKernelGrad),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(convolution, kEntries)

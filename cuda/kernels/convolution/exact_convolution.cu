// Exact float32 convolutions by large tiles: tensor_convolution.h with the main loop of gemm/exact.cuh.
#include "cuda/kernels/convolution/exact_convolution.h"

#include "cuda/kernels/convolution/tensor_correlation.cuh"
#include "cuda/kernels/convolution/tensor_kernel_gradient.cuh"
#include "cuda/kernels/gemm/exact.cuh"

namespace keraunos::cuda {

namespace {

bool Suits(const Correlation& p, const float* source, const float* weights) {
  return FitsTensor(p) && SuitsExact(p.rows(), p.columns, Terms(p), p.groups, IsWide(p, source, weights));
}

void LaunchCorrelation(const Call& call, const char* name, const Correlation& p, const float* source,
                       const float* weights, float* target, const float* bias, int64_t activation) {
  LaunchExact(call, name, PatchSource<float>(p, source), WeightSource<float>(p, weights),
              TargetOutput<float>(p, target, bias, activation), p.rows(), p.columns, Terms(p), p.groups);
}

}  // namespace

bool ExactForward(const Call& call, const Convolution& p, const float* x, const float* w, const float* bias, float* y) {
  const Correlation correlation = ForwardCorrelation(p);
  if (!Suits(correlation, x, w)) return false;
  LaunchCorrelation(call, "conv_exact", correlation, x, w, y, bias, p.activation);
  return true;
}

bool ExactInputGradient(const Call& call, const Convolution& p, const float* dy, const float* w, float* dx) {
  bool suits = true;
  ForResidues(p, [&](const Correlation& c) { suits = suits && Suits(c, dy, w); });
  if (!suits) return false;
  ForResidues(p, [&](const Correlation& c) {
    LaunchCorrelation(call, "conv_input_grad_exact", c, dy, w, dx, nullptr, kLinear);
  });
  return true;
}

bool ExactKernelGradient(const Call& call, const Convolution& p, const float* x, const float* dy, float* dw) {
  const int64_t matrices = p.split * p.groups;
  if (!FitsTensor(ForwardCorrelation(p)) ||
      !SuitsExact(KernelRows(p), p.filters / p.groups, KernelTerms(p), matrices, IsWide(p, x, dy))) {
    return false;
  }
  LaunchExact(call, "conv_kernel_grad_exact", TransposedPatchSource<float>(p, x), OutputGradientSource<float>(p, dy),
              KernelGradientOutput<float>(p, dw), KernelRows(p), p.filters / p.groups, KernelTerms(p), matrices);
  return true;
}

}  // namespace keraunos::cuda

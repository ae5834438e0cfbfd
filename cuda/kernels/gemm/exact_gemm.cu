#include "cuda/kernels/gemm/exact_gemm.h"

#include "cuda/kernels/gemm/exact.cuh"
#include "cuda/kernels/gemm/gemm_sources.cuh"

namespace keraunos::cuda {

bool ExactGemm(const Call& call, const Gemm& g, const float* a, const float* b, const float* bias, const float* rate,
               float* c) {
  const MatrixOutput<float> output(c, g.ldc, g.batch > 1 ? g.stride_c : 0, {bias, rate, g.activation});
  bool suits = false;
  WithSources(g, a, b, [&](const auto& left, const auto& right, bool wide) {
    suits = SuitsExact(g.m, g.n, g.k, g.batch, wide);
    if (suits) LaunchExact(call, "gemm_exact", left, right, output, g.m, g.n, g.k, g.batch);
  });
  return suits;
}

}  // namespace keraunos::cuda

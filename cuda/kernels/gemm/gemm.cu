// The gemm family: gemm, gemm_bias and gemm_update of every float type.
#include "cuda/kernels/gemm/gemm_problem.cuh"
#include "cuda/kernels/gemm/simple.cuh"
#include "cuda/kernels/kernel.h"

namespace keraunos::cuda {
namespace {

template <class T>
void Multiply(const Call& call, const T* bias, const T* rate, T* c) {
  const auto& g = call.as<Gemm>();
  if (rate && g.k <= 0) return;
  LaunchSimple(call, "gemm", GemmProblem<T>(g, call.operand<const T>(0), call.operand<const T>(1), c, bias, rate), g.m,
               g.n, g.batch);
}

template <class T>
void GemmPlain(const Call& call) {
  Multiply<T>(call, nullptr, nullptr, call.operand<T>(2));
}

template <class T>
void GemmBias(const Call& call) {
  Multiply<T>(call, call.operand<const T>(2), nullptr, call.operand<T>(3));
}

template <class T>
void GemmUpdate(const Call& call) {
  Multiply<T>(call, nullptr, call.operand<const T>(2), call.operand<T>(3));
}

#define KERAUNOS_FLOATS(op, Kernel)                                                                                   \
  {kOp_##op, kFloat32, Kernel<float>}, {kOp_##op, kFloat64, Kernel<double>}, {kOp_##op, kBFloat16, Kernel<BFloat16>}, \
  {                                                                                                                   \
    kOp_##op, kFloat16, Kernel<Float16>                                                                               \
  }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_FLOATS(gemm, GemmPlain),
    KERAUNOS_FLOATS(gemm_bias, GemmBias),
    KERAUNOS_FLOATS(gemm_update, GemmUpdate),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(gemm, kEntries)

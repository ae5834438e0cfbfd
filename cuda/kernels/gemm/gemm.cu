// The gemm family: gemm, gemm_bias and gemm_update of every float type.
#include "cuda/kernels/gemm/exact_gemm.h"
#include "cuda/kernels/gemm/gemm_problem.cuh"
#include "cuda/kernels/gemm/hopper_gemm.h"
#include "cuda/kernels/gemm/hopper_tf32.h"
#include "cuda/kernels/gemm/simple.cuh"
#include "cuda/kernels/gemm/tensor_gemm.h"
#include "cuda/kernels/kernel.h"

namespace keraunos::cuda {
namespace {

// What tensor cores take: all but float64, exact products of float32, and extents beyond 32 bits.
template <class T>
bool UsesTensorCores(const Call& call) {
  if constexpr (sizeof(T) == 8) return false;
  const auto& g = call.as<Gemm>();
  return (sizeof(T) == 2 || call.products == Float32Products::kTf32) && FitsTensorGemm(g);
}

template <class T>
int64_t Workspace(const Call& call) {
  if constexpr (kDTypeOf<T> == kFloat32) {
    if (UsesTensorCores<T>(call) && SuitsHopperTf32(call, call.as<Gemm>())) return HopperTf32Workspace(call.as<Gemm>());
  }
  if constexpr (sizeof(T) < 8) {
    if (UsesTensorCores<T>(call)) return TensorGemmWorkspace<T>(call.as<Gemm>());
  }
  return 0;
}

template <class T>
void Multiply(const Call& call, const T* bias, const T* rate, T* c) {
  const auto& g = call.as<Gemm>();
  if (rate && g.k <= 0) return;
  const T* a = call.operand<const T>(0);
  const T* b = call.operand<const T>(1);
  if constexpr (sizeof(T) == 2) {
    if (SuitsHopper<T>(call, g, a, b)) return HopperGemm<T>(call, g, a, b, bias, rate, c);
  }
  if constexpr (kDTypeOf<T> == kFloat32) {
    if (UsesTensorCores<T>(call) && SuitsHopperTf32(call, g)) return HopperTf32(call, g, a, b, bias, rate, c);
  }
  if constexpr (sizeof(T) < 8) {
    if (UsesTensorCores<T>(call)) return TensorGemm<T>(call, g, a, b, bias, rate, c);
  }
  if constexpr (kDTypeOf<T> == kFloat32) {
    if (ExactGemm(call, g, a, b, bias, rate, c)) return;
  }
  LaunchSimple(call, "gemm", GemmProblem<T>(g, a, b, c, bias, rate), g.m, g.n, g.batch);
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

#define KERAUNOS_ROW(op, Kernel, T) {kOp_##op, kDTypeOf<T>, Kernel<T>, Workspace<T>}
#define KERAUNOS_FLOATS(op, Kernel)                                                                      \
  KERAUNOS_ROW(op, Kernel, float), KERAUNOS_ROW(op, Kernel, double), KERAUNOS_ROW(op, Kernel, BFloat16), \
      KERAUNOS_ROW(op, Kernel, Float16)
constexpr KernelEntry kEntries[] = {
    KERAUNOS_FLOATS(gemm, GemmPlain),
    KERAUNOS_FLOATS(gemm_bias, GemmBias),
    KERAUNOS_FLOATS(gemm_update, GemmUpdate),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(gemm, kEntries)

#include "cuda/kernels/gemm/tensor_gemm.cuh"

namespace keraunos::cuda {

bool FitsTensorGemm(const Gemm& g) { return FitsTensor(g.m, g.n, g.k, g.batch); }

KERAUNOS_TENSOR_GEMM(float)

}  // namespace keraunos::cuda

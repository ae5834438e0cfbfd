#include "cuda/kernels/gemm/tensor_gemm.cuh"

namespace keraunos::cuda {

KERAUNOS_TENSOR_GEMM(BFloat16)

}  // namespace keraunos::cuda

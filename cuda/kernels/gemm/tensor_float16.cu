#include "cuda/kernels/gemm/tensor_gemm.cuh"

namespace keraunos::cuda {

KERAUNOS_TENSOR_GEMM(Float16)

}  // namespace keraunos::cuda

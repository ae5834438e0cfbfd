#include "cuda/kernels/convolution/tensor_convolution.cuh"

namespace keraunos::cuda {

KERAUNOS_TENSOR_CONVOLUTION(BFloat16)

}  // namespace keraunos::cuda

// Family movement: what changes place and computes nothing. Params, shapes and units: params.h (StridedRead,
// StridedWrite, Fill, Take). cast and batch: convert.cu; scatter_add: scatter.cu. Cost: one read and one write per
// element.
#include "cuda/kernels/movement/strided.cuh"
#include "cuda/kernels/movement/take.cuh"

namespace keraunos::cuda {
namespace {

#define ALL_DTYPES(T)                                                                            \
  {kOp_fill, kDTypeOf<T>, FillRows<T>}, {kOp_strided_read, kDTypeOf<T>, ReadStrided<sizeof(T)>}, \
      {kOp_strided_write, kDTypeOf<T>, WriteStrided<sizeof(T)>}, {                               \
    kOp_take, kDTypeOf<T>, TakeRows<T>                                                           \
  }
constexpr KernelEntry kEntries[] = {
    ALL_DTYPES(Bool),  ALL_DTYPES(uint8_t), ALL_DTYPES(int32_t),  ALL_DTYPES(int64_t),
    ALL_DTYPES(float), ALL_DTYPES(double),  ALL_DTYPES(BFloat16), ALL_DTYPES(Float16),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(movement, keraunos::cuda::kEntries)

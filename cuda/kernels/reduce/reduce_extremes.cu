// Family reduce: max and min (NaN wins; bool: any, all), argmax and argmin.
#include "cuda/kernels/reduce/launch.cuh"

namespace keraunos::cuda {
namespace {

#define EXTREMES(T)                                                                                                  \
  kReduction<kOp_max, Fold<T, MaxOp>>, kReduction<kOp_min, Fold<T, MinOp>>, kReduction<kOp_argmax, Arg<T, Greater>>, \
      kReduction<kOp_argmin, Arg<T, Less>>
constexpr KernelEntry kEntries[] = {
    EXTREMES(Bool),  EXTREMES(uint8_t), EXTREMES(int32_t),  EXTREMES(int64_t),
    EXTREMES(float), EXTREMES(double),  EXTREMES(BFloat16), EXTREMES(Float16),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(reduce_extremes, keraunos::cuda::kEntries)

// Family reduce: in (outer, count, inner) -> out (outer, inner); this file: sum, prod, cumsum (whose result has the
// shape of in). The order of sums depends on the shape alone. Cost: one read of the input.
#include "cuda/kernels/reduce/launch.cuh"
#include "cuda/kernels/reduce/scan.cuh"

namespace keraunos::cuda {
namespace {

#define NUMBERS(T) kReduction<kOp_sum, Fold<T, SumOp>>, kReduction<kOp_prod, Fold<T, ProductOp>>, kScan<T>
constexpr KernelEntry kEntries[] = {
    NUMBERS(uint8_t), NUMBERS(int32_t),  NUMBERS(int64_t), NUMBERS(float),
    NUMBERS(double),  NUMBERS(BFloat16), NUMBERS(Float16),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(reduce, keraunos::cuda::kEntries)

// Family elementwise, what gives or takes truths: comparisons, logic, where.
#include "cuda/kernels/elementwise/table.cuh"

namespace keraunos::cuda {
namespace {

#define ALL_BINARY_TO_BOOL(name, expression) \
  ENTRY(Scalar, 2, name, Bool, Bool)         \
  ENTRY(Scalar, 2, name, uint8_t, Bool)      \
  ENTRY(Scalar, 2, name, int32_t, Bool) ENTRY(Scalar, 2, name, int64_t, Bool) FLOATS_TO_BOOL(Scalar, 2, name)
#define BOOL_BINARY(name, expression) ENTRY(Scalar, 2, name, Bool, Bool)
#include "cuda/kernels/elementwise/words.inc"

// Elements are chosen by size, whatever their type.
struct Choose {
  static constexpr bool kHeavy = false;
  template <class T>
  static __device__ __forceinline__ T Apply(Bool condition, T a, T b) {
    return condition ? a : b;
  }
};
template <class T>
constexpr Launcher kWhere = LaunchElements<Choose, Bool, T, T, 3>;

constexpr KernelEntry kEntries[] = {
#include "kernels/elementwise/functions.inc"
    {kOp_where, kBool, kWhere<uint8_t>},      {kOp_where, kUInt8, kWhere<uint8_t>},
    {kOp_where, kInt32, kWhere<uint32_t>},    {kOp_where, kInt64, kWhere<uint64_t>},
    {kOp_where, kFloat32, kWhere<uint32_t>},  {kOp_where, kFloat64, kWhere<uint64_t>},
    {kOp_where, kBFloat16, kWhere<uint16_t>}, {kOp_where, kFloat16, kWhere<uint16_t>},
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(elementwise_compare, keraunos::cuda::kEntries)

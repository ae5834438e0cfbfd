// Family elementwise, arithmetic of two operands.
#include "cuda/kernels/elementwise/table.cuh"

namespace keraunos::cuda {
namespace {

#define ALL_BINARY(name, expression) \
  ENTRY(Scalar, 2, name, Bool, Bool) INTEGERS(Scalar, 2, name) FLOATS(Scalar, 2, name)
#define FLOAT_BINARY(name, expression) FLOATS(Scalar, 2, name)
#define NUMBER_BINARY(name, expression) INTEGERS(Scalar, 2, name) FLOATS(Scalar, 2, name)
#define INTEGER_BINARY(name, expression) INTEGERS(Scalar, 2, name)
#define VECTOR_BINARY(name, expression) FLOATS(Vector, 2, name)
#include "cuda/kernels/elementwise/words.inc"

constexpr KernelEntry kEntries[] = {
#include "kernels/elementwise/functions.inc"
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(elementwise_binary, keraunos::cuda::kEntries)

// Family elementwise: out[i] = f(in0[i], in1[i], in2[i]) over dims with strides (params.h: Elementwise); this file has
// the functions of one operand, elementwise_binary and elementwise_compare the others. Cost: one pass over the
// operands.
#include "cuda/kernels/elementwise/table.cuh"

namespace keraunos::cuda {
namespace {

#define NUMBER_UNARY(name, expression) INTEGERS(Scalar, 1, name) FLOATS(Scalar, 1, name)
#define VECTOR_UNARY(name, expression) FLOATS(Vector, 1, name)
#define SINGLE_UNARY(name, expression) ENTRY(Scalar, 1, name, float, float)
#define INTEGER_UNARY(name, expression) INTEGERS(Scalar, 1, name)
#define BOOL_UNARY(name, expression) ENTRY(Scalar, 1, name, Bool, Bool)
#define FLOAT_UNARY_TO_BOOL(name, expression) FLOATS_TO_BOOL(Scalar, 1, name)
#include "cuda/kernels/elementwise/words.inc"

constexpr KernelEntry kEntries[] = {
#include "kernels/elementwise/functions.inc"
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(elementwise, keraunos::cuda::kEntries)

#include "cuda/persistent/supported.h"

#include <algorithm>
#include <cstring>

#include "kernels/kernel.h"

namespace keraunos::cuda {
namespace {

// A multiprocessor does some 10^5 exact multiply-adds in a microsecond: beyond this a step is worth tensor cores.
constexpr int64_t kMostProducts = int64_t{64} << 20;
// A launch covers 2^31 elements of an instruction at most, in 32-bit arithmetic.
constexpr int64_t kMostElements = int64_t{1} << 30;
constexpr int64_t kFewestUnits = 2;
// Fewer instructions are launched as fast, and with blocks of their own: single operations, above all.
constexpr size_t kFewestInstructions = 4;

bool SupportedRow(uint32_t op, uint32_t dtype) {
  switch (op) {
    case kOp_gemm:
    case kOp_gemm_bias:
    case kOp_gemm_update:
    case kOp_sum:
    case kOp_argmax:
    case kOp_softmax:
    case kOp_log_softmax:
    case kOp_softmax_cross_entropy:
    case kOp_softmax_cross_entropy_grad:
    case kOp_sparse_softmax_cross_entropy:
    case kOp_sparse_softmax_cross_entropy_grad:
    case kOp_sgd:
    case kOp_sgd_momentum:
    case kOp_adam:
    case kOp_rmsprop:
    case kOp_adagrad:
    case kOp_fill:
      return dtype == kFloat32;
    case kOp_where:
    case kOp_batch:
      return dtype == kFloat32 || dtype == kInt32 || dtype == kInt64;
    case kOp_cast:
      return dtype == kFloat32 || dtype == kInt32 || dtype == kInt64 || dtype == kBool;
#define NUMBER_UNARY(name, expression) \
  case kOp_##name:                     \
    return dtype == kFloat32;
#define VECTOR_UNARY(name, expression) NUMBER_UNARY(name, expression)
#define FLOAT_UNARY_TO_BOOL(name, expression) NUMBER_UNARY(name, expression)
#define FLOAT_BINARY(name, expression) NUMBER_UNARY(name, expression)
#define VECTOR_BINARY(name, expression) NUMBER_UNARY(name, expression)
#define ALL_BINARY(name, expression) \
  case kOp_##name:                   \
    return dtype == kFloat32 || dtype == kInt32 || dtype == kInt64;
#define ALL_BINARY_TO_BOOL(name, expression) ALL_BINARY(name, expression)
#define BOOL_UNARY(name, expression) \
  case kOp_##name:                   \
    return dtype == kBool;
#define BOOL_BINARY(name, expression) BOOL_UNARY(name, expression)
#include "cuda/kernels/elementwise/words.inc"
#include "kernels/elementwise/functions.inc"
    default:
      return false;
  }
}

template <class P>
const P& ParamsOf(const ProgramImage& image, const InstructionRecord& record) {
  return *reinterpret_cast<const P*>(image.params.data() + record.params_offset);
}

bool SupportedParams(const ProgramImage& image, const InstructionRecord& record) {
  switch (record.op) {
    case kOp_gemm:
    case kOp_gemm_bias:
    case kOp_gemm_update: {
      const Gemm& p = ParamsOf<Gemm>(image, record);
      return p.batch == 1 && p.axis == 0 && !(p.trans_a && p.trans_b);
    }
    case kOp_cast: {
      const Cast& p = ParamsOf<Cast>(image, record);
      return p.to_dtype == (record.dtype == kFloat32 ? kInt32 : kFloat32);
    }
    case kOp_batch: {
      const Batch& p = ParamsOf<Batch>(image, record);
      const bool real = p.source_dtype == kFloat32;
      return record.dtype == kFloat32
                 ? real || p.source_dtype == kUInt8
                 : p.source_dtype == kUInt8 || p.source_dtype == kInt32 || p.source_dtype == kInt64;
    }
    default:
      return true;
  }
}

int64_t Products(const ProgramImage& image, const InstructionRecord& record) {
  if (record.op != kOp_gemm && record.op != kOp_gemm_bias && record.op != kOp_gemm_update) return 0;
  const Gemm& p = ParamsOf<Gemm>(image, record);
  return p.m * p.n * p.k;
}

}  // namespace

bool Supported(const ProgramImage& image) {
  if (image.instructions.size() < kFewestInstructions) return false;
  int64_t products = 0;
  for (size_t i = 0; i < image.instructions.size(); ++i) {
    const InstructionRecord& record = image.instructions[i];
    if (image.writes_nothing[i] || !SupportedRow(record.op, record.dtype) || !SupportedParams(image, record)) {
      return false;
    }
    products += Products(image, record);
  }
  for (const BufferRecord& buffer : image.buffers) {
    if (buffer.kind != kSlotBuffer && static_cast<int64_t>(buffer.bytes) > kMostElements) return false;
  }
  return products > 0 && products <= kMostProducts;
}

int64_t ItemUnits(int64_t units, int multiprocessors) {
  return std::max<int64_t>({1, std::min(units, kFewestUnits), (units + multiprocessors - 1) / multiprocessors});
}

}  // namespace keraunos::cuda

// Family movement: cast and batch, every dtype to every other.
#include "cuda/kernels/movement/convert.cuh"

namespace keraunos::cuda {
namespace {

// [target][source]
constexpr const ConversionLauncher* kConversions[kNumDTypes] = {
    kConversionsTo<Bool>,  kConversionsTo<uint8_t>, kConversionsTo<int32_t>,  kConversionsTo<int64_t>,
    kConversionsTo<float>, kConversionsTo<double>,  kConversionsTo<BFloat16>, kConversionsTo<Float16>};

// A whole tensor is one row of elements.
template <DType source>
void CastElements(const Call& call) {
  const auto& params = call.as<Cast>();
  Conversion conversion = {};
  conversion.source = call.operands[0];
  conversion.out = call.operands[1];
  conversion.scale = params.scale;
  conversion.offset = params.offset;
  kConversions[params.to_dtype][source](call, conversion, 1, call.units * params.cols, kMostPerLaunch);
}

template <DType target>
void BatchRows(const Call& call) {
  const auto& params = call.as<Batch>();
  Conversion conversion = {};
  conversion.source = call.operands[0];
  conversion.out = call.operands[3];
  conversion.rows = {call.operand<const int64_t>(2), call.operand<const int32_t>(1), params.source_rows,
                     params.order_rows};
  conversion.scale = params.scale;
  conversion.offset = params.offset;
  kConversions[target][params.source_dtype](call, conversion, params.rows, params.row_elements, kMostPerLaunch);
}

#define BOTH(dtype) \
  {kOp_cast, dtype, CastElements<dtype>}, { kOp_batch, dtype, BatchRows<dtype> }
constexpr KernelEntry kEntries[] = {
    BOTH(kBool),    BOTH(kUInt8),   BOTH(kInt32),    BOTH(kInt64),
    BOTH(kFloat32), BOTH(kFloat64), BOTH(kBFloat16), BOTH(kFloat16),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(convert, keraunos::cuda::kEntries)

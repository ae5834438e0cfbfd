// Family movement: what changes place or dtype and computes nothing else. Params, shapes and units: params.h (Cast,
// StridedRead, StridedWrite, Fill, Take, Batch). Outputs do not overlap inputs, except cast between dtypes of one size,
// which may be in place. Cost: one read and one write per element; no scratch.
#include "kernels/movement/convert.h"
#include "kernels/movement/gather.h"
#include "kernels/movement/strided_copy.h"

namespace keraunos {
namespace {

template <DType source>
void CastRows(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  const auto& params = *static_cast<const Cast*>(raw);
  const int64_t first = begin * params.cols, n = (end - begin) * params.cols;
  kConvert[params.to_dtype][source](static_cast<const char*>(operands[0]) + first * kElementBytes[source],
                                    static_cast<char*>(operands[1]) + first * kElementBytes[params.to_dtype], n,
                                    params.scale, params.offset);
}

template <class T>
void FillRows(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  const auto& params = *static_cast<const Fill*>(raw);
  T* out = static_cast<T*>(operands[0]);
  const T value = ConvertElement<T>(params.value);
  for (int64_t i = begin * params.cols; i < end * params.cols; ++i) out[i] = value;
}

#define ALL_DTYPES(T, Word)                                                                              \
  {kOp_cast, kDTypeOf<T>, CastRows<kDTypeOf<T>>}, {kOp_fill, kDTypeOf<T>, FillRows<T>},                  \
      {kOp_strided_read, kDTypeOf<T>, StridedReadWords<Word>},                                           \
      {kOp_strided_write, kDTypeOf<T>, StridedWriteWords<Word>}, {kOp_take, kDTypeOf<T>, TakeRows<T>}, { \
    kOp_batch, kDTypeOf<T>, BatchRows<T>                                                                 \
  }

constexpr KernelEntry kEntries[] = {
    ALL_DTYPES(Bool, uint8_t),
    ALL_DTYPES(uint8_t, uint8_t),
    ALL_DTYPES(int32_t, uint32_t),
    ALL_DTYPES(int64_t, uint64_t),
    ALL_DTYPES(float, uint32_t),
    ALL_DTYPES(double, uint64_t),
    ALL_DTYPES(BFloat16, uint16_t),
    ALL_DTYPES(Float16, uint16_t),
    {kOp_scatter_add, kUInt8, ScatterAddRows<uint8_t>},
    {kOp_scatter_add, kInt32, ScatterAddRows<int32_t>},
    {kOp_scatter_add, kInt64, ScatterAddRows<int64_t>},
    {kOp_scatter_add, kFloat32, ScatterAddRows<float>},
    {kOp_scatter_add, kFloat64, ScatterAddRows<double>},
    {kOp_group_rows, kInt32, GroupPositions<int32_t>},
    {kOp_group_rows, kInt64, GroupPositions<int64_t>},
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(movement, keraunos::kEntries)

#include "kernels/check.h"

namespace keraunos {
namespace {

bool GivesBool(uint32_t op) {
  return op == kOp_is_nan || op == kOp_is_finite || (op >= kOp_equal && op <= kOp_greater_equal);
}

uint32_t Inputs(uint32_t op) { return op < kOp_add ? 1 : op < kOp_where ? 2 : 3; }

}  // namespace

void CheckElementwise(Check& check) {
  const auto& params = check.params<Elementwise>();
  const int64_t elements = DimsProduct(params.rank, params.dims);
  check.HasUnits(params.rank == 0 ? 1 : params.dims[0]);
  check.Output(0, GivesBool(check.op) ? int64_t{kBool} : check.dtype, elements);
  for (uint32_t i = 0; i < Inputs(check.op); ++i) {
    const int64_t dtype = check.op == kOp_where && i == 0 ? int64_t{kBool} : check.dtype;
    check.Needs(i, dtype, StridedExtent(params.rank, params.dims, params.strides[i], 0));
  }
}

}  // namespace keraunos

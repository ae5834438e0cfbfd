#include "kernels/check.h"

namespace keraunos {

void CheckCast(Check& check) {
  const auto& params = check.params<Cast>();
  const int64_t elements = Product({check.units, params.cols});
  check.Needs(0, check.dtype, elements);
  check.Output(0, params.to_dtype, elements);
}

void CheckStridedRead(Check& check) {
  const auto& params = check.params<StridedRead>();
  check.HasUnits(params.rank == 0 ? 1 : params.dims[0]);
  check.Needs(0, check.dtype, StridedExtent(params.rank, params.dims, params.strides, params.offset));
  check.Output(0, check.dtype, DimsProduct(params.rank, params.dims));
}

void CheckStridedWrite(Check& check) {
  const auto& params = check.params<StridedWrite>();
  check.HasUnits(params.rank == 0 ? 1 : params.dims[0]);
  check.Needs(0, check.dtype, DimsProduct(params.rank, params.dims));
  check.Output(0, check.dtype, StridedExtent(params.rank, params.dims, params.strides, params.offset));
}

void CheckFill(Check& check) { check.Output(0, check.dtype, Product({check.units, check.params<Fill>().cols})); }

void CheckTake(Check& check) {
  const auto& params = check.params<Take>();
  const bool gather = check.op == kOp_take;
  const int64_t source = Product({params.source_rows, params.row_elements});
  const int64_t rows = Product({params.rows, params.row_elements});
  check.HasUnits(gather ? params.rows : 1);
  check.Requires(params.index_dtype == kInt32 || params.index_dtype == kInt64, "indices must be int32 or int64");
  check.Needs(0, check.dtype, gather ? source : rows);
  check.Needs(1, params.index_dtype, params.rows);
  check.Output(0, check.dtype, gather ? rows : source);
}

void CheckGroupRows(Check& check) {
  const auto& params = check.params<GroupRows>();
  check.HasUnits(1);
  check.Requires(params.rows <= INT32_MAX, "positions must be int32");
  check.Needs(0, check.dtype, params.rows);
  check.Output(0, kInt32, params.rows);
  check.Output(1, kInt32, RunStarts(params.source_rows));
}

void CheckBatch(Check& check) {
  const auto& params = check.params<Batch>();
  const int64_t elements = Product({params.rows, params.row_elements});
  check.HasUnits(params.rows);
  check.Requires(elements == 0 || params.source_rows > 0, "a batch needs at least one source row");
  check.Needs(0, params.source_dtype, Product({params.source_rows, params.row_elements}));
  check.Needs(1, kInt32, params.order_rows);
  check.Needs(2, kInt64, 1);
  check.Output(0, check.dtype, elements);
}

}  // namespace keraunos

#include "kernels/check.h"

namespace keraunos {

void CheckRows(Check& check) {
  const auto& params = check.params<Rows>();
  const int64_t elements = Product({params.rows, params.cols});
  check.HasUnits(params.rows);
  check.Needs(0, check.dtype, elements);
  switch (check.op) {
    case kOp_softmax_cross_entropy:
      check.Needs(1, check.dtype, elements);
      check.Output(0, check.dtype, params.rows);
      break;
    case kOp_softmax_cross_entropy_grad:
      check.Needs(1, check.dtype, elements);
      check.Needs(2, check.dtype, params.rows);
      check.Output(0, check.dtype, elements);
      break;
    case kOp_sparse_softmax_cross_entropy:
      check.Needs(1, kInt32, params.rows);
      check.Output(0, check.dtype, params.rows);
      break;
    case kOp_sparse_softmax_cross_entropy_grad:
      check.Needs(1, kInt32, params.rows);
      check.Needs(2, check.dtype, params.rows);
      check.Output(0, check.dtype, elements);
      break;
    case kOp_argsort:
      check.Requires(params.cols <= INT32_MAX, "indices of a row must fit into int32");
      check.Output(0, kInt32, elements);
      break;
    default:
      check.Output(0, check.dtype, elements);
  }
}

}  // namespace keraunos

#include "kernels/check.h"

namespace keraunos {

void CheckReduce(Check& check) {
  const auto& params = check.params<Reduce>();
  const int64_t elements = Product({params.outer, params.count, params.inner});
  const int64_t results = Product({params.outer, params.inner});
  const bool index = check.op == kOp_argmax || check.op == kOp_argmin;
  check.HasUnits(params.outer > 1 ? params.outer : params.inner);
  check.Requires(!index || params.count <= INT32_MAX, "the index of a reduction must fit into int32");
  check.Needs(0, check.dtype, elements);
  check.Output(0, index ? int64_t{kInt32} : check.dtype, check.op == kOp_cumsum ? elements : results);
}

}  // namespace keraunos

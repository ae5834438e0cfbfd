// Many variables updated by one launch: small ones cost a launch each otherwise.
#pragma once
#include "cuda/kernels/kernel.h"

namespace keraunos::cuda {

struct UpdateCall {
  const Update* params;
  void* const* operands;  // as ops.inc lists them: inputs, then outputs
  int64_t units;
};

// `count` instructions of one op (sgd to adagrad) and dtype, none of which reads what another writes, in as few
// launches as their coefficients and number allow; the results are those of one launch each.
void LaunchUpdates(Queue& queue, uint32_t op, uint32_t dtype, const UpdateCall* calls, int64_t count);

}  // namespace keraunos::cuda

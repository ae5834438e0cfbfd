#include "kernels/check.h"

namespace keraunos {
namespace {

uint32_t Variables(uint32_t op) {
  switch (op) {
    case kOp_sum_rows:
      return 0;
    case kOp_sgd:
    case kOp_sgd_rows:
      return 1;
    case kOp_adam:
    case kOp_adam_rows:
      return 3;
    default:
      return 2;
  }
}

// The variables to update are the first operands and the outputs; rate, and the step of adam, are the last inputs.
void CheckVariables(Check& check, int64_t elements, uint32_t rate) {
  const uint32_t variables = Variables(check.op);
  for (uint32_t i = 0; i < variables; ++i) {
    check.Needs(i, check.dtype, elements);
    check.Output(i, check.dtype, elements);
  }
  check.Needs(rate, check.dtype, 1);
  if (variables == 3) check.Needs(rate + 1, kInt64, 1);
}

}  // namespace

void CheckUpdate(Check& check) {
  const int64_t elements = Product({check.units, check.params<Update>().cols});
  const uint32_t gradient = Variables(check.op);
  check.Needs(gradient, check.dtype, elements);
  CheckVariables(check, elements, gradient + 1);
}

void CheckGroupedUpdate(Check& check) {
  const auto& params = check.params<GroupedUpdate>();
  const int64_t elements = Product({check.units, params.cols});
  const uint32_t updates = Variables(check.op);
  check.Requires(params.positions <= INT32_MAX, "positions must be int32");
  check.Needs(updates, check.dtype, Product({params.positions, params.cols}));
  check.Needs(updates + 1, kInt32, params.positions);
  check.Needs(updates + 2, kInt32, RunStarts(check.units));
  if (check.op == kOp_sum_rows) {
    check.Output(0, check.dtype, elements);
  } else {
    CheckVariables(check, elements, updates + 3);
  }
}

}  // namespace keraunos

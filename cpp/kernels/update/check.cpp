#include "kernels/check.h"

namespace keraunos {

// Operands: the variables to update, the gradient, the rate, for adam the step; outputs: the variables.
void CheckUpdate(Check& check) {
  const int64_t elements = Product({check.units, check.params<Update>().cols});
  const uint32_t variables = check.op == kOp_sgd ? 1 : check.op == kOp_adam ? 3 : 2;
  for (uint32_t i = 0; i < variables; ++i) {
    check.Needs(i, check.dtype, elements);
    check.Output(i, check.dtype, elements);
  }
  check.Needs(variables, check.dtype, elements);
  check.Needs(variables + 1, check.dtype, 1);
  if (check.op == kOp_adam) check.Needs(variables + 2, kInt64, 1);
}

}  // namespace keraunos

#include "kernels/check.h"

namespace keraunos {

void CheckRandom(Check& check) {
  const int64_t elements = Product({check.units, check.params<Random>().cols});
  const uint32_t seed = check.op == kOp_dropout ? 1 : 0;
  if (check.op == kOp_dropout) check.Needs(0, check.dtype, elements);
  check.Needs(seed, kInt64, 2);
  check.Output(0, check.dtype, elements);
}

}  // namespace keraunos

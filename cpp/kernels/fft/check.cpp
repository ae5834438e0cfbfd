#include "kernels/check.h"

namespace keraunos {

void CheckFft(Check& check) {
  const auto& p = check.params<Fft>();
  check.HasUnits(p.rows);
  check.Requires(p.passes >= 0 && p.passes <= kMaxPasses, "a transform has at most 48 passes");
  int64_t product = 1;
  for (int64_t i = 0; i < p.passes; ++i) {
    check.Requires(p.radix[i] >= 2 && p.radix[i] <= kMaxRadix, "radices lie between 2 and 32");
    product = Product({product, p.radix[i]});
  }
  check.Requires(product == p.n, "the radices must multiply to n");
  const int64_t elements = Product({p.rows, p.n}), work = Product({2, p.n});
  check.Requires(p.outside != 0 || Product({work, DTypeBytes(check.dtype)}) <= kScratchBytes,
                 "a row does not fit into the scratch of a thread");
  check.Needs(0, check.dtype, elements);
  check.Needs(1, check.dtype, elements);
  check.Needs(2, check.dtype, work);
  check.Output(0, check.dtype, elements);
  check.Output(1, check.dtype, elements);
  check.Output(2, check.dtype, p.outside ? Product({p.rows, work}) : 0);
}

}  // namespace keraunos

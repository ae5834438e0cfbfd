#include <algorithm>

#include "base/error.h"
#include "kernels/check.h"

namespace keraunos {
namespace {

int64_t Sum(std::initializer_list<int64_t> sizes) {
  int64_t sum = 0;
  for (int64_t size : sizes) {
    if (__builtin_add_overflow(sum, size, &sum)) throw InputError("sizes overflow");
  }
  return sum;
}

}  // namespace

void CheckLinalg(Check& check) {
  const auto& p = check.params<Linalg>();
  const int64_t n = p.rows, smaller = std::min(p.rows, p.cols);
  const auto all = [&](int64_t elements) { return Product({p.matrices, elements}); };
  check.HasUnits(p.matrices);
  check.Needs(0, check.dtype, all(Product({p.rows, p.cols})));
  switch (check.op) {
    case kOp_cholesky:
      check.Requires(p.rows == p.cols, "matrices must be square");
      check.Output(0, check.dtype, all(Product({n, n})));
      break;
    case kOp_triangular_solve:
      check.Requires(p.rows == p.cols, "matrices must be square");
      check.Needs(1, check.dtype, all(Product({n, p.others})));
      check.Output(0, check.dtype, all(Product({n, p.others})));
      break;
    case kOp_lu:
      check.Requires(p.rows <= INT32_MAX, "numbers of rows must fit into int32");
      check.Output(0, check.dtype, all(Product({p.rows, p.cols})));
      check.Output(1, kInt32, all(p.rows));
      check.Output(2, check.dtype, p.matrices);
      break;
    case kOp_qr:
      check.Requires(p.others <= p.rows, "Q has at most as many columns as rows");
      check.Output(0, check.dtype, all(Product({p.rows, p.others})));
      check.Output(1, check.dtype, all(Product({p.others, p.cols})));
      check.Output(2, check.dtype, all(Sum({Product({p.rows, p.cols}), smaller, std::max(p.cols, p.others)})));
      break;
    case kOp_eigh:
      check.Requires(p.rows == p.cols, "matrices must be square");
      check.Output(0, check.dtype, all(n));
      check.Output(1, check.dtype, all(Product({n, n})));
      check.Output(2, check.dtype, all(Sum({Product({n, n}), n, n})));
      break;
    default:
      check.Output(0, check.dtype, all(Product({p.rows, smaller})));
      check.Output(1, check.dtype, all(smaller));
      check.Output(2, check.dtype, all(Product({smaller, p.cols})));
      check.Output(3, check.dtype, all(Sum({Product({p.rows, p.cols}), Product({smaller, smaller}), smaller})));
  }
}

}  // namespace keraunos

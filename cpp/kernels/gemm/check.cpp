#include "kernels/check.h"

namespace keraunos {
namespace {

constexpr int64_t kPanelColumns = 48;

// Elements reached by `batch` matrices of rows x cols with a leading dimension, `stride` elements apart.
int64_t Matrices(int64_t rows, int64_t cols, int64_t leading, int64_t batch, int64_t stride) {
  const int64_t dims[3] = {batch, rows, cols};
  const int64_t strides[3] = {stride, leading, 1};
  return StridedExtent(3, dims, strides, 0);
}

// Rows of packed panels: bfloat16 is packed in pairs along k.
int64_t PackedDepth(int64_t dtype, int64_t k) {
  return dtype == kBFloat16 ? Product({CeilDivide(Product({k}), 2), 2}) : k;
}

}  // namespace

void CheckGemm(Check& check) {
  const auto& params = check.params<Gemm>();
  const bool packed = check.op == kOp_gemm_packed || check.op == kOp_gemm_packed_bias;
  const int64_t m = params.m, n = params.n, k = params.k;
  check.Requires(params.axis == 0 || (params.axis == 1 && !packed), "axis must be 0, or 1 with B not packed");
  if (params.axis == 0) {
    check.HasUnits(Product({params.batch, m}));
  } else {
    check.Requires(params.block >= 1 && params.block <= INT32_MAX, "a column block has 1 to 2^31 - 1 columns");
    check.HasUnits(Product({params.batch, CeilDivide(Product({n}), params.block)}));
  }
  check.Requires(params.stride_a >= 0 && params.stride_b >= 0, "negative strides");
  // Rows and matrices that do not overlap also bound the work by the memory there is.
  check.Requires(params.lda >= (params.trans_a ? m : k), "lda is shorter than a row of A");
  check.Requires(packed || params.ldb >= (params.trans_b ? k : n), "ldb is shorter than a row of B");
  check.Requires(params.ldc >= n, "ldc is shorter than a row of C");
  check.Requires(params.batch <= 1 || params.stride_c >= n, "matrices of C overlap");
  check.Requires(params.activation >= kLinear && params.activation <= kTanh, "unknown activation");
  check.Needs(0, check.dtype,
              params.trans_a ? Matrices(k, m, params.lda, params.batch, params.stride_a)
                             : Matrices(m, k, params.lda, params.batch, params.stride_a));
  if (packed) {
    const int64_t panels = CeilDivide(Product({n}), kPanelColumns);
    check.Needs(1, check.dtype,
                Matrices(Product({panels, PackedDepth(check.dtype, k)}), kPanelColumns, kPanelColumns, params.batch,
                         params.stride_b));
  } else {
    check.Needs(1, check.dtype,
                params.trans_b ? Matrices(n, k, params.ldb, params.batch, params.stride_b)
                               : Matrices(k, n, params.ldb, params.batch, params.stride_b));
  }
  if (check.op == kOp_gemm_bias || check.op == kOp_gemm_packed_bias) check.Needs(2, check.dtype, n);
  if (check.op == kOp_gemm_update) check.Needs(2, check.dtype, 1);
  check.Output(0, check.dtype, Matrices(m, n, params.ldc, params.batch, params.stride_c));
}

void CheckPack(Check& check) {
  const auto& params = check.params<Pack>();
  const int64_t panels = CeilDivide(Product({params.n}), kPanelColumns);
  check.HasUnits(panels);
  check.Requires(params.ldb >= 0, "negative strides");
  check.Needs(
      0, check.dtype,
      params.trans_b ? Matrices(params.n, params.k, params.ldb, 1, 0) : Matrices(params.k, params.n, params.ldb, 1, 0));
  check.Output(0, check.dtype, Product({panels, PackedDepth(check.dtype, params.k), kPanelColumns}));
}

}  // namespace keraunos

#include "device_test.h"

namespace keraunos::cuda {
namespace {

bool Half(DType dtype) { return dtype == kBFloat16 || dtype == kFloat16; }

Memory Widened(const Memory& memory) {
  if (!Half(memory.dtype())) return memory;
  Memory wide(kFloat32, memory.count());
  for (int64_t i = 0; i < memory.count(); ++i) wide.Set(i, memory.Number(i));
  return wide;
}

void CompareSoftmax(uint32_t op, DType dtype, int64_t rows, int64_t cols, int64_t shift, bool special) {
  const bool scalar = op == kOp_softmax_cross_entropy || op == kOp_sparse_softmax_cross_entropy;
  const bool sparse = op == kOp_sparse_softmax_cross_entropy || op == kOp_sparse_softmax_cross_entropy_grad;
  const bool grad = op == kOp_softmax_cross_entropy_grad || op == kOp_sparse_softmax_cross_entropy_grad;
  std::vector<Memory> inputs;
  inputs.push_back(RandomMemory(dtype, rows * cols, shift, special));
  if (special && rows > 2) {
    for (int64_t c = 0; c < cols; ++c) inputs[0].Set(cols + c, -std::numeric_limits<double>::infinity());
    for (int64_t c = 0; c + 1 < cols; ++c) inputs[0].Set(2 * cols + c, -std::numeric_limits<double>::infinity());
  }
  if (op == kOp_softmax_cross_entropy || op == kOp_softmax_cross_entropy_grad) {
    inputs.push_back(RandomMemory(dtype, rows * cols, shift, false));
  }
  if (sparse) {
    inputs.emplace_back(kInt32, rows);
    for (int64_t r = 0; r < rows; ++r) {
      const double bad[] = {-1, static_cast<double>(cols), 2147483647};
      inputs[1].Set(r, r % 5 == 4 ? bad[r % 3] : static_cast<double>(cols ? test::RandomBetween(0, cols - 1) : 0));
    }
  }
  if (grad) inputs.push_back(RandomMemory(dtype, rows, 0, false));
  std::vector<Memory> wide;
  for (const Memory& input : inputs) wide.push_back(IsFloating(input.dtype()) ? Widened(input) : input);
  std::vector<const Memory*> in, wide_in;
  for (const Memory& input : inputs) in.push_back(&input);
  for (const Memory& input : wide) wide_in.push_back(&input);
  Memory got(dtype, scalar ? rows : rows * cols, shift);
  Memory want(Half(dtype) ? kFloat32 : dtype, scalar ? rows : rows * cols);
  const Rows params = {rows, cols, 0};
  RunInOrders(op, dtype, params, in, {&got}, rows);
  RunOnProcessor(op, want.dtype(), params, wide_in, {&want}, rows);
  // Sums of cols terms, exponentials of a few ulp; x of size 10 is subtracted with an ulp of its own.
  const double ulp = dtype == kFloat64 ? 0x1p-52 : 0x1p-23;
  const double rounding = dtype == kBFloat16 ? 0x1p-8 : dtype == kFloat16 ? 0x1p-11 : 0;
  const double terms = op == kOp_softmax_cross_entropy ? 30.0 * std::sqrt(static_cast<double>(cols)) : 1;
  ExpectClose(got, want, 64 * ulp + rounding, 64 * ulp * terms + (dtype == kFloat16 ? 6e-8 : 0),
              std::string(GetOp(op).name) + " of " + test::Join(dtype, rows, cols, shift));
}

TEST(SoftmaxAndLossesAgreeWithTheProcessor) {
  const uint32_t ops[] = {kOp_softmax,
                          kOp_log_softmax,
                          kOp_softmax_cross_entropy,
                          kOp_softmax_cross_entropy_grad,
                          kOp_sparse_softmax_cross_entropy,
                          kOp_sparse_softmax_cross_entropy_grad};
  for (const uint32_t op : ops) {
    for (const DType dtype : {kFloat32, kFloat64, kBFloat16, kFloat16}) {
      for (const int64_t cols : {1, 2, 10, 16, 17, 128, 129, 1000, 1024, 1025, 4096}) {
        CompareSoftmax(op, dtype, cols < 100 ? 37 : 5, cols, cols % 2, false);
        CompareSoftmax(op, dtype, 7, cols, 0, true);
      }
      CompareSoftmax(op, dtype, 0, 5, 0, false);
    }
  }
}

TEST(SoftmaxMayBeInPlace) {
  for (const int64_t cols : {int64_t{10}, int64_t{3000}}) {
    Memory values = RandomMemory(kFloat32, 3 * cols, 0, false), want(kFloat32, 3 * cols);
    const Rows params = {3, cols, 0};
    RunInOrders(kOp_softmax, kFloat32, params, {&values}, {&want}, 3);
    RunOnce(kOp_softmax, kFloat32, params, {values.data(), values.data()}, 3);
    EXPECT(values.SameBits(want), cols);
  }
}

// Few different values, so that stability shows.
TEST(SortsAgreeWithTheProcessor) {
  for (const DType dtype : {kInt32, kInt64, kFloat32, kFloat64, kBFloat16, kFloat16}) {
    for (const int64_t cols : {0, 1, 2, 3, 10, 31, 512, 1000, 1024, 1025, 3000, 5000}) {
      const int64_t rows = cols < 100 ? 53 : 3;
      Memory in = RandomMemory(dtype, rows * cols);
      for (int64_t i = 0; i < in.count(); i += 2) in.Set(i, static_cast<double>(test::RandomBetween(-3, 3)));
      const Memory wide = Widened(in);
      const Rows params = {rows, cols, 0};
      Memory got(dtype, rows * cols), want(wide.dtype(), rows * cols);
      RunInOrders(kOp_sort, dtype, params, {&in}, {&got}, rows);
      RunOnProcessor(kOp_sort, wide.dtype(), params, {&wide}, {&want}, rows);
      ExpectClose(got, want, 0, 0, "sort " + test::Join(dtype, cols));
      Memory places(kInt32, rows * cols), wanted(kInt32, rows * cols);
      RunInOrders(kOp_argsort, dtype, params, {&in}, {&places}, rows);
      RunOnProcessor(kOp_argsort, wide.dtype(), params, {&wide}, {&wanted}, rows);
      ExpectClose(places, wanted, 0, 0, "argsort " + test::Join(dtype, cols));
    }
  }
}

}  // namespace
}  // namespace keraunos::cuda

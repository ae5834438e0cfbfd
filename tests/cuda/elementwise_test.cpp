#include "device_test.h"

namespace keraunos::cuda {
namespace {

int64_t Inputs(uint32_t op) { return op < kOp_add ? 1 : op < kOp_where ? 2 : 3; }
bool GivesBool(uint32_t op) {
  return op == kOp_is_nan || op == kOp_is_finite || (op >= kOp_equal && op <= kOp_greater_equal);
}

// Each dimension of each input is there, broadcast, or strided by 2 elements more than it needs.
struct Layout {
  Elementwise params = {};
  int64_t elements = 1;
  int64_t extents[3] = {1, 1, 1};
};

Layout RandomLayout(int64_t inputs) {
  Layout layout;
  Elementwise& p = layout.params;
  p.rank = test::RandomBetween(0, kMaxRank);
  static const int64_t sizes[] = {1, 2, 3, 4, 5, 8, 16, 17};
  for (int64_t d = 0; d < p.rank; ++d) {
    p.dims[d] = layout.elements > 2000 ? 1 : sizes[test::RandomBetween(0, 7)];
    if (p.rank <= 2 && test::RandomBetween(0, 2) == 0) p.dims[d] = test::RandomBetween(0, 1) ? 1031 : 3000;
    layout.elements *= p.dims[d];
  }
  for (int64_t k = 0; k < inputs; ++k) {
    const int64_t kind = test::RandomBetween(0, 3);  // contiguous, scalar, some broadcast, some strided
    int64_t stride = 1;
    for (int64_t d = p.rank - 1; d >= 0; --d) {
      const bool drop = kind == 1 || (kind >= 2 && test::RandomBetween(0, 1) == 0);
      if (kind == 3 && test::RandomBetween(0, 3) == 0) stride *= 2;
      p.strides[k][d] = drop ? 0 : stride;
      if (!drop) stride *= p.dims[d];
      if (!drop) layout.extents[k] += (p.dims[d] - 1) * p.strides[k][d];
    }
  }
  return layout;
}

// The processor computes halves op by op in float32 elsewhere: here the reference is float32 rounded once.
void Compare(uint32_t op, DType dtype, const Layout& layout, int64_t shift) {
  const bool half = dtype == kBFloat16 || dtype == kFloat16;
  const DType reference = half ? kFloat32 : dtype;
  const int64_t units = layout.params.rank == 0 ? 1 : layout.params.dims[0];
  std::vector<Memory> inputs, wide;
  for (int64_t k = 0; k < Inputs(op); ++k) {
    const DType type = op == kOp_where && k == 0 ? kBool : dtype;
    inputs.push_back(RandomMemory(type, layout.extents[k], shift));
    wide.emplace_back(type == dtype ? reference : type, layout.extents[k]);
    for (int64_t i = 0; i < layout.extents[k]; ++i) wide.back().Set(i, inputs.back().Number(i));
    if (!half) wide.back() = inputs.back();
  }
  std::vector<const Memory*> narrow_inputs, wide_inputs;
  for (const Memory& input : inputs) narrow_inputs.push_back(&input);
  for (const Memory& input : wide) wide_inputs.push_back(&input);
  Memory got(GivesBool(op) ? kBool : dtype, layout.elements, shift);
  Memory want(GivesBool(op) ? kBool : reference, layout.elements);
  RunOnProcessor(op, reference, layout.params, wide_inputs, {&want}, units);
  RunInOrders(op, dtype, layout.params, narrow_inputs, {&got}, units);
  if (half && !GivesBool(op)) {
    Memory rounded(dtype, layout.elements);
    for (int64_t i = 0; i < layout.elements; ++i) rounded.Set(i, want.Number(i));
    want = rounded;
  }
  // Both are within 4 ulp of the truth (cpp/kernels/simd/math.h), and cancel at worst near 1; a rounding of halves may
  // turn out either way.
  const double ulp = dtype == kBFloat16 ? 0x1p-7 : dtype == kFloat16 ? 0x1p-10 : dtype == kFloat32 ? 0x1p-23 : 0x1p-52;
  const bool exact = !IsFloating(dtype) || GivesBool(op);
  const double tiny = dtype == kFloat64 ? 1e-15 : dtype == kFloat16 ? 6e-8 : 1e-37;
  const double near_one = op == kOp_sigmoid_cross_entropy || op == kOp_softplus ? 16 * ulp : 0;
  ExpectClose(got, want, exact ? 0 : 8 * ulp, exact ? 0 : tiny + near_one,
              std::string(GetOp(op).name) + " " + std::to_string(dtype));
}

TEST(EveryOpAgreesWithTheProcessor) {
  int64_t rows = 0;
  for (uint32_t op = 0; op <= kOp_where; ++op) {
    for (int64_t dtype = 0; dtype < kNumDTypes; ++dtype) {
      const bool half = dtype == kBFloat16 || dtype == kFloat16;
      const bool on_processor =
          FindKernel(ActiveIsa(), static_cast<Op>(op), half ? kFloat32 : static_cast<DType>(dtype)) != nullptr;
      const bool rounds = op == kOp_round_bfloat16 || op == kOp_round_float16;  // float32 alone
      const bool wanted = on_processor && !(half && rounds);
      EXPECT((FindEntry(op, dtype) != nullptr) == wanted, GetOp(op).name, dtype);
      if (!wanted) continue;
      ++rows;
      for (int64_t trial = 0; trial < test::Trials(6); ++trial) {
        Compare(op, static_cast<DType>(dtype), RandomLayout(Inputs(op)), trial % 2 * test::RandomBetween(1, 3));
      }
    }
  }
  EXPECT(rows > 250, rows);
}

// Rows of 16 and packs: every way of reading an input, with full blocks and a ragged tail.
TEST(EveryWayOfReading) {
  for (const int64_t cols : {int64_t{16}, int64_t{17}, int64_t{64}}) {
    for (int64_t kind = 0; kind < 4; ++kind) {
      Layout layout;
      layout.params = {2, {700, cols}, {{cols, 1}, {}}, 0};
      const int64_t strides[4][2] = {{cols, 1}, {0, 1}, {1, 0}, {2 * cols, 2}};
      for (int64_t d = 0; d < 2; ++d) layout.params.strides[1][d] = strides[kind][d];
      layout.elements = 700 * cols;
      layout.extents[0] = layout.elements;
      layout.extents[1] = 1 + 699 * strides[kind][0] + (cols - 1) * strides[kind][1];
      for (const DType dtype : {kFloat32, kFloat64, kBFloat16, kUInt8}) {
        Compare(kOp_subtract, dtype, layout, 0);
        Compare(kOp_subtract, dtype, layout, 1);
        Compare(kOp_greater, dtype, layout, 0);
      }
    }
  }
}

TEST(OutputMayBeTheFirstInput) {
  for (const int64_t n : {int64_t{1}, int64_t{4096}, int64_t{5003}}) {
    Memory values = RandomMemory(kFloat32, n), others = RandomMemory(kFloat32, n);
    Memory want(kFloat32, n);
    const Elementwise params = {1, {n}, {{1}, {1}}, 0};
    RunOnProcessor(kOp_add, kFloat32, params, {&values, &others}, {&want}, n);
    RunOnce(kOp_add, kFloat32, params, {values.data(), others.data(), values.data()}, n);
    ExpectClose(values, want, 0, 0, "add in place");
  }
}

TEST(NothingIsLaunchedForNothing) {
  Memory empty(kFloat32, 0);
  const Elementwise params = {2, {3, 0}, {{0, 1}, {0, 1}}, 0};
  RunInOrders(kOp_add, kFloat32, params, {&empty, &empty}, {&empty}, 3);
}

}  // namespace
}  // namespace keraunos::cuda

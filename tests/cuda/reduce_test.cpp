#include "device_test.h"

namespace keraunos::cuda {
namespace {

constexpr uint32_t kReductions[] = {kOp_sum, kOp_max, kOp_min, kOp_prod, kOp_argmax, kOp_argmin, kOp_cumsum};

bool GivesIndex(uint32_t op) { return op == kOp_argmax || op == kOp_argmin; }

// Halves are summed in float32 and rounded once; the processor's float32 kernels are their reference.
void Compare(uint32_t op, DType dtype, const Reduce& params, int64_t shift, bool special) {
  const bool half = dtype == kBFloat16 || dtype == kFloat16;
  const int64_t elements = params.outer * params.count * params.inner;
  const int64_t results = op == kOp_cumsum ? elements : params.outer * params.inner;
  const int64_t units = params.outer > 1 ? params.outer : params.inner;
  Memory in = RandomMemory(dtype, elements, shift, special), wide = in;
  if (op == kOp_prod && IsFloating(dtype)) {
    for (int64_t i = 0; i < elements; ++i) in.Set(i, std::exp(in.Number(i) / 100));
    wide = in;
  }
  if (half) {
    wide = Memory(kFloat32, elements);
    for (int64_t i = 0; i < elements; ++i) wide.Set(i, in.Number(i));
  }
  const DType result = GivesIndex(op) ? kInt32 : dtype;
  Memory got(result, results, shift), want(half && !GivesIndex(op) ? kFloat32 : result, results);
  RunInOrders(op, dtype, params, {&in}, {&got}, units);
  RunOnProcessor(op, half ? kFloat32 : dtype, params, {&wide}, {&want}, units);
  // Sums of n numbers of size s differ by at most n * s * ulp, and by sqrt(n) of that as a rule; one rounding of
  // halves.
  const bool adds = op == kOp_sum || op == kOp_cumsum || op == kOp_prod;
  const double ulp = dtype == kFloat64 ? 0x1p-52 : 0x1p-23;
  const double rounding = dtype == kBFloat16 ? 0x1p-8 : dtype == kFloat16 ? 0x1p-11 : 0;
  const double terms = static_cast<double>(params.count);
  const bool exact = !IsFloating(dtype) || !adds;
  ExpectClose(got, want, exact ? 0 : 16 * ulp * std::sqrt(terms) + rounding, exact ? 0 : 9 * terms * ulp,
              std::string(GetOp(op).name) + " of " + test::Join(dtype, params.outer, params.count, params.inner));
}

bool Exists(uint32_t op, DType dtype) {
  const bool half = dtype == kBFloat16 || dtype == kFloat16;
  const bool exists = FindKernel(ActiveIsa(), op, half ? kFloat32 : dtype) != nullptr;
  EXPECT((FindEntry(op, dtype) != nullptr) == exists, GetOp(op).name, dtype);
  return exists;
}

// Every way of cutting: lanes of a row, blocks, parts; columns alone, in tiles, in parts; nothing.
TEST(ReductionsAgreeWithTheProcessor) {
  const Reduce shapes[] = {{1, 1, 1},     {7, 10, 1},     {3, 33, 1},    {65, 1000, 1}, {2, 1025, 1},
                           {1, 40000, 1}, {3, 20001, 1},  {1, 32, 100},  {4, 3, 5},     {1, 5000, 3},
                           {2, 1000, 64}, {1, 9000, 130}, {100, 4, 128}, {90, 64, 101}, {3, 65, 2740},
                           {0, 4, 4},     {4, 0, 4},      {3, 0, 1},     {1, 4, 0}};
  for (const uint32_t op : kReductions) {
    for (int64_t dtype = 0; dtype < kNumDTypes; ++dtype) {
      if (!Exists(op, static_cast<DType>(dtype))) continue;
      for (const Reduce& shape : shapes) {
        if (GivesIndex(op) && shape.count == 0 && shape.outer * shape.inner > 0 && shape.inner > 1) continue;
        Compare(op, static_cast<DType>(dtype), shape, 0, true);
        if (shape.outer * shape.count * shape.inner < 20000) Compare(op, static_cast<DType>(dtype), shape, 1, false);
      }
    }
  }
}

// What comes in packs and what does not, because of its address, is added in the same order.
TEST(AlignmentChangesNoBit) {
  for (const Reduce& shape : {Reduce{3, 4096, 1}, Reduce{1, 40000, 1}, Reduce{1, 3000, 128}, Reduce{70, 8, 256}}) {
    const int64_t elements = shape.outer * shape.count * shape.inner, results = shape.outer * shape.inner;
    Memory aligned = RandomMemory(kFloat32, elements, 0, false), shifted(kFloat32, elements, 1);
    std::memcpy(shifted.data(), aligned.data(), aligned.size());
    Memory got(kFloat32, results), want(kFloat32, results);
    RunInOrders(kOp_sum, kFloat32, shape, {&aligned}, {&want}, 1);
    RunInOrders(kOp_sum, kFloat32, shape, {&shifted}, {&got}, 1);
    EXPECT(got.SameBits(want), shape.outer, shape.count, shape.inner);
  }
}

TEST(TheFirstExtremeWinsAndTheFirstNanBeforeAll) {
  for (const int64_t count : {int64_t{6}, int64_t{3000}, int64_t{70000}}) {
    for (const int64_t inner : {int64_t{1}, int64_t{3}}) {
      Memory in(kFloat32, count * inner), got(kInt32, inner);
      for (int64_t i = 0; i < count * inner; ++i) in.Set(i, 1);
      const Reduce shape = {1, count, inner};
      RunInOrders(kOp_argmax, kFloat32, shape, {&in}, {&got}, inner);
      EXPECT(got.Number(0) == 0, got.Number(0));
      in.Set((count - 3) * inner, 2);
      in.Set((count - 1) * inner, 2);
      RunInOrders(kOp_argmax, kFloat32, shape, {&in}, {&got}, inner);
      EXPECT(got.Number(0) == count - 3, got.Number(0), count);
      in.Set((count - 2) * inner, std::nan(""));
      in.Set((count - 1) * inner, std::nan(""));
      RunInOrders(kOp_argmin, kFloat32, shape, {&in}, {&got}, inner);
      EXPECT(got.Number(0) == count - 2, got.Number(0), count);
    }
  }
}

TEST(CumsumMayBeInPlace) {
  for (const Reduce& shape : {Reduce{2, 20000, 1}, Reduce{1, 500, 3}}) {
    const int64_t elements = shape.outer * shape.count * shape.inner;
    Memory values = RandomMemory(kFloat32, elements, 0, false), want(kFloat32, elements);
    RunInOrders(kOp_cumsum, kFloat32, shape, {&values}, {&want}, 1);
    RunOnce(kOp_cumsum, kFloat32, shape, {values.data(), values.data()}, 1);
    EXPECT(values.SameBits(want), shape.count);
  }
}

}  // namespace
}  // namespace keraunos::cuda

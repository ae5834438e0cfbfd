#include "device_test.h"

namespace keraunos::cuda {
namespace {

constexpr DType kDTypes[] = {kBool, kUInt8, kInt32, kInt64, kFloat32, kFloat64, kBFloat16, kFloat16};

// Numbers at the edges of every dtype.
Memory Extremes(DType dtype, int64_t count, int64_t shift) {
  Memory memory = RandomMemory(dtype, count, shift);
  const double values[] = {-1,         255,     256,      254.99, 2147483648.0, -2147483648.0, 9223372036854775808.0,
                           -0.75,      65520.0, 65519.99, 1e-8,   5.9e-8,       -3e38,         1.00390625,
                           1.01171875, 3.9e-40};
  for (int64_t i = 0; IsFloating(dtype) && i < count; i += 3) memory.Set(i, values[i / 3 % 16]);
  return memory;
}

TEST(CastsAgreeWithTheProcessor) {
  for (const DType from : kDTypes) {
    for (const DType to : kDTypes) {
      for (const int64_t n : {int64_t{0}, int64_t{1}, int64_t{1000}, int64_t{16384}, int64_t{4099}}) {
        const bool scaled = IsFloating(to) && n == 4099;
        const Cast params = {1, to, scaled ? 1 / 127.5 : 1.0, scaled ? -1.0 : 0.0};
        const Memory in = Extremes(from, n, n == 1000);
        Memory got(to, n), want(to, n);
        RunInOrders(kOp_cast, from, params, {&in}, {&got}, n);
        RunOnProcessor(kOp_cast, from, params, {&in}, {&want}, n);
        ExpectClose(got, want, 0, 0, "cast " + std::to_string(from) + " to " + std::to_string(to));
      }
    }
  }
}

TEST(BatchesAgreeWithTheProcessor) {
  for (const DType from : kDTypes) {
    for (const DType to : kDTypes) {
      for (const int64_t cols : {int64_t{1}, int64_t{7}, int64_t{784}}) {
        for (const int64_t order_rows : {int64_t{0}, int64_t{13}}) {
          const bool scaled = IsFloating(to) && cols == 784;
          const Batch params = {9, cols, 11, order_rows, from, scaled ? 1 / 255.0 : 1.0, 0.0};
          const Memory source = Extremes(from, 11 * cols, 0);
          Memory order(kInt32, order_rows), cursor(kInt64, 1);
          for (int64_t i = 0; i < order_rows; ++i) order.Set(i, static_cast<double>(test::RandomBetween(-30, 30)));
          cursor.as<int64_t>()[0] = cols == 7 ? INT64_MAX - 3 : 8;
          Memory got(to, 9 * cols), want(to, 9 * cols);
          RunInOrders(kOp_batch, to, params, {&source, &order, &cursor}, {&got}, 9);
          RunOnProcessor(kOp_batch, to, params, {&source, &order, &cursor}, {&want}, 9);
          ExpectClose(got, want, 0, 0, "batch " + std::to_string(from) + " to " + std::to_string(to));
        }
      }
    }
  }
}

// A random permutation, slice and flip of a tensor, and broadcast dimensions where they are read.
struct Strided {
  StridedRead params = {};
  int64_t elements = 1, extent = 1;
};

Strided RandomStrided(bool read) {
  Strided s;
  StridedRead& p = s.params;
  p.rank = test::RandomBetween(0, kMaxRank);
  int64_t order[kMaxRank] = {0, 1, 2, 3, 4, 5};
  for (int64_t d = p.rank - 1; d > 0; --d) std::swap(order[d], order[test::RandomBetween(0, d)]);
  static const int64_t sizes[] = {1, 2, 3, 16, 32, 33, 64};
  int64_t stride = test::RandomBetween(0, 3) ? 1 : 2;
  for (int64_t i = 0; i < p.rank; ++i) {
    const int64_t d = order[i];
    p.dims[d] = s.elements > 3000 ? 2 : sizes[test::RandomBetween(0, 6)];
    s.elements *= p.dims[d];
    if (read && test::RandomBetween(0, 7) == 0) continue;  // broadcast
    p.strides[d] = stride;
    s.extent += stride * (p.dims[d] - 1);
    if (test::RandomBetween(0, 5) == 0) {
      p.offset += stride * (p.dims[d] - 1);
      p.strides[d] = -stride;
    }
    stride *= p.dims[d] + test::RandomBetween(0, 1);
  }
  const int64_t first = test::RandomBetween(0, 2);
  p.offset += first;
  s.extent += first;
  return s;
}

TEST(StridedCopiesAgreeWithTheProcessor) {
  for (const DType dtype : kDTypes) {
    for (int64_t trial = 0; trial < test::Trials(60); ++trial) {
      for (const bool read : {true, false}) {
        const Strided s = RandomStrided(read);
        const int64_t units = s.params.rank == 0 ? 1 : s.params.dims[0];
        const Memory in = RandomMemory(dtype, read ? s.extent : s.elements, trial % 3 == 0);
        Memory got(dtype, read ? s.elements : s.extent, trial % 5 == 0), want = got;
        const uint32_t op = read ? kOp_strided_read : kOp_strided_write;
        RunInOrders(op, dtype, s.params, {&in}, {&got}, units);
        RunOnProcessor(op, dtype, s.params, {&in}, {&want}, units);
        EXPECT(got.SameBits(want), GetOp(op).name, dtype, trial);
      }
    }
  }
}

TEST(TransposesGoThroughTiles) {
  for (const DType dtype : kDTypes) {
    for (const int64_t rows : {int64_t{16}, int64_t{31}, int64_t{65}, int64_t{130}}) {
      const int64_t cols = 70, planes = 3;
      const StridedRead params = {3, {planes, cols, rows}, {rows * cols, 1, cols}, 0};
      const Memory in = RandomMemory(dtype, planes * rows * cols);
      Memory got(dtype, planes * rows * cols), want = got;
      RunInOrders(kOp_strided_read, dtype, params, {&in}, {&got}, planes);
      RunOnProcessor(kOp_strided_read, dtype, params, {&in}, {&want}, planes);
      EXPECT(got.SameBits(want), dtype, rows);
    }
  }
}

TEST(TakesAndFillsAgreeWithTheProcessor) {
  for (const DType dtype : kDTypes) {
    for (const int64_t cols : {int64_t{0}, int64_t{1}, int64_t{3}, int64_t{64}, int64_t{2050}}) {
      for (const DType index : {kInt32, kInt64}) {
        const Take params = {10, cols, 6, index};
        const Memory source = RandomMemory(dtype, 6 * cols, cols == 64 && index == kInt64);
        Memory indices(index, 10);
        const double named[] = {0, 5, -1, -6, 6, -7, 2147483647, -2147483648.0, 3, 2};
        for (int64_t i = 0; i < 10; ++i) indices.Set(i, named[i]);
        Memory got(dtype, 10 * cols), want(dtype, 10 * cols);
        RunInOrders(kOp_take, dtype, params, {&source, &indices}, {&got}, 10);
        RunOnProcessor(kOp_take, dtype, params, {&source, &indices}, {&want}, 10);
        EXPECT(got.SameBits(want), "take", dtype, cols);
      }
      Memory got(dtype, 3 * cols, cols == 3), want(dtype, 3 * cols);
      const Fill params = {cols, dtype == kFloat16 ? 65520.0 : -1.5};
      RunInOrders(kOp_fill, dtype, params, {}, {&got}, 3);
      RunOnProcessor(kOp_fill, dtype, params, {}, {&want}, 3);
      EXPECT(got.SameBits(want), "fill", dtype, cols);
    }
  }
}

// Few and many equal indices, runs over several chunks, all alike, some out of range.
TEST(ScatteredRowsAddUpInOrder) {
  for (const DType dtype : {kUInt8, kInt32, kInt64, kFloat32, kFloat64, kBFloat16, kFloat16}) {
    const bool half = dtype == kBFloat16 || dtype == kFloat16;
    for (const int64_t rows : {0, 1, 31, 33, 500, 2500}) {
      for (const int64_t sources : {1, 3, 40, 3000}) {
        for (const int64_t cols : {1, 5, 64}) {
          const DType index = rows % 2 ? kInt32 : kInt64;
          const Take params = {rows, cols, sources, index};
          const Memory updates = RandomMemory(dtype, rows * cols, 0, false);
          Memory indices(index, rows), wide(half ? kFloat32 : dtype, rows * cols);
          for (int64_t r = 0; r < rows; ++r) {
            const int64_t named = test::RandomBetween(-sources - (r % 50 == 7), sources - (r % 50 != 8));
            indices.Set(r, static_cast<double>(sources == 40 && r % 3 ? 7 : named));
          }
          for (int64_t i = 0; i < wide.count(); ++i) wide.Set(i, updates.Number(i));
          Memory got(dtype, sources * cols), want(wide.dtype(), sources * cols);
          RunInOrders(kOp_scatter_add, dtype, params, {&updates, &indices}, {&got}, 1);
          RunOnProcessor(kOp_scatter_add, wide.dtype(), params, {&wide, &indices}, {&want}, 1);
          const double ulp = dtype == kFloat64 ? 0x1p-52 : 0x1p-23;
          const double rounding = dtype == kBFloat16 ? 0x1p-8 : dtype == kFloat16 ? 0x1p-11 : 0;
          const double sum = 9.0 * static_cast<double>(rows);
          ExpectClose(got, want, IsFloating(dtype) ? 16 * ulp + rounding : 0, IsFloating(dtype) ? ulp * sum : 0,
                      "scatter_add " + test::Join(dtype, rows, sources, cols));
        }
      }
    }
  }
}

}  // namespace
}  // namespace keraunos::cuda

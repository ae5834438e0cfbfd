#include "device_test.h"

namespace keraunos::cuda {
namespace {

// Pools as Keras makes them: every window meets the input.
Pooling RandomPooling(int64_t channels) {
  Pooling p = {};
  p.batch = test::RandomBetween(1, 3);
  p.channels = channels;
  const int64_t rank = test::RandomBetween(1, 3);
  for (int axis = 0; axis < 3; ++axis) {
    const bool used = axis >= 3 - rank;
    p.window[axis] = used ? test::RandomBetween(1, rank == 3 ? 2 : 4) : 1;
    p.stride[axis] = used ? test::RandomBetween(1, 3) : 1;
    p.in[axis] = used ? test::RandomBetween(p.window[axis], 9) : 1;
    if (used && test::RandomBetween(0, 1)) {  // "same"
      p.out[axis] = (p.in[axis] + p.stride[axis] - 1) / p.stride[axis];
      const int64_t total = (p.out[axis] - 1) * p.stride[axis] + p.window[axis] - p.in[axis];
      p.low[axis] = total > 0 ? total / 2 : 0;
    } else {
      p.out[axis] = (p.in[axis] - p.window[axis]) / p.stride[axis] + 1;
    }
  }
  p.blocks = 1;
  p.activation = test::RandomBetween(0, 2) == 0 ? kRelu : kLinear;
  return p;
}

bool Half(DType dtype) { return dtype == kBFloat16 || dtype == kFloat16; }
Memory Widened(const Memory& memory) {
  if (!Half(memory.dtype())) return memory;
  Memory wide(kFloat32, memory.count());
  for (int64_t i = 0; i < memory.count(); ++i) wide.Set(i, memory.Number(i));
  return wide;
}

void Expect(uint32_t op, DType dtype, const Memory& got, const Memory& want, const Pooling& p) {
  // The same sums in the same order; halves are rounded once.
  const double rounding = dtype == kBFloat16 ? 0x1p-8 : dtype == kFloat16 ? 0x1p-11 : 0;
  ExpectClose(got, want, rounding, dtype == kFloat16 ? 6e-8 : 0,
              std::string(GetOp(op).name) + " of " +
                  test::Join(dtype, p.channels, p.in[0], p.in[1], p.in[2], p.window[0], p.window[1], p.window[2],
                             p.stride[1], p.stride[2], p.low[1], p.low[2]));
}

void Compare(DType dtype, const Pooling& p, int64_t shift) {
  const DType reference = Half(dtype) ? kFloat32 : dtype;
  const int64_t inputs = p.batch * p.in[0] * p.in[1] * p.in[2] * p.channels;
  const int64_t outputs = p.batch * p.out[0] * p.out[1] * p.out[2] * p.channels;
  Memory x = RandomMemory(dtype, inputs, shift), dy = RandomMemory(dtype, outputs, shift, false);
  for (int64_t i = 0; i + 1 < inputs; i += 3) x.Set(i, x.Number(i + 1));  // ties
  const Memory wide_x = Widened(x), wide_dy = Widened(dy);
  Memory got(dtype, outputs, shift), want(reference, outputs), dx(dtype, inputs, shift), wanted_dx(reference, inputs);
  Memory index(kUInt8, outputs, shift), wanted_index(kUInt8, outputs);
  for (const uint32_t op : {uint32_t{kOp_max_pool}, uint32_t{kOp_average_pool}}) {
    RunInOrders(op, dtype, p, {&x}, {&got}, p.batch);
    RunOnProcessor(op, reference, p, {&wide_x}, {&want}, p.batch);
    Expect(op, dtype, got, want, p);
  }
  RunInOrders(kOp_max_pool_index, dtype, p, {&x}, {&got, &index}, p.batch);
  RunOnProcessor(kOp_max_pool_index, reference, p, {&wide_x}, {&want, &wanted_index}, p.batch);
  Expect(kOp_max_pool_index, dtype, got, want, p);
  EXPECT(index.SameBits(wanted_index), "index", dtype);
  RunInOrders(kOp_max_unpool, dtype, p, {&dy, &index}, {&dx}, p.batch);
  RunOnProcessor(kOp_max_unpool, reference, p, {&wide_dy, &index}, {&wanted_dx}, p.batch);
  Expect(kOp_max_unpool, dtype, dx, wanted_dx, p);
  RunInOrders(kOp_max_pool_grad, dtype, p, {&dy, &x}, {&dx}, p.batch);
  RunOnProcessor(kOp_max_pool_grad, reference, p, {&wide_dy, &wide_x}, {&wanted_dx}, p.batch);
  Expect(kOp_max_pool_grad, dtype, dx, wanted_dx, p);
  RunInOrders(kOp_average_pool_grad, dtype, p, {&dy}, {&dx}, p.batch);
  RunOnProcessor(kOp_average_pool_grad, reference, p, {&wide_dy}, {&wanted_dx}, p.batch);
  Expect(kOp_average_pool_grad, dtype, dx, wanted_dx, p);
}

TEST(PoolsAgreeWithTheProcessor) {
  for (const DType dtype : {kFloat32, kFloat64, kBFloat16, kFloat16}) {
    for (const int64_t channels : {1, 3, 8, 16}) {
      for (int64_t trial = 0; trial < test::Trials(12); ++trial) {
        Compare(dtype, RandomPooling(channels), trial % 4 == 3);
      }
    }
  }
}

TEST(NoImagesAndNoChannels) {
  Pooling p = RandomPooling(4);
  p.batch = 0;
  Memory nothing(kFloat32, 0);
  RunInOrders(kOp_max_pool, kFloat32, p, {&nothing}, {&nothing}, 0);
  p.batch = 2;
  p.channels = 0;
  RunInOrders(kOp_average_pool_grad, kFloat32, p, {&nothing}, {&nothing}, 2);
}

}  // namespace
}  // namespace keraunos::cuda

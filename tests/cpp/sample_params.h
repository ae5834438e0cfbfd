// A small valid Program for any op and dtype: random params, slots of exactly the extent that the op's check asks for.
#pragma once
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "base/error.h"
#include "kernels/check.h"
#include "program/ops.h"
#include "program_bytes.h"
#include "test.h"

namespace keraunos {

struct Sample {
  std::string params;
  int64_t units;
};

template <class Params>
Sample MakeSample(const Params& params, int64_t units) {
  return {std::string(reinterpret_cast<const char*>(&params), sizeof(params)), units};
}

inline Sample SampleParams(Op op) {
  const auto size = [] { return test::RandomBetween(1, 20); };
  const int64_t a = size(), b = size(), c = size();
  if (op <= kOp_where) {
    Elementwise params = ContiguousElementwise({a, b, c});
    if (test::RandomBetween(0, 1)) params.strides[1][test::RandomBetween(0, 2)] = 0;
    return MakeSample(params, a);
  }
  switch (op) {
    case kOp_cast:
      return MakeSample(Cast{b, test::RandomBetween(0, kNumDTypes - 1), 0.5, 1}, a);
    case kOp_strided_read:
      return MakeSample(StridedRead{3, {a, b, c}, {1, a, a * b}, 3}, a);
    case kOp_strided_write:
      return MakeSample(StridedWrite{3, {a, b, c}, {b * c * 2, c, 1}, 3}, a);
    case kOp_fill:
      return MakeSample(Fill{b, 1.5}, a);
    case kOp_take:
      return MakeSample(Take{a, b, c, test::RandomBetween(0, 1) ? kInt32 : kInt64}, a);
    case kOp_scatter_add:
      return MakeSample(Take{a, b, c, test::RandomBetween(0, 1) ? kInt32 : kInt64}, 1);
    case kOp_group_rows:
      return MakeSample(GroupRows{a, c}, 1);
    case kOp_batch:
      return MakeSample(Batch{a, b, c, test::RandomBetween(0, 5), test::RandomBetween(0, kNumDTypes - 1), 0.5, 1}, a);
    case kOp_gemm_pack:
      return MakeSample(Pack{a, b * 5, a + b * 5, test::RandomBetween(0, 1)}, (b * 5 + 47) / 48);
    case kOp_gemm:
    case kOp_gemm_bias:
    case kOp_gemm_update:
    case kOp_gemm_add: {
      const int64_t most = 60, batch = test::RandomBetween(1, 2), axis = test::RandomBetween(0, 1);
      const Gemm params = {a,
                           b,
                           c,
                           most,
                           most,
                           most,
                           test::RandomBetween(0, 1),
                           test::RandomBetween(0, 1),
                           batch,
                           most * most,
                           most * most,
                           most * most,
                           axis,
                           3,
                           test::RandomBetween(0, 3)};
      return MakeSample(params, batch * (axis ? (b + 2) / 3 : a));
    }
    case kOp_gemm_packed:
    case kOp_gemm_packed_bias:
      return MakeSample(Gemm{a, b * 5, c, c, 0, b * 5, 0, 0, 1, 0, 0, 0, 0, 0, test::RandomBetween(0, 3)}, a);
    case kOp_triangular_solve:
    case kOp_cholesky:
    case kOp_eigh:
      return MakeSample(Linalg{a, b, b, c, c % 2, a % 2, b % 2}, a);
    case kOp_lu:
    case kOp_svd:
      return MakeSample(Linalg{a, b, c, 0, 0, 0, 0}, a);
    case kOp_qr:
      return MakeSample(Linalg{a, b, c, test::RandomBetween(1, b), 0, 0, 0}, a);
    case kOp_fft:
      return MakeSample(Fft{a, 60, 3, test::RandomBetween(0, 1), {4, 3, 5}}, a);
    case kOp_resize:
      return MakeSample(Resize{a, b, test::RandomBetween(1, 5), c, a, test::RandomBetween(1, 6), 2}, b);
    case kOp_warp:
    case kOp_warp_grad:
      return MakeSample(Warp{a, b, test::RandomBetween(1, 4), b, c, test::RandomBetween(1, 3), 2, c % 2,
                             test::RandomBetween(0, 3), 1.5},
                        a);
    default:
      break;
  }
  if (op >= kOp_sum && op <= kOp_cumsum) return MakeSample(Reduce{a, b, c}, a > 1 ? a : c);
  if (op >= kOp_softmax && op <= kOp_sparse_softmax_cross_entropy_grad) return MakeSample(Rows{a, b, 0}, a);
  if (op >= kOp_conv && op <= kOp_depthwise_conv_kernel_grad) {
    const bool depthwise = op >= kOp_depthwise_conv;
    const bool gradient = op == kOp_conv_kernel_grad || op == kOp_depthwise_conv_kernel_grad;
    const int64_t groups = depthwise ? b : 1, filters = depthwise ? 2 * b : c, split = test::RandomBetween(1, 3);
    const int64_t stride = test::RandomBetween(1, 3), out = (8 - 3) / stride + 1;
    const int64_t panel = !depthwise && !gradient && test::RandomBetween(0, 1);
    // 3x3 taps, one element of padding before.
    const Convolution params = {a,
                                b,
                                filters,
                                groups,
                                {1, 7, 7},
                                {1, out, out},
                                {1, 3, 3},
                                {1, stride, stride},
                                {1, 1, 1},
                                {0, 1, 1},
                                panel,
                                split,
                                test::RandomBetween(0, 1)};
    return MakeSample(params, gradient ? split : a * split);
  }
  if (op >= kOp_winograd_conv && op <= kOp_winograd_kernel_grads) {
    const bool forward = op == kOp_winograd_conv || op == kOp_winograd_conv_bias;
    const bool kernels = op == kOp_winograd_kernels || op == kOp_winograd_kernel_grads;
    const int64_t tile = test::RandomBetween(1, 2) * 2, split = kernels ? 1 : test::RandomBetween(1, 2);
    const Winograd params = {a,      forward ? 0 : test::RandomBetween(0, 3),
                             b,      c,
                             {6, 9}, {6, 9},
                             {1, 1}, 3,
                             tile,   test::RandomBetween(0, 1) ? 32 : 48,
                             split,  test::RandomBetween(0, 1)};
    return MakeSample(params, kernels ? b : a * split);
  }
  if (op >= kOp_max_pool && op <= kOp_average_pool_grad) {
    const int64_t blocks = op == kOp_max_pool_grad ? 1 : test::RandomBetween(1, 3);
    const bool wide = op != kOp_max_pool_index && test::RandomBetween(0, 1);
    // Windows of 3 or 16 every 2, one element of padding on both sides.
    const int64_t window = wide ? 16 : 3, in = window + test::RandomBetween(0, 6), out = (in + 2 - window) / 2 + 1;
    const Pooling params = {
        a, b, {1, in, in}, {1, out, out}, {1, window, window}, {1, 2, 2}, {0, 1, 1}, blocks, test::RandomBetween(0, 1)};
    return MakeSample(params, a * blocks);
  }
  if (op >= kOp_channel_moments && op <= kOp_channel_norm_grad) {
    const bool merge = op == kOp_channel_moments_merge || op == kOp_channel_norm_sums_merge;
    return MakeSample(ChannelNorm{a, b, c, test::RandomBetween(0, 1), 1e-3}, merge ? b : CeilDivide(a, c));
  }
  if (op >= kOp_layer_norm && op <= kOp_layer_norm_sums) {
    const LayerNorm params = {a, b, c, test::RandomBetween(0, 1), 1e-3};
    return MakeSample(params, op == kOp_layer_norm_sums ? CeilDivide(a, c) : a);
  }
  if (op >= kOp_random_uniform && op <= kOp_dropout) return MakeSample(Random{b, 0.25, 1}, a);
  if (op >= kOp_sum_rows) return MakeSample(GroupedUpdate{b, c, {0.9, 0.999, 1e-7}}, a);
  return MakeSample(Update{b, {0.9, 0.999, 1e-7}}, a);
}

// Slot sizes, found by asking the check, one byte count after the other, and so are the units if `fix_units`. Throws as
// the check does when the params are refused, or when an operand would take more than `most` bytes.
inline std::vector<uint64_t> SlotBytes(Op op, DType dtype, Sample& sample, uint64_t most, bool fix_units) {
  const OpRow& row = GetOp(op);
  std::vector<uint64_t> bytes(row.inputs + row.outputs, 0);
  while (true) {
    std::vector<CheckOperand> operands;
    for (uint64_t size : bytes) operands.push_back({size, 0});
    Check check(op, dtype, sample.units, sample.params.data(), operands.data(), row.inputs);
    try {
      row.check(check);
      return bytes;
    } catch (const InputError& error) {
      unsigned operand = 0;
      unsigned long long needed = 0;
      long long had = 0, units = 0;
      if (std::sscanf(error.what(), "operand %u needs %llu", &operand, &needed) == 2 && needed <= most) {
        bytes[operand] = needed;
      } else if (fix_units && std::sscanf(error.what(), "group has %lld units, params say %lld", &had, &units) == 2) {
        sample.units = units;
      } else {
        throw;
      }
    }
  }
}

// One instruction on slots of `bytes`, cut into up to `items` runs of units.
inline ProgramBytes OneInstruction(Op op, DType dtype, const Sample& sample, const std::vector<uint64_t>& bytes,
                                   int64_t items) {
  ProgramBytes p;
  std::vector<uint32_t> used;
  for (uint64_t size : bytes) used.push_back(p.Slot(size, true));
  p.instructions.push_back({op, static_cast<uint32_t>(dtype), 0, static_cast<uint32_t>(used.size()), 0});
  p.operands = used;
  p.params = sample.params;
  const int64_t chunk = std::max<int64_t>(1, CeilDivide(sample.units, items));
  p.EndGroup(1, static_cast<uint64_t>(sample.units), static_cast<uint64_t>(chunk));
  p.EndPhase(1, test::RandomBetween(0, 1) != 0);
  return p;
}

inline ProgramBytes SampleProgram(Op op, DType dtype) {
  Sample sample = SampleParams(op);
  const std::vector<uint64_t> bytes = SlotBytes(op, dtype, sample, UINT64_MAX, false);
  return OneInstruction(op, dtype, sample, bytes, test::RandomBetween(1, sample.units));
}

}  // namespace keraunos

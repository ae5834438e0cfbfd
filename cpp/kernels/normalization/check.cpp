#include "kernels/check.h"

namespace keraunos {

void CheckChannelNorm(Check& check) {
  const auto& p = check.params<ChannelNorm>();
  const int64_t elements = Product({p.rows, p.channels});
  check.Requires(p.block >= 1, "a block has at least one row");
  check.Requires(p.activation == kLinear || p.activation == kRelu, "the activation of a normalization is none or relu");
  const int64_t blocks = CeilDivide(p.rows, p.block);
  const int64_t parts = Product({blocks, 2, p.channels});
  Product({blocks, p.block});
  // Kernels keep three rows in their scratch memory.
  check.Requires(p.channels <= kScratchBytes / 3 / DTypeBytes(check.dtype), "three rows fit into scratch memory");
  const bool merge = check.op == kOp_channel_moments_merge || check.op == kOp_channel_norm_sums_merge;
  check.HasUnits(merge ? p.channels : blocks);
  switch (check.op) {
    case kOp_channel_moments:
      check.Needs(0, check.dtype, elements);
      check.Output(0, check.dtype, parts);
      break;
    case kOp_channel_moments_merge:
      check.Needs(0, check.dtype, parts);
      check.Output(0, check.dtype, p.channels);
      check.Output(1, check.dtype, p.channels);
      break;
    case kOp_channel_norm:
      check.Needs(0, check.dtype, elements);
      for (uint32_t i = 1; i < 5; ++i) check.Needs(i, check.dtype, p.channels);
      check.Output(0, check.dtype, elements);
      break;
    case kOp_channel_norm_sums:
      check.Needs(0, check.dtype, elements);
      check.Needs(1, check.dtype, elements);
      for (uint32_t i = 2; i < 6; ++i) check.Needs(i, check.dtype, p.channels);
      check.Output(0, check.dtype, parts);
      break;
    case kOp_channel_norm_sums_merge:
      check.Needs(0, check.dtype, parts);
      check.Needs(1, check.dtype, p.channels);
      check.Output(0, check.dtype, p.channels);
      check.Output(1, check.dtype, p.channels);
      break;
    default:
      check.Needs(0, check.dtype, elements);
      check.Needs(1, check.dtype, elements);
      for (uint32_t i = 2; i < 8; ++i) check.Needs(i, check.dtype, p.channels);
      check.Output(0, check.dtype, elements);
  }
}

void CheckLayerNorm(Check& check) {
  const auto& p = check.params<LayerNorm>();
  const int64_t elements = Product({p.rows, p.cols});
  check.Needs(0, check.dtype, elements);
  if (check.op == kOp_layer_norm) {
    check.HasUnits(p.rows);
    check.Needs(1, check.dtype, p.cols);
    check.Needs(2, check.dtype, p.cols);
    check.Output(0, check.dtype, elements);
    check.Output(1, check.dtype, p.rows);
    check.Output(2, check.dtype, p.rows);
    return;
  }
  check.Needs(1, check.dtype, elements);
  if (check.op == kOp_layer_norm_grad) {
    check.HasUnits(p.rows);
    check.Needs(2, check.dtype, p.cols);
    check.Needs(3, check.dtype, p.rows);
    check.Needs(4, check.dtype, p.rows);
    check.Output(0, check.dtype, elements);
    return;
  }
  check.Requires(p.block >= 1, "a block has at least one row");
  const int64_t blocks = CeilDivide(p.rows, p.block);
  Product({blocks, p.block});
  check.HasUnits(blocks);
  check.Needs(2, check.dtype, p.rows);
  check.Needs(3, check.dtype, p.rows);
  check.Output(0, check.dtype, Product({blocks, p.cols}));
  check.Output(1, check.dtype, Product({blocks, p.cols}));
}

}  // namespace keraunos

#include "kernels/check.h"

namespace keraunos {
namespace {

// The shape of a convolution makes sense: what kernels divide by is positive, and every output position is where the
// kernels look for it.
void CheckShape(Check& check, const Convolution& p) {
  constexpr int64_t kMost = int64_t{1} << 31;
  check.Requires(p.batch >= 0 && p.channels >= 1 && p.filters >= 1 && p.groups >= 1, "extents must be positive");
  check.Requires(p.batch < kMost && p.channels < kMost && p.filters < kMost, "extents out of range");
  check.Requires(p.channels % p.groups == 0 && p.filters % p.groups == 0, "groups must divide channels and filters");
  check.Requires(p.split >= 1 && p.split <= (int64_t{1} << 20), "split must be in [1, 2^20]");
  check.Requires(p.activation == kLinear || p.activation == kRelu, "only relu can be fused");
  for (int d = 0; d < 3; ++d) {
    check.Requires(p.in[d] >= 0 && p.in[d] < kMost && p.out[d] >= 0 && p.out[d] < kMost, "extents out of range");
    check.Requires(p.kernel[d] >= 1 && p.kernel[d] < kMost && p.stride[d] >= 1 && p.stride[d] < kMost &&
                       p.dilation[d] >= 1 && p.dilation[d] < kMost && p.low[d] > -kMost && p.low[d] < kMost,
                   "kernel, strides and dilations must be positive");
  }
  // Units number lines.
  Product({p.split, p.in[0], p.in[1]});
  Product({p.split, p.out[0], p.out[1]});
}

// The smallest block (one line, eight pixels) of a window must fit into scratch.
void CheckWindow(Check& check, const Convolution& p) {
  const int64_t lines = (p.kernel[1] - 1) * p.dilation[1] + 1;
  const int64_t pixels = 7 * p.stride[2] + (p.kernel[2] - 1) * p.dilation[2] + 1;
  const int64_t depth = (p.channels > p.filters ? p.channels : p.filters) / p.groups;
  check.Requires(Product({lines, pixels, depth, DTypeBytes(check.dtype)}) <= kScratchBytes,
                 "the kernel's window does not fit into 4 MB");
}

int64_t Input(const Convolution& p) { return Product({p.batch, p.in[0], p.in[1], p.in[2], p.channels}); }
int64_t Output(const Convolution& p) { return Product({p.batch, p.out[0], p.out[1], p.out[2], p.filters}); }
int64_t Weights(const Convolution& p) {
  return Product({p.kernel[0], p.kernel[1], p.kernel[2], p.channels / p.groups, p.filters});
}

// In panels of 48 columns: rows are taps and channels (forward) or taps and filters.
int64_t PackedWeights(const Convolution& p, bool backward) {
  const int64_t rows = Product({p.kernel[0], p.kernel[1], p.kernel[2], backward ? p.filters : p.channels});
  return Product({rows, CeilDivide(backward ? p.channels : p.filters, 48), 48});
}

// Every channel is a group, and the window with repeated channels takes at most half of scratch.
void CheckDepthwise(Check& check, const Convolution& p) {
  check.Requires(p.groups == p.channels && p.panel == 0, "a depthwise convolution has a group per channel");
  const int64_t lines = (p.kernel[1] - 1) * p.dilation[1] + 1;
  const int64_t pixels = 7 * p.stride[2] + (p.kernel[2] - 1) * p.dilation[2] + 1;
  check.Requires(Product({lines, pixels, p.channels + p.filters, DTypeBytes(check.dtype)}) <= kScratchBytes / 2,
                 "the kernel's window does not fit into 2 MB");
  check.Requires(Product({p.filters, DTypeBytes(check.dtype)}) <= kScratchBytes / 2, "too many channels");
}

}  // namespace

void CheckConvolution(Check& check) {
  const auto& p = check.params<Convolution>();
  CheckShape(check, p);
  CheckWindow(check, p);
  const bool depthwise = check.op == kOp_depthwise_conv || check.op == kOp_depthwise_conv_bias ||
                         check.op == kOp_depthwise_conv_input_grad || check.op == kOp_depthwise_conv_kernel_grad;
  if (depthwise) CheckDepthwise(check, p);
  check.Requires(p.panel == 0 || (p.panel == 1 && p.groups == 1), "only kernels of one group are packed");
  if (check.op == kOp_conv_kernel_grad || check.op == kOp_depthwise_conv_kernel_grad) {
    check.HasUnits(p.split);
    check.Needs(0, check.dtype, Input(p));
    check.Needs(1, check.dtype, Output(p));
    check.Output(0, check.dtype, Product({p.split, Weights(p)}));
    return;
  }
  check.HasUnits(Product({p.batch, p.split}));
  const bool backward = check.op == kOp_conv_input_grad || check.op == kOp_depthwise_conv_input_grad;
  check.Needs(0, check.dtype, backward ? Output(p) : Input(p));
  check.Needs(1, check.dtype, p.panel ? PackedWeights(p, backward) : Weights(p));
  if (check.op == kOp_conv_bias || check.op == kOp_depthwise_conv_bias) check.Needs(2, check.dtype, p.filters);
  check.Output(0, check.dtype, backward ? Input(p) : Output(p));
}

}  // namespace keraunos

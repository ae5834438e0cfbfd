#include "kernels/check.h"

namespace keraunos {

void CheckWinograd(Check& check) {
  const auto& p = check.params<Winograd>();
  constexpr int64_t kMost = int64_t{1} << 31;
  const bool known = (p.kernel == 3 && (p.tile == 2 || p.tile == 4)) || (p.kernel == 5 && p.tile == 2);
  check.Requires(known, "transforms are F(4, 3), F(2, 3) and F(2, 5)");
  check.Requires(p.panel == 32 || p.panel == 48, "panels have 32 or 48 columns");
  check.Requires(p.channels >= 1 && p.filters >= 1 && p.first >= 0 && p.batch >= 0, "extents must be positive");
  check.Requires(p.channels < kMost && p.filters < kMost && p.first < kMost && p.batch < kMost, "extents out of range");
  check.Requires(p.activation == kLinear || p.activation == kRelu, "only relu can be fused");
  for (int d = 0; d < 2; ++d) {
    check.Requires(
        p.in[d] >= 0 && p.in[d] < kMost && p.out[d] >= 0 && p.out[d] < kMost && p.low[d] > -kMost && p.low[d] < kMost,
        "extents out of range");
  }
  const int64_t points = (p.kernel + p.tile - 1) * (p.kernel + p.tile - 1);
  const int64_t down = CeilDivide(p.out[0], p.tile), across = CeilDivide(p.out[1], p.tile);
  check.Requires(p.split >= 1 && (p.split == 1 || p.split <= down), "split must be at most the lines of tiles");
  const int64_t images = p.first + p.batch;
  const int64_t x = Product({images, p.in[0], p.in[1], p.channels});
  const int64_t y = Product({images, p.out[0], p.out[1], p.filters});
  const int64_t tiles = Product({p.batch, down, across});
  // Points of planes with `elements`.
  const auto planes = [&](int64_t elements) {
    check.Requires(elements <= INT64_MAX - kWinogradPad, "sizes overflow");
    return Product({points, elements + kWinogradPad});
  };
  const int64_t panels = CeilDivide(p.filters, p.panel);
  switch (check.op) {
    case kOp_winograd_kernels:
      check.HasUnits(p.channels);
      check.Needs(0, check.dtype, Product({p.kernel, p.kernel, p.channels, p.filters}));
      check.Output(0, check.dtype, Product({panels, planes(Product({p.channels, p.panel}))}));
      break;
    case kOp_winograd_inputs:
      check.HasUnits(Product({p.batch, p.split}));
      check.Needs(0, check.dtype, x);
      check.Output(0, check.dtype, planes(Product({tiles, p.channels})));
      break;
    case kOp_winograd_output_grads:
      check.HasUnits(Product({p.batch, p.split}));
      check.Needs(0, check.dtype, y);
      check.Output(0, check.dtype, planes(Product({tiles, p.filters})));
      break;
    case kOp_winograd_kernel_grads:
      check.HasUnits(p.channels);
      check.Needs(0, check.dtype, planes(Product({p.channels, p.filters})));
      check.Output(0, check.dtype, Product({p.kernel, p.kernel, p.channels, p.filters}));
      break;
    default:
      check.HasUnits(Product({p.batch, p.split}));
      check.Requires(p.first == 0, "forward takes all images");
      // The largest block: 32 tiles when they fit in 576 KB, else at least 16.
      check.Requires(Product({points, 16 * p.channels + 32 * p.panel + 32, DTypeBytes(check.dtype)}) <=
                         kScratchBytes - (576 << 10),
                     "too many channels for the scratch memory");
      check.Needs(0, check.dtype, x);
      check.Needs(1, check.dtype, Product({panels, planes(Product({p.channels, p.panel}))}));
      if (check.op == kOp_winograd_conv_bias) check.Needs(2, check.dtype, p.filters);
      check.Output(0, check.dtype, y);
  }
}

}  // namespace keraunos

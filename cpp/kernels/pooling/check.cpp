#include "kernels/check.h"

namespace keraunos {

void CheckPooling(Check& check) {
  const auto& p = check.params<Pooling>();
  const int64_t inputs = Product({p.batch, p.in[0], p.in[1], p.in[2], p.channels});
  const int64_t outputs = Product({p.batch, p.out[0], p.out[1], p.out[2], p.channels});
  const int64_t window = Product({p.window[0], p.window[1], p.window[2]});
  for (int axis = 0; axis < 3; ++axis) {
    check.Requires(p.window[axis] >= 1 && p.stride[axis] >= 1, "windows and strides are at least 1");
    check.Requires(p.window[axis] <= INT32_MAX && p.stride[axis] <= INT32_MAX, "windows and strides fit into int32");
    check.Requires(p.low[axis] >= 0 && p.low[axis] < p.window[axis], "padding is smaller than the window");
    check.Requires(p.in[axis] <= INT32_MAX && p.out[axis] <= INT32_MAX, "spatial extents fit into int32");
    check.Requires(
        p.out[axis] == 0 || (p.in[axis] > 0 && (p.out[axis] - 1) * p.stride[axis] - p.low[axis] < p.in[axis]),
        "every window has an element inside the input");
  }
  const bool forward = check.op != kOp_max_unpool && check.op != kOp_max_pool_grad && check.op != kOp_average_pool_grad;
  const int64_t* lines = forward ? p.out : p.in;
  check.Requires(p.blocks >= 1 && p.blocks <= (int64_t{1} << 20), "an image has 1 to 2^20 blocks");
  Product({p.blocks, lines[0], lines[1]});
  check.Requires(p.activation == kLinear || p.activation == kRelu, "the activation of a pool is none or relu");
  check.HasUnits(Product({p.batch, p.blocks}));
  switch (check.op) {
    case kOp_max_unpool:
      check.Needs(0, check.dtype, outputs);
      check.Needs(1, kUInt8, outputs);
      check.Output(0, check.dtype, inputs);
      break;
    case kOp_average_pool_grad:
      check.Needs(0, check.dtype, outputs);
      check.Output(0, check.dtype, inputs);
      break;
    case kOp_max_pool_grad:
      check.Requires(p.blocks == 1, "max_pool_grad takes whole images");
      check.Needs(0, check.dtype, outputs);
      check.Needs(1, check.dtype, inputs);
      check.Output(0, check.dtype, inputs);
      break;
    case kOp_max_pool_index:
      check.Requires(window <= 255, "an index of one byte serves windows of at most 255 elements");
      check.Output(1, kUInt8, outputs);
      [[fallthrough]];
    default:
      check.Needs(0, check.dtype, inputs);
      check.Output(0, check.dtype, outputs);
  }
}

}  // namespace keraunos

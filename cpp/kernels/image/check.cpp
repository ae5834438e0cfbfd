#include "kernels/check.h"

namespace keraunos {

namespace {
int64_t ResultDType(const Check& check) { return check.dtype == kUInt8 ? int64_t{kFloat32} : check.dtype; }
}  // namespace

void CheckResize(Check& check) {
  const auto& params = check.params<Resize>();
  const int64_t line = Product({params.width, params.channels});
  check.Requires(Product({params.column_taps, params.channels, 8}) <= kScratchBytes,
                 "the pixels that make up one pixel must fit into scratch");
  check.Requires(params.row_taps > 0 && params.column_taps > 0, "a resize needs at least one tap");
  check.Needs(0, check.dtype, Product({check.units, params.height, line}));
  check.Needs(1, kInt32, Product({params.out_height, 2}));
  check.Needs(2, ResultDType(check), Product({params.out_height, params.row_taps}));
  check.Needs(3, kInt32, Product({params.out_width, 2}));
  check.Needs(4, ResultDType(check), Product({params.out_width, params.column_taps}));
  check.Output(0, ResultDType(check), Product({check.units, params.out_height, params.out_width, params.channels}));
}

void CheckWarp(Check& check) {
  const auto& params = check.params<Warp>();
  // Coordinates are float32: beyond 2^24 neighbouring pixels share one.
  check.Requires(params.height <= int64_t{1} << 24 && params.width <= int64_t{1} << 24,
                 "an image of at most 2^24 rows");
  check.Requires(params.out_width <= int64_t{1} << 24, "at most 2^24 output columns");
  check.Requires(params.transforms > 0 && params.images_per_transform > 0, "a warp needs at least one transform");
  const int64_t images = Product({check.units, params.height, params.width, params.channels});
  const int64_t results = Product({check.units, params.out_height, params.out_width, params.channels});
  check.Needs(0, check.dtype, check.op == kOp_warp ? images : results);
  check.Needs(1, kFloat32, Product({params.transforms, 8}));
  check.Output(0, ResultDType(check), check.op == kOp_warp ? results : images);
}

}  // namespace keraunos

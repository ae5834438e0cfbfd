#include "device_test.h"

namespace keraunos::cuda {
namespace {

DType Result(DType dtype) { return dtype == kUInt8 ? kFloat32 : dtype; }

TEST(ResizesAgreeWithTheProcessor) {
  for (const DType dtype : {kUInt8, kFloat32, kFloat64}) {
    for (int64_t trial = 0; trial < test::Trials(30); ++trial) {
      const Resize p = {test::RandomBetween(1, 20), test::RandomBetween(1, 20), test::RandomBetween(1, 5),
                        test::RandomBetween(1, 30), test::RandomBetween(1, 30), test::RandomBetween(1, 5),
                        test::RandomBetween(1, 5)};
      const int64_t images = test::RandomBetween(0, 3);
      Memory in = RandomMemory(dtype, images * p.height * p.width * p.channels, 0, false);
      Memory row_spans(kInt32, 2 * p.out_height), column_spans(kInt32, 2 * p.out_width);
      const auto fill = [](Memory& spans, int64_t extent, int64_t taps) {
        for (int64_t i = 0; i < spans.count(); i += 2) {
          spans.Set(i, static_cast<double>(test::RandomBetween(-1, extent + 1)));
          spans.Set(i + 1, static_cast<double>(test::RandomBetween(-1, taps + 2)));
        }
      };
      fill(row_spans, p.height, p.row_taps);
      fill(column_spans, p.width, p.column_taps);
      const DType result = Result(dtype);
      const Memory row_weights = RandomMemory(result, p.out_height * p.row_taps, 0, false);
      const Memory column_weights = RandomMemory(result, p.out_width * p.column_taps, 0, false);
      Memory got(result, images * p.out_height * p.out_width * p.channels), want = got;
      RunInOrders(kOp_resize, dtype, p, {&in, &row_spans, &row_weights, &column_spans, &column_weights}, {&got},
                  images);
      RunOnProcessor(kOp_resize, dtype, p, {&in, &row_spans, &row_weights, &column_spans, &column_weights}, {&want},
                     images);
      ExpectClose(got, want, 0, 0, "resize " + test::Join(dtype, trial));
    }
  }
}

// Shifts, rotations with zoom, projections, and what has no place at all.
Memory RandomTransforms(int64_t count, double size) {
  Memory t(kFloat32, 8 * count);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t kind = test::RandomBetween(0, 4);
    for (int64_t k = 0; k < 8; ++k) t.Set(8 * i + k, k == 0 || k == 4 ? 1 : 0);
    if (kind == 0) {
      t.Set(8 * i + 2, static_cast<double>(test::RandomBetween(-3, 3)));
      t.Set(8 * i + 5, static_cast<double>(test::RandomBetween(-3, 3)));
    } else {
      for (int64_t k = 0; k < 6; ++k)
        t.Set(8 * i + k, k % 3 == 2 ? test::RandomNormal() * size / 3 : test::RandomNormal());
      if (kind == 2) t.Set(8 * i + 6, test::RandomNormal() * 0.02), t.Set(8 * i + 7, test::RandomNormal() * 0.02);
      if (kind == 3) t.Set(8 * i + 2, 1e18);
      if (kind == 4 && i == 0) t.Set(8 * i + 5, std::nan(""));
    }
  }
  return t;
}

TEST(WarpsAndTheirGradientsAgreeWithTheProcessor) {
  for (const DType dtype : {kUInt8, kFloat32, kFloat64}) {
    for (int64_t trial = 0; trial < test::Trials(80); ++trial) {
      const int64_t transforms = test::RandomBetween(1, 3), images = test::RandomBetween(0, 4);
      const Warp p = {test::RandomBetween(1, 40),
                      test::RandomBetween(1, 40),
                      test::RandomBetween(1, 7),
                      test::RandomBetween(1, 40),
                      test::RandomBetween(1, 70),
                      transforms,
                      test::RandomBetween(1, 2),
                      trial % 2,
                      trial % 4,
                      1.5};
      const Memory t = RandomTransforms(transforms, static_cast<double>(p.width));
      const DType result = Result(dtype);
      const Memory in = RandomMemory(dtype, images * p.height * p.width * p.channels, 0, false);
      Memory got(result, images * p.out_height * p.out_width * p.channels), want = got;
      RunInOrders(kOp_warp, dtype, p, {&in, &t}, {&got}, images);
      RunOnProcessor(kOp_warp, dtype, p, {&in, &t}, {&want}, images);
      ExpectClose(got, want, 0, 0, "warp " + test::Join(dtype, trial));
      if (dtype == kUInt8) continue;
      const Memory dy = RandomMemory(dtype, want.count(), 0, false);
      Memory dx(dtype, in.count()), wanted(dtype, in.count());
      RunInOrders(kOp_warp_grad, dtype, p, {&dy, &t}, {&dx}, images);
      RunOnProcessor(kOp_warp_grad, dtype, p, {&dy, &t}, {&wanted}, images);
      ExpectClose(dx, wanted, 0, 0, "warp_grad " + test::Join(dtype, trial));
    }
  }
}

}  // namespace
}  // namespace keraunos::cuda

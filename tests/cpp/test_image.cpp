// Image kernels against loops in double: sizes around blocks and taps, channels with and without a kernel of their own,
// dtypes, unit ranges, and the same bits on every ISA. Tables and transforms that no sane caller would send must stay
// inside the image.
#include "kernel_test.h"

namespace keraunos {
namespace {

template <class In>
using Result = std::conditional_t<std::is_same_v<In, double>, double, float>;

template <class In>
Guarded<In> RandomPixels(int64_t count) {
  Guarded<In> pixels(count);
  for (int64_t i = 0; i < count; ++i) {
    pixels[i] = kIsFloat<In> ? static_cast<In>(RandomUniform(-1, 1)) : static_cast<In>(test::RandomBetween(0, 255));
  }
  return pixels;
}

// Runs `op` on every ISA, whole and in pieces; all results must have the same bits. Returns them.
template <class In, class Params>
Guarded<Result<In>> RunEverywhere(Op op, const Params& params, std::vector<void*> operands, int64_t units,
                                  int64_t elements) {
  using Out = Result<In>;
  Guarded<Out> first(elements);
  bool ran = false;
  for (const Isa isa : RunnableIsas()) {
    for (const Cut cut : {Cut::kWhole, Cut::kPieces}) {
      Guarded<Out> out(elements);
      operands.back() = out.data();
      RunKernel(isa, op, kDTypeOf<In>, params, operands, units, cut);
      EXPECT(out.GuardsIntact(), GetOp(op).name, IsaName(isa), "guards");
      if (ran) EXPECT(SameBits(first, out), GetOp(op).name, IsaName(isa), "differs");
      if (!ran) std::memcpy(first.data(), out.data(), static_cast<size_t>(elements) * sizeof(Out));
      ran = true;
    }
  }
  return first;
}

// A row of a table: a few neighbouring rows and their weights.
template <class Out>
struct Table {
  Table(int64_t extent, int64_t size, int64_t taps) : spans(2 * size), weights(size * taps), taps(taps) {
    for (int64_t i = 0; i < size; ++i) {
      const int64_t count = test::RandomBetween(0, std::min(taps, extent));
      spans[2 * i] = static_cast<int32_t>(test::RandomBetween(0, extent - count));
      spans[2 * i + 1] = static_cast<int32_t>(count);
      for (int64_t k = 0; k < taps; ++k) weights[i * taps + k] = static_cast<Out>(RandomUniform(-1, 1));
    }
  }
  std::vector<double> Dense(int64_t extent, int64_t i) const {
    std::vector<double> row(extent, 0);
    for (int64_t k = 0; k < spans[2 * i + 1]; ++k) row[spans[2 * i] + k] = weights[i * taps + k];
    return row;
  }
  Guarded<int32_t> spans;
  Guarded<Out> weights;
  int64_t taps;
};

template <class In>
void TestResize(int64_t images, int64_t height, int64_t width, int64_t channels, int64_t out_height,
                int64_t out_width) {
  using Out = Result<In>;
  Table<Out> rows(height, out_height, test::RandomBetween(1, 7)), columns(width, out_width, test::RandomBetween(1, 5));
  auto in = RandomPixels<In>(images * height * width * channels);
  const Resize params = {height, width, channels, out_height, out_width, rows.taps, columns.taps};
  const auto out = RunEverywhere<In>(
      kOp_resize, params,
      {in.data(), rows.spans.data(), rows.weights.data(), columns.spans.data(), columns.weights.data(), nullptr},
      images, images * out_height * out_width * channels);
  for (int64_t n = 0; n < images; ++n) {
    for (int64_t y = 0; y < out_height; ++y) {
      for (int64_t x = 0; x < out_width; ++x) {
        const auto by_row = rows.Dense(height, y), by_column = columns.Dense(width, x);
        for (int64_t c = 0; c < channels; ++c) {
          double want = 0, size = 0;
          for (int64_t i = 0; i < height; ++i) {
            for (int64_t j = 0; j < width; ++j) {
              const double term = by_row[i] * by_column[j] * in[((n * height + i) * width + j) * channels + c];
              want += term;
              size += std::fabs(term);
            }
          }
          const double got = out[((n * out_height + y) * out_width + x) * channels + c];
          // Up to 7 + 5 additions and as many products, each good to half a unit of the largest partial sum.
          EXPECT(std::fabs(got - want) <= 16 * std::numeric_limits<Out>::epsilon() * size, "resize at", y, x, got,
                 want);
        }
      }
    }
  }
}

double Mapped(double x, double n, int64_t mode) {
  if (mode == kFillConstant) return x;
  if (mode == kFillReflect && n > 1 && (x < 0 || x > n - 1)) {
    if (x < 0) {
      x += 2 * n * std::trunc(-x / (2 * n));
      x = x < -n ? x + 2 * n : -x - 1;
    } else {
      x -= 2 * n * std::trunc(x / (2 * n));
      x = x >= n ? 2 * n - x - 1 : x;
    }
  }
  if (mode == kFillWrap && n > 1 && (x < 0 || x > n - 1)) {
    x = x < 0 ? x + n * (std::trunc(-x / (n - 1)) + 1) : x - n * std::trunc(x / (n - 1));
  }
  return std::fmin(std::fmax(x, 0), n - 1);
}

// Transforms of small dyadic numbers: coordinates are exact in float and double alike, so that no rounding decides
// which pixel is read.
template <class In>
void TestWarp(int64_t images, int64_t height, int64_t width, int64_t channels, int64_t out_height, int64_t out_width) {
  using Out = Result<In>;
  const int64_t transforms = test::RandomBetween(1, 3), shared = test::RandomBetween(1, 2);
  Guarded<float> t(transforms * 8);
  const bool shift = test::RandomBetween(0, 2) == 0;
  for (int64_t i = 0; i < transforms * 8; ++i) {
    const bool turn = i % 8 == 0 || i % 8 == 1 || i % 8 == 3 || i % 8 == 4;
    t[i] = static_cast<float>(test::RandomBetween(-8, 8)) / (shift ? 1 : turn ? 8 : 4);
    if (shift && turn) t[i] = i % 8 == 0 || i % 8 == 4;
    if (i % 8 > 5) t[i] = 0;
  }
  auto in = RandomPixels<In>(images * height * width * channels);
  for (int64_t mode = 0; mode < 4; ++mode) {
    for (int64_t bilinear = 0; bilinear < 2; ++bilinear) {
      const Warp p = {height, width, channels, out_height, out_width, transforms, shared, bilinear, mode, 0.75};
      const auto out = RunEverywhere<In>(kOp_warp, p, {in.data(), t.data(), nullptr}, images,
                                         images * out_height * out_width * channels);
      for (int64_t n = 0; n < images; ++n) {
        const float* a = t.data() + n / shared % transforms * 8;
        const auto at = [&](int64_t y, int64_t x, int64_t c) {
          if (x < 0 || y < 0 || x >= width || y >= height) return 0.75;
          return static_cast<double>(in[((n * height + y) * width + x) * channels + c]);
        };
        for (int64_t y = 0; y < out_height; ++y) {
          for (int64_t x = 0; x < out_width; ++x) {
            const double column = Mapped(double{a[0]} * x + double{a[1]} * y + a[2], width, mode);
            const double row = Mapped(double{a[3]} * x + double{a[4]} * y + a[5], height, mode);
            for (int64_t c = 0; c < channels; ++c) {
              double want = 0;
              if (bilinear) {
                const int64_t i = static_cast<int64_t>(std::floor(row)), j = static_cast<int64_t>(std::floor(column));
                const double low = row - i, right = column - j;
                want = (1 - low) * ((1 - right) * at(i, j, c) + right * at(i, j + 1, c)) +
                       low * ((1 - right) * at(i + 1, j, c) + right * at(i + 1, j + 1, c));
              } else {
                want = at(std::lround(row), std::lround(column), c);
              }
              const double got = out[((n * out_height + y) * out_width + x) * channels + c];
              const double bound = 8 * std::numeric_limits<Out>::epsilon() * (kIsFloat<In> ? 1 : 255);
              EXPECT(std::fabs(got - want) <= (bilinear ? bound : 0), "warp at", y, x, "mode", mode, got, want);
            }
          }
        }
      }
    }
  }
}

// <dy, warp(x)> == <warp_grad(dy), x> where nothing is filled in.
template <class T>
void TestWarpGradient(int64_t images, int64_t height, int64_t width, int64_t channels, int64_t out_height,
                      int64_t out_width) {
  Guarded<float> t(images * 8);
  for (int64_t i = 0; i < images * 8; ++i) t[i] = i % 8 > 5 ? 0 : static_cast<float>(RandomUniform(-2, 2));
  auto x = RandomPixels<T>(images * height * width * channels);
  auto dy = RandomPixels<T>(images * out_height * out_width * channels);
  for (int64_t mode = 0; mode < 4; ++mode) {
    const Warp p = {height, width, channels, out_height, out_width, images, 1, test::RandomBetween(0, 1), mode, 0};
    const auto y = RunEverywhere<T>(kOp_warp, p, {x.data(), t.data(), nullptr}, images, dy.size());
    const auto dx = RunEverywhere<T>(kOp_warp_grad, p, {dy.data(), t.data(), nullptr}, images, x.size());
    double forward = 0, backward = 0, size = 0;
    for (int64_t i = 0; i < dy.size(); ++i)
      forward += static_cast<double>(dy[i]) * y[i], size += std::fabs(dy[i] * y[i]);
    for (int64_t i = 0; i < x.size(); ++i) backward += static_cast<double>(dx[i]) * x[i];
    // Every term has a relative error of a few units; sums in dx have as many terms as pixels read one place.
    const double bound = 64 * std::numeric_limits<T>::epsilon() * (size + static_cast<double>(dy.size()));
    EXPECT(std::fabs(forward - backward) <= bound, "mode", mode, forward, backward);
  }
}

TEST(ResizeSizes) {
  for (int64_t channels : {1, 2, 3, 4, 5, 33}) {
    const int64_t a = test::RandomBetween(1, 9), b = test::RandomBetween(1, 9);
    TestResize<uint8_t>(2, a, b, channels, 5, 3);
    TestResize<float>(3, b, a, channels, 2, 17);
    TestResize<double>(1, a, b, channels, 9, 1);
  }
  // 1.2 million numbers in a row do not fit into scratch at once.
  TestResize<float>(1, 2, 12, 100000, 2, 7);
  TestResize<double>(1, 1, 7, 100001, 1, 9);
  TestResize<float>(0, 4, 4, 3, 5, 5);
  TestResize<float>(2, 4, 4, 3, 0, 5);
}

TEST(WarpSizes) {
  for (int round = 0; round < 6; ++round) {
    for (int64_t channels : {1, 2, 3, 4, 7}) {
      const int64_t a = test::RandomBetween(1, 9), b = test::RandomBetween(1, 9);
      TestWarp<uint8_t>(3, a, b, channels, b, a);
      TestWarp<float>(2, a, b, channels, 3, 65);
      TestWarp<double>(1, 9, 70, channels, 9, 70);
    }
  }
  TestWarp<float>(0, 4, 4, 3, 5, 5);
}

TEST(WarpGradients) {
  for (int round = 0; round < 10; ++round) {
    TestWarpGradient<float>(2, 5, 7, 3, 4, 66);
    TestWarpGradient<double>(1, test::RandomBetween(1, 9), test::RandomBetween(1, 9), 2, 6, 6);
  }
}

// Tables and transforms of any bits: results are whatever they are, reads stay inside (sanitizers watch).
TEST(HostileTables) {
  for (int round = 0; round < 200; ++round) {
    const int64_t height = test::RandomBetween(0, 5), width = test::RandomBetween(0, 5);
    auto in = RandomPixels<float>(height * width * 3);
    Guarded<int32_t> spans(8);
    for (int64_t i = 0; i < 8; ++i) {
      spans[i] = test::RandomBetween(0, 1) ? static_cast<int32_t>(test::Random()())
                                           : static_cast<int32_t>(test::RandomBetween(-2, 8));
    }
    Guarded<float> weights(RandomValues<float>(8));
    const Resize resize = {height, width, 3, 4, 4, 2, 2};
    Guarded<float> out(4 * 4 * 3);
    Guarded<float> transform(8);
    for (int64_t i = 0; i < 8; ++i) {
      const float scale = std::pow(10.0f, static_cast<float>(test::RandomBetween(-3, 38)));
      transform[i] = test::RandomBetween(0, 3) ? RandomValue<float>() * scale : RandomValue<float>();
    }
    for (const Isa isa : RunnableIsas()) {
      RunKernel(isa, kOp_resize, kFloat32, resize,
                {in.data(), spans.data(), weights.data(), spans.data(), weights.data(), out.data()}, 1);
      EXPECT(out.GuardsIntact(), "guards");
      for (int64_t mode = 0; mode < 4; ++mode) {
        for (int64_t bilinear = 0; bilinear < 2; ++bilinear) {
          const Warp warp = {height, width, 3, 4, 4, 1, 1, bilinear, mode, 0};
          RunKernel(isa, kOp_warp, kFloat32, warp, {in.data(), transform.data(), out.data()}, 1);
          Guarded<float> dx(height * width * 3);
          RunKernel(isa, kOp_warp_grad, kFloat32, warp, {out.data(), transform.data(), dx.data()}, 1);
          EXPECT(out.GuardsIntact() && dx.GuardsIntact(), "guards");
        }
      }
    }
  }
}

}  // namespace
}  // namespace keraunos

// Winograd kernels against sums in double: all transforms, extents that do and do not fill tiles, every lane count,
// units cut anywhere, many tile blocks; the exact identities of the transforms, guards, equal bits for every cut.
#include "kernel_test.h"

namespace keraunos {
namespace {

int64_t Tiles(const Winograd& p) { return CeilDivide(p.out[0], p.tile) * CeilDivide(p.out[1], p.tile); }
int64_t Points(const Winograd& p) { return (p.kernel + p.tile - 1) * (p.kernel + p.tile - 1); }

template <class T>
struct Reference {
  std::vector<double> y, dw;

  Reference(const Winograd& p, const Guarded<T>& x, const Guarded<T>& w, const Guarded<T>& dy)
      : y(dy.size(), 0.0), dw(w.size(), 0.0) {
    for (int64_t n = 0; n < p.batch; ++n) {
      for (int64_t oy = 0; oy < p.out[0]; ++oy) {
        for (int64_t ox = 0; ox < p.out[1]; ++ox) {
          for (int64_t tap = 0; tap < p.kernel * p.kernel; ++tap) {
            const int64_t iy = oy - p.low[0] + tap / p.kernel, ix = ox - p.low[1] + tap % p.kernel;
            if (iy < 0 || ix < 0 || iy >= p.in[0] || ix >= p.in[1]) continue;
            for (int64_t c = 0; c < p.channels; ++c) {
              const double value = x[((n * p.in[0] + iy) * p.in[1] + ix) * p.channels + c];
              for (int64_t f = 0; f < p.filters; ++f) {
                const int64_t out = ((n * p.out[0] + oy) * p.out[1] + ox) * p.filters + f;
                const int64_t weight = (tap * p.channels + c) * p.filters + f;
                y[out] += value * w[weight];
                dw[weight] += value * dy[out];
              }
            }
          }
        }
      }
    }
  }
};

// Root mean square error against root mean square of the result. The transforms' coefficients amplify roundings: F(4,
// 3) with these points errs by 0.6 to 1.3 e-6 of the result in float32 for 32 to 256 channels; 40 eps = 4.8e-6 bounds
// what summing over tiles adds, and a wrong coefficient errs by 1e-2 and more.
template <class T>
void ExpectClose(const Winograd& p, const char* what, Isa isa, const Guarded<T>& got, const std::vector<double>& want,
                 const std::vector<double>& bias, bool relu) {
  double error = 0, size = 0;
  EXPECT(got.GuardsIntact(), what, IsaName(isa), "guards");
  for (int64_t i = 0; i < got.size(); ++i) {
    double expected = want[i] + (bias.empty() ? 0 : bias[i % p.filters]);
    if (relu && expected < 0) expected = 0;
    error += (got[i] - expected) * (got[i] - expected);
    size += want[i] * want[i];
  }
  const double eps = std::numeric_limits<T>::epsilon();
  EXPECT(std::sqrt(error) <= 40 * eps * std::sqrt(size), what, IsaName(isa), "kernel", p.kernel, "tile", p.tile,
         "channels", p.channels, "filters", p.filters, "out", p.out[0], p.out[1], std::sqrt(error / size) / eps);
}

template <class T>
void TestOne(Winograd p) {
  auto x = RandomUniforms<T>(p.batch * p.in[0] * p.in[1] * p.channels, -1, 1);
  auto w = RandomUniforms<T>(p.kernel * p.kernel * p.channels * p.filters, -1, 1);
  auto dy = RandomUniforms<T>(p.batch * p.out[0] * p.out[1] * p.filters, -1, 1);
  auto bias = RandomUniforms<T>(p.filters, -1, 1);
  const Reference<T> want(p, x, w, dy);
  const std::vector<double> biases(bias.data(), bias.data() + bias.size());
  const int64_t points = Points(p), panels = CeilDivide(p.filters, p.panel);
  for (const Isa isa : RunnableIsas()) {
    const auto run = [&](Op op, const Winograd& q, std::vector<void*> operands, int64_t units, Cut cut = Cut::kEither) {
      RunKernel(isa, op, kDTypeOf<T>, q, operands, units, cut);
    };
    Guarded<T> kernels(panels * points * (p.channels * p.panel + kWinogradPad));
    run(kOp_winograd_kernels, p, {w.data(), kernels.data()}, p.channels);
    Guarded<T> whole(dy.size());
    run(kOp_winograd_conv, p, {x.data(), kernels.data(), whole.data()}, p.batch, Cut::kWhole);
    ExpectClose(p, "conv", isa, whole, want.y, {}, false);
    for (const int64_t split : {int64_t{1}, CeilDivide(p.out[0], p.tile)}) {
      Winograd q = p;
      q.split = split;
      Guarded<T> y(dy.size()), activated(dy.size());
      run(kOp_winograd_conv, q, {x.data(), kernels.data(), y.data()}, p.batch * split, Cut::kPieces);
      EXPECT(SameBits(y, whole), "cuts change bits", IsaName(isa), split);
      q.activation = kRelu;
      run(kOp_winograd_conv_bias, q, {x.data(), kernels.data(), bias.data(), activated.data()}, p.batch * split);
      ExpectClose(q, "conv_bias", isa, activated, want.y, biases, true);
    }
    // The gradient of the kernel, image by image: inputs and gradients of image p.first are transformed, multiplied,
    // summed.
    std::vector<double> sums(points * (p.channels * p.filters + kWinogradPad), 0.0);
    for (int64_t n = 0; n < p.batch; ++n) {
      Winograd q = p;
      q.batch = 1;
      q.first = n;
      q.split = test::RandomBetween(1, std::max<int64_t>(CeilDivide(p.out[0], p.tile), 1));
      Guarded<T> inputs(points * (Tiles(p) * p.channels + kWinogradPad));
      Guarded<T> outputs(points * (Tiles(p) * p.filters + kWinogradPad));
      run(kOp_winograd_inputs, q, {x.data(), inputs.data()}, q.split);
      run(kOp_winograd_output_grads, q, {dy.data(), outputs.data()}, q.split);
      for (int64_t point = 0; point < points; ++point) {
        const T* in = inputs.data() + point * (Tiles(p) * p.channels + kWinogradPad);
        const T* out = outputs.data() + point * (Tiles(p) * p.filters + kWinogradPad);
        double* sum = sums.data() + point * (p.channels * p.filters + kWinogradPad);
        for (int64_t tile = 0; tile < Tiles(p); ++tile) {
          for (int64_t i = 0; i < p.channels * p.filters; ++i) {
            sum[i] +=
                static_cast<double>(in[tile * p.channels + i / p.filters]) * out[tile * p.filters + i % p.filters];
          }
        }
      }
    }
    Guarded<T> rounded(static_cast<int64_t>(sums.size())), dw(w.size());
    for (size_t i = 0; i < sums.size(); ++i) rounded[i] = static_cast<T>(sums[i]);
    run(kOp_winograd_kernel_grads, p, {rounded.data(), dw.data()}, p.channels);
    ExpectClose(p, "kernel gradient", isa, dw, want.dw, {}, false);
  }
}

template <class T>
void TestAll() {
  const int64_t transforms[][2] = {{3, 4}, {3, 2}, {5, 2}};
  for (const auto& [kernel, tile] : transforms) {
    const auto geometry = [&, kernel = kernel, tile = tile](int64_t batch, int64_t channels, int64_t filters,
                                                            int64_t height, int64_t width, int64_t low) {
      return Winograd{batch,
                      0,
                      channels,
                      filters,
                      {height, width},
                      {height + 2 * low - kernel + 1, width + 2 * low - kernel + 1},
                      {low, low},
                      kernel,
                      tile,
                      filters % 48 ? 32 : 48,
                      1,
                      kLinear};
    };
    for (const int64_t extent : {5, 6, 7, 8, 9, 13}) TestOne<T>(geometry(2, 5, 9, extent, 11, 1));
    for (const int64_t channels : {1, 4, 8, 15, 16, 17, 33}) TestOne<T>(geometry(1, channels, 6, 7, 6, kernel / 2));
    for (const int64_t filters : {1, 15, 16, 31, 32, 33, 48, 64, 96})
      TestOne<T>(geometry(1, 6, filters, 6, 5, kernel - 1));
    TestOne<T>(geometry(3, 20, 20, 15, 14, 0));  // several blocks of tiles, images in one block
    TestOne<T>(geometry(0, 4, 4, 6, 6, 1));
  }
}

TEST(winograd_float) { TestAll<float>(); }
TEST(winograd_double) { TestAll<double>(); }

// A constant picture of ones under a kernel whose taps sum to s gives s inside: exact coefficients, whatever rounding.
TEST(winograd_constant) {
  Winograd p = {1, 0, 1, 1, {12, 12}, {8, 8}, {0, 0}, 5, 2, 32, 1, kLinear};
  Guarded<double> x(144), w(25), y(64), kernels(36 * (32 + kWinogradPad));
  for (int64_t i = 0; i < x.size(); ++i) x[i] = 1;
  for (int64_t i = 0; i < w.size(); ++i) w[i] = static_cast<double>(i);
  RunKernel(RunnableIsas().front(), kOp_winograd_kernels, kFloat64, p, {w.data(), kernels.data()}, 1);
  RunKernel(RunnableIsas().front(), kOp_winograd_conv, kFloat64, p, {x.data(), kernels.data(), y.data()}, 1);
  for (int64_t i = 0; i < y.size(); ++i) EXPECT(std::fabs(y[i] - 300) < 1e-11, i, y[i]);
}

}  // namespace
}  // namespace keraunos

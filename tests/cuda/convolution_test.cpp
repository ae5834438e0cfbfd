// The convolution family against sums in double: one to three dimensions, odd extents, strides, dilation, groups,
// padding on either side, depthwise multipliers, partial sums, every float type; guards, NaN-filled outputs, equal bits
// for every order of threads.
#include <cmath>

#include "family_test.h"

namespace keraunos::cuda {

KernelFamily GetFamily_convolution();

namespace {

int64_t Volume(const int64_t* dims) { return dims[0] * dims[1] * dims[2]; }

struct Sum {
  double value = 0, magnitude = 0;
  void Add(double x, double y) {
    value += x * y;
    magnitude += std::fabs(x * y);
  }
};

// y, dx and dw (of each of `split` runs of images) as sums of products in double.
template <class T>
struct Reference {
  std::vector<Sum> y, dx, dw;

  Reference(const Convolution& p, const Buffer<T>& x, const Buffer<T>& w, const Buffer<T>& dy)
      : y(dy.size()), dx(x.size()), dw(w.size() * p.split) {
    const int64_t depth = p.channels / p.groups, columns = p.filters / p.groups;
    const std::vector<double> inputs = Numbers(x), weights = Numbers(w), gradients = Numbers(dy);
    std::vector<int64_t> unit(p.batch);
    for (int64_t u = 0; u < p.split; ++u) {
      for (int64_t n = u * p.batch / p.split; n < (u + 1) * p.batch / p.split; ++n) unit[n] = u;
    }
    for (int64_t at = 0; at < dy.size(); ++at) {
      const int64_t f = at % p.filters, group = f / columns;
      int64_t rest = at / p.filters, o[3];
      for (int d = 2; d >= 0; --d) o[d] = rest % p.out[d], rest /= p.out[d];
      for (int64_t tap = 0; tap < Volume(p.kernel); ++tap) {
        const int64_t k[3] = {tap / (p.kernel[1] * p.kernel[2]), tap / p.kernel[2] % p.kernel[1], tap % p.kernel[2]};
        int64_t pixel = rest;
        bool inside = true;
        for (int d = 0; d < 3; ++d) {
          const int64_t i = o[d] * p.stride[d] - p.low[d] + k[d] * p.dilation[d];
          inside = inside && i >= 0 && i < p.in[d];
          pixel = pixel * p.in[d] + i;
        }
        if (!inside) continue;
        for (int64_t c = 0; c < depth; ++c) {
          const int64_t in = pixel * p.channels + group * depth + c, weight = (tap * depth + c) * p.filters + f;
          y[at].Add(inputs[in], weights[weight]);
          dx[in].Add(gradients[at], weights[weight]);
          dw[unit[rest] * w.size() + weight].Add(inputs[in], gradients[at]);
        }
      }
    }
  }
};

struct Mode {
  Float32Products products;
  bool depthwise;
  Facts device = kTestedDevice;
  const char* launched = nullptr;  // what forward and the gradient of the input must be launched as
};

std::string Describe(const Convolution& p, const char* what, DType dtype) {
  return test::Join(what, "dtype", dtype, "batch", p.batch, "channels", p.channels, "filters", p.filters, "groups",
                    p.groups, "in", p.in[0], p.in[1], p.in[2], "out", p.out[0], p.out[1], p.out[2], "kernel",
                    p.kernel[0], p.kernel[1], p.kernel[2], "stride", p.stride[0], p.stride[1], p.stride[2], "dilation",
                    p.dilation[0], p.dilation[1], p.dilation[2], "low", p.low[0], p.low[1], p.low[2], "split", p.split);
}

// As in gemm_test.cpp: one unit per term for the sum, 2^-10 of each product for TF32, one rounding of the result.
template <class T>
void ExpectClose(const std::string& what, Mode mode, const Buffer<T>& got, const std::vector<Sum>& want, int64_t terms,
                 const Buffer<T>* bias = nullptr, bool relu = false) {
  EXPECT(got.GuardsIntact(), what, "guards");
  const double unit = sizeof(T) == 8 ? 0x1p-53 : 0x1p-23;
  const bool rounded = sizeof(T) == 4 && mode.products == Float32Products::kTf32 && !mode.depthwise;
  for (int64_t i = 0; i < got.size(); ++i) {
    double value = want[i].value, magnitude = want[i].magnitude;
    if (bias) {
      value += ToDouble((*bias)[i % bias->size()]);
      magnitude += 1;
    }
    if (relu && value < 0) value = 0;
    const double bound = (static_cast<double>(terms + 2) * unit + (rounded ? 0x1.01p-10 : 0)) * magnitude +
                         kRounding<T> * std::fabs(value) + 0x1p-24 * (sizeof(T) == 2);
    EXPECT(std::fabs(ToDouble(got[i]) - value) <= bound, what, i, ToDouble(got[i]), value);
  }
}

// Weights as conv_input_grad wants them: (taps, filters, channels / groups).
template <class T>
Buffer<T> Turned(const Convolution& p, const Buffer<T>& w) {
  const int64_t depth = p.channels / p.groups;
  Buffer<T> turned(w.size());
  for (int64_t i = 0; i < w.size(); ++i) {
    const int64_t tap = i / (depth * p.filters), c = i / p.filters % depth, f = i % p.filters;
    turned[(tap * p.filters + f) * depth + c] = w[i];
  }
  return turned;
}

template <class T>
Buffer<T> RunInEveryOrder(const std::string& what, int64_t size, Op op, const Convolution& p, Mode mode,
                          std::vector<void*> operands, int64_t units) {
  std::vector<Buffer<T>> results;
  InEveryOrder([&] {
    Buffer<T> out(size);
    operands.push_back(out.data());
    const auto log =
        RunOnDevice(GetFamily_convolution(), op, kDTypeOf<T>, p, operands, units, mode.products, mode.device);
    if (mode.launched && (op == kOp_conv || op == kOp_conv_bias || op == kOp_conv_input_grad)) {
      EXPECT(!log.empty() && log[0].name.find(mode.launched) != std::string::npos, what, "another kernel was launched");
    }
    operands.pop_back();
    EXPECT(results.empty() || SameBits(out, results[0]), what, "bits depend on the order of threads");
    results.push_back(out);
  });
  return results[0];
}

template <class T>
void TestOne(const Convolution& p, Mode mode) {
  const int64_t depth = p.channels / p.groups, taps = Volume(p.kernel);
  // Some addresses are aligned to elements only.
  const auto offset = [&] { return mode.launched || test::RandomBetween(0, 5) ? 0 : test::RandomBetween(1, 3); };
  auto x = RandomOperand<T>(p.batch * Volume(p.in) * p.channels, offset());
  auto w = RandomOperand<T>(taps * depth * p.filters, offset());
  auto dy = RandomOperand<T>(p.batch * Volume(p.out) * p.filters, offset());
  auto bias = RandomOperand<T>(p.filters);
  auto turned = mode.depthwise ? w : Turned(p, w);
  const Reference<T> want(p, x, w, dy);
  const auto run = [&](const char* name, int64_t size, Op op, std::vector<void*> operands, int64_t units,
                       const Convolution& q) {
    return RunInEveryOrder<T>(Describe(q, name, kDTypeOf<T>), size, op, q, mode, std::move(operands), units);
  };
  const auto describe = [&](const char* name) { return Describe(p, name, kDTypeOf<T>); };
  const bool dw = mode.depthwise;
  Convolution plain = p;
  plain.activation = kLinear;
  ExpectClose(describe("conv_bias"), mode,
              run("conv_bias", dy.size(), dw ? kOp_depthwise_conv_bias : kOp_conv_bias,
                  {x.data(), w.data(), bias.data()}, p.batch * p.split, p),
              want.y, taps * depth, &bias, p.activation == kRelu);
  ExpectClose(
      describe("conv"), mode,
      run("conv", dy.size(), dw ? kOp_depthwise_conv : kOp_conv, {x.data(), w.data()}, p.batch * p.split, plain),
      want.y, taps * depth);
  ExpectClose(describe("conv_input_grad"), mode,
              run("conv_input_grad", x.size(), dw ? kOp_depthwise_conv_input_grad : kOp_conv_input_grad,
                  {dy.data(), turned.data()}, p.batch * p.split, plain),
              want.dx, taps * p.filters / p.groups);
  ExpectClose(describe("conv_kernel_grad"), mode,
              run("conv_kernel_grad", w.size() * p.split, dw ? kOp_depthwise_conv_kernel_grad : kOp_conv_kernel_grad,
                  {x.data(), dy.data()}, p.split, plain),
              want.dw, p.batch * Volume(p.out));
}

// Any geometry whose output is not empty.
Convolution RandomGeometry(int dimensions, int64_t most) {
  const auto below = [](int64_t bound) { return test::RandomBetween(0, bound - 1); };
  Convolution p = {};
  p.batch = 1 + below(4);
  for (int d = 0; d < 3; ++d) {
    p.in[d] = p.out[d] = p.kernel[d] = p.stride[d] = p.dilation[d] = 1;
    if (d < 3 - dimensions) continue;
    p.in[d] = 1 + below(most);
    p.kernel[d] = 1 + below(4);
    p.stride[d] = 1 + below(3);
    p.dilation[d] = below(3) == 0 ? 2 : 1;
    const int64_t span = (p.kernel[d] - 1) * p.dilation[d] + 1;
    p.low[d] = below(span);
    const int64_t high = below(span), room = p.in[d] + p.low[d] + high - span;
    if (room < 0) p.low[d] += -room;
    p.out[d] = std::max<int64_t>(room, 0) / p.stride[d] + 1;
  }
  p.split = 1 + below(p.batch);
  p.activation = below(2) ? kRelu : kLinear;
  return p;
}

template <class T>
void TestRandom(int dimensions, int64_t most) {
  const auto below = [](int64_t bound) { return test::RandomBetween(0, bound - 1); };
  for (int64_t trial = 0; trial < test::Trials(12); ++trial) {
    Convolution p = RandomGeometry(dimensions, most);
    p.groups = below(3) == 0 ? 1 + below(3) : 1;
    // Multiples of 8 take the wide loads.
    const int64_t unit = below(2) ? 8 : 1;
    p.channels = p.groups * unit * (1 + below(unit == 8 ? 5 : 20));
    p.filters = p.groups * unit * (1 + below(unit == 8 ? 9 : 40));
    TestOne<T>(p, {below(3) ? Float32Products::kTf32 : Float32Products::kExact, false});
    p.groups = p.channels = 1 + below(40);
    p.filters = p.channels * (1 + below(3));
    TestOne<T>(p, {Float32Products::kTf32, true});
  }
}

template <class T>
void TestDimensions() {
  TestRandom<T>(1, 40);
  TestRandom<T>(2, 12);
  TestRandom<T>(3, 5);
}

// Enough tiles of 128 x 128 to be taken: many pixels forward, many runs of images for the kernel.
template <class T>
void TestLargeTiles() {
  Convolution wide = {2, 72, 72, 1, {1, 91, 91}, {1, 91, 91}, {1, 1, 2}, {1, 1, 1}, {1, 1, 1}, {0, 0, 1}, 0, 1, kRelu};
  TestOne<T>(wide, {Float32Products::kTf32, false});
  if constexpr (kDTypeOf<T> == kFloat32) TestOne<T>(wide, {Float32Products::kExact, false});
  Convolution many = {64, 16, 72, 1, {1, 5, 4}, {1, 3, 4}, {1, 3, 3}, {1, 2, 1}, {1, 1, 1}, {0, 1, 1}, 0, 64, kLinear};
  TestOne<T>(many, {Float32Products::kTf32, false});
  if constexpr (kDTypeOf<T> == kFloat32) TestOne<T>(many, {Float32Products::kExact, false});
}

TEST(ConvolutionLargeTiles) {
  TestLargeTiles<float>();
  TestLargeTiles<BFloat16>();
  TestLargeTiles<Float16>();
}
// Warpgroups on a device so small that every block takes many tiles.
template <class T>
void TestHopper() {
  const Mode mode = {Float32Products::kTf32, false, {90, 5, 227 << 10, 50 << 20}, "hopper"};
  Convolution p = {3, 128, 128, 1, {1, 60, 47}, {1, 60, 47}, {1, 2, 1}, {1, 1, 1}, {1, 1, 1}, {0, 1, 0}, 0, 1, kRelu};
  TestOne<T>(p, mode);
  // Strides cut the gradient of the input into two, one of which has no tap.
  Convolution q = {5, 128, 128, 1, {1, 82, 80}, {1, 41, 80}, {1, 1, 1}, {1, 2, 1}, {1, 1, 1}, {0, 0, 0}, 0, 1, kLinear};
  TestOne<T>(q, mode);
}
TEST(ConvolutionHopper) {
  TestHopper<BFloat16>();
  TestHopper<Float16>();
}
TEST(ConvolutionFloat32) { TestDimensions<float>(); }
TEST(ConvolutionFloat64) { TestDimensions<double>(); }
TEST(ConvolutionBFloat16) { TestDimensions<BFloat16>(); }
TEST(ConvolutionFloat16) { TestDimensions<Float16>(); }

// One tap beside the image: no plain product.
TEST(ConvolutionShifted) {
  TestOne<float>({2, 8, 16, 1, {1, 5, 6}, {1, 5, 6}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 1, -2}, 0, 1, kLinear},
                 {Float32Products::kTf32, false});
}

TEST(ConvolutionWithoutImages) {
  Convolution p = RandomGeometry(2, 9);
  p.batch = 0;
  p.split = 2;
  p.channels = 3, p.filters = 5, p.groups = 1;
  TestOne<float>(p, {Float32Products::kTf32, false});
  p.groups = p.channels = p.filters = 3;
  TestOne<float>(p, {Float32Products::kTf32, true});
}

}  // namespace
}  // namespace keraunos::cuda

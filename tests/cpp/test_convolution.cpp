// Direct and depthwise convolution kernels against sums in double: one to three dimensions, odd extents, strides,
// dilation, groups, padding on either side, packed weights, units cut anywhere; guards, NaN-filled outputs, equal bits
// for every cut and on all ISAs with FMA.
#include <map>

#include "kernel_test.h"

namespace keraunos {
namespace {

int64_t Volume(const int64_t* dims) { return dims[0] * dims[1] * dims[2]; }

struct Sum {
  double value = 0, magnitude = 0;
  void Add(double x, double y) {
    value += x * y;
    magnitude += std::fabs(x * y);
  }
};

// y, dx and dw of one convolution, each element as a sum of products in double.
template <class T>
struct Reference {
  std::vector<Sum> y, dx, dw;

  Reference(const Convolution& p, const Guarded<T>& x, const Guarded<T>& w, const Guarded<T>& dy)
      : y(dy.size()), dx(x.size()), dw(w.size()) {
    const int64_t depth = p.channels / p.groups, columns = p.filters / p.groups;
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
          y[at].Add(x[in], w[weight]);
          dx[in].Add(dy[at], w[weight]);
          dw[weight].Add(x[in], dy[at]);
        }
      }
    }
  }
};

std::string Describe(const Convolution& p, const char* what, Isa isa) {
  return test::Join(what, IsaName(isa), "batch", p.batch, "channels", p.channels, "filters", p.filters, "groups",
                    p.groups, "in", p.in[0], p.in[1], p.in[2], "kernel", p.kernel[0], p.kernel[1], p.kernel[2],
                    "stride", p.stride[1], p.stride[2], "dilation", p.dilation[1], p.dilation[2], "split", p.split);
}

// A chain of n roundings errs by n * eps / 2 of the sum of magnitudes; `terms` bounds n, bias included.
template <class T>
void ExpectClose(const Convolution& p, const char* what, Isa isa, const Guarded<T>& got, const std::vector<Sum>& want,
                 int64_t terms, const Guarded<T>* bias = nullptr) {
  const double eps = std::numeric_limits<T>::epsilon();
  EXPECT(got.GuardsIntact(), Describe(p, what, isa), "guards");
  for (int64_t i = 0; i < got.size(); ++i) {
    double expected = want[i].value, size = want[i].magnitude;
    if (bias) {
      expected += (*bias)[i % p.filters];
      size += std::fabs(static_cast<double>((*bias)[i % p.filters]));
      if (p.activation == kRelu && expected < 0) expected = 0;
    }
    const double bound = 0.5 * eps * static_cast<double>(terms + 2) * size + std::numeric_limits<T>::min();
    EXPECT(std::fabs(got[i] - expected) <= bound, Describe(p, what, isa), i, got[i], expected);
  }
}

// Weights as conv_input_grad wants them: (taps, filters, channels / groups).
template <class T>
Guarded<T> Turned(const Convolution& p, const Guarded<T>& w) {
  const int64_t depth = p.channels / p.groups;
  Guarded<T> turned(w.size());
  for (int64_t i = 0; i < w.size(); ++i) {
    const int64_t tap = i / (depth * p.filters), c = i / p.filters % depth, f = i % p.filters;
    turned[(tap * p.filters + f) * depth + c] = w[i];
  }
  return turned;
}

template <class T>
Guarded<T> Packed(Isa isa, const Guarded<T>& w, int64_t rows, int64_t columns) {
  const int64_t panels = (columns + 47) / 48;
  Guarded<T> packed(panels * rows * 48);
  RunKernel(isa, kOp_gemm_pack, kDTypeOf<T>, Pack{rows, columns, columns, 0}, {const_cast<T*>(w.data()), packed.data()},
            panels);
  return packed;
}

template <class T>
void TestOne(Convolution p) {
  const int64_t depth = p.channels / p.groups, taps = Volume(p.kernel);
  auto x = RandomUniforms<T>(p.batch * Volume(p.in) * p.channels, -1, 1);
  auto w = RandomUniforms<T>(taps * depth * p.filters, -1, 1);
  auto dy = RandomUniforms<T>(p.batch * Volume(p.out) * p.filters, -1, 1);
  auto bias = RandomUniforms<T>(p.filters, -1, 1);
  auto turned = Turned(p, w);
  const Reference<T> want(p, x, w, dy);
  const bool depthwise = p.groups == p.channels;
  std::map<std::string, std::vector<uint8_t>> first;  // what the first ISA with FMA gave
  const auto equal_bits = [&](const char* what, Isa isa, const Guarded<T>& got) {
    if (!HasFma(isa)) return;
    const auto* bytes = reinterpret_cast<const uint8_t*>(got.data());
    std::vector<uint8_t> copy(bytes, bytes + got.size() * sizeof(T));
    const auto [found, added] = first.emplace(what, copy);
    EXPECT(added || found->second == copy, Describe(p, what, isa), "bits differ between ISAs or cuts");
  };
  for (const Isa isa : RunnableIsas()) {
    for (const int64_t split : {int64_t{1}, p.split}) {
      Convolution q = p;
      q.split = split;
      const int64_t units = p.batch * split;
      const auto forward = [&](Op op, void* weights, const char* what) {
        Guarded<T> y(dy.size());
        RunKernel(isa, op, kDTypeOf<T>, q, {x.data(), weights, bias.data(), y.data()}, units);
        ExpectClose(q, what, isa, y, want.y, taps * depth + 1, &bias);
        equal_bits("y", isa, y);
      };
      const auto backward = [&](Op op, void* weights, const char* what) {
        Guarded<T> dx(x.size());
        RunKernel(isa, op, kDTypeOf<T>, q, {dy.data(), weights, dx.data()}, units);
        ExpectClose(q, what, isa, dx, want.dx, taps * p.filters / p.groups);
        equal_bits("dx", isa, dx);
      };
      forward(kOp_conv_bias, w.data(), "conv_bias");
      backward(kOp_conv_input_grad, turned.data(), "conv_input_grad");
      Convolution plain = q;
      plain.activation = kLinear;
      Guarded<T> y(dy.size());
      RunKernel(isa, kOp_conv, kDTypeOf<T>, plain, {x.data(), w.data(), y.data()}, units);
      ExpectClose(plain, "conv", isa, y, want.y, taps * depth);
      if (p.groups == 1) {
        q.panel = 1;
        forward(kOp_conv_bias, Packed(isa, w, taps * depth, p.filters).data(), "conv_bias packed");
        backward(kOp_conv_input_grad, Packed(isa, turned, taps * p.filters, p.channels).data(), "input_grad packed");
        q.panel = 0;
      }
      if (depthwise) {
        first.clear();
        forward(kOp_depthwise_conv_bias, w.data(), "depthwise_conv_bias");
        backward(kOp_depthwise_conv_input_grad, w.data(), "depthwise_conv_input_grad");
        first.clear();
      }
    }
    Convolution q = p;
    q.split = 1;
    for (const Op op : {kOp_conv_kernel_grad, kOp_depthwise_conv_kernel_grad}) {
      if (op == kOp_depthwise_conv_kernel_grad && !depthwise) continue;
      Guarded<T> dw(w.size());
      RunKernel(isa, op, kDTypeOf<T>, q, {x.data(), dy.data(), dw.data()}, 1);
      ExpectClose(q, "kernel_grad", isa, dw, want.dw, p.batch * Volume(p.out));
      // Partial sums of groups of images add up to the same, whatever groups a call takes.
      Convolution parts = p;
      parts.split = std::max<int64_t>(p.batch, 1) + 1;
      Guarded<T> partial(parts.split * w.size()), sum(w.size());
      RunKernel(isa, op, kDTypeOf<T>, parts, {x.data(), dy.data(), partial.data()}, parts.split);
      for (int64_t i = 0; i < sum.size(); ++i) {
        sum[i] = 0;
        for (int64_t g = 0; g < parts.split; ++g) sum[i] += partial[g * sum.size() + i];
      }
      ExpectClose(parts, "kernel_grad parts", isa, sum, want.dw, p.batch * Volume(p.out) + parts.split);
    }
  }
}

// `same`: as many outputs as strides fit, the larger half of the padding at the end; else `low` and `high` as given.
Convolution Geometry(int64_t batch, int64_t channels, int64_t filters, int64_t groups, std::vector<int64_t> in,
                     std::vector<int64_t> kernel, std::vector<int64_t> stride, std::vector<int64_t> dilation,
                     std::vector<int64_t> low, std::vector<int64_t> high, int64_t split) {
  Convolution p = {batch,     channels,  filters,   groups, {1, 1, 1}, {1, 1, 1}, {1, 1, 1},
                   {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, 0,      split,     kRelu};
  for (size_t i = 0; i < in.size(); ++i) {
    const size_t d = 3 - in.size() + i;
    p.in[d] = in[i], p.kernel[d] = kernel[i], p.stride[d] = stride[i], p.dilation[d] = dilation[i], p.low[d] = low[i];
    p.out[d] = (in[i] + low[i] + high[i] - (kernel[i] - 1) * dilation[i] - 1) / stride[i] + 1;
  }
  return p;
}

template <class T>
void TestShapes() {
  // Every count of vectors and lanes, and tiles of every height.
  for (const int64_t filters : {1, 2, 7, 8, 15, 16, 17, 31, 33, 48, 49, 63, 97}) {
    TestOne<T>(Geometry(2, 3, filters, 1, {5, 6}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 3));
  }
  for (const int64_t channels : {1, 2, 5, 16, 19, 64}) {
    TestOne<T>(Geometry(1, channels, 5, 1, {4, 7}, {2, 3}, {1, 2}, {1, 1}, {0, 1}, {1, 0}, 2));
  }
  for (const int64_t width : {1, 2, 3, 5, 8, 9, 17, 30}) {
    TestOne<T>(Geometry(1, 4, 20, 1, {3, width}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 2));
  }
  TestOne<T>(Geometry(2, 6, 9, 3, {7, 6}, {3, 2}, {2, 1}, {1, 2}, {2, 1}, {0, 1}, 4));
  TestOne<T>(Geometry(2, 4, 6, 1, {5, 5}, {1, 1}, {3, 2}, {1, 1}, {0, 0}, {0, 0}, 2));    // residues without a tap
  TestOne<T>(Geometry(1, 3, 4, 1, {2, 2}, {5, 4}, {1, 1}, {1, 1}, {2, 2}, {2, 1}, 1));    // kernel larger than input
  TestOne<T>(Geometry(1, 2, 3, 1, {6, 6}, {2, 2}, {1, 1}, {1, 1}, {-1, 0}, {0, -2}, 2));  // cropped
  TestOne<T>(Geometry(2, 3, 5, 1, {19}, {4}, {3}, {2}, {3}, {2}, 1));
  TestOne<T>(Geometry(2, 3, 5, 1, {4, 5, 6}, {3, 2, 3}, {2, 1, 2}, {1, 2, 1}, {1, 1, 1}, {1, 0, 1}, 5));
  TestOne<T>(Geometry(0, 3, 5, 1, {4, 4}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 1));
  // More runs than a pass takes, k longer than a pass, lines longer than a block.
  TestOne<T>(Geometry(1, 1, 2, 1, {12, 12}, {9, 10}, {1, 1}, {1, 2}, {4, 4}, {4, 4}, 1));
  TestOne<T>(Geometry(1, 300, 3, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}, {0, 0}, 1));
  TestOne<T>(Geometry(1, 120, 2, 1, {2, 700}, {1, 3}, {1, 1}, {1, 1}, {0, 1}, {0, 1}, 1));
  // Depthwise, with multipliers 1, 2 and 3.
  for (const int64_t multiplier : {1, 2, 3}) {
    for (const int64_t channels : {2, 3, 16, 21}) {
      TestOne<T>(
          Geometry(2, channels, channels * multiplier, channels, {6, 9}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 2));
    }
    TestOne<T>(Geometry(1, 5, 5 * multiplier, 5, {7, 8}, {3, 4}, {2, 3}, {1, 1}, {1, 1}, {0, 1}, 3));
    TestOne<T>(Geometry(1, 5, 5 * multiplier, 5, {3, 5, 6}, {2, 3, 3}, {1, 2, 1}, {1, 1, 2}, {1, 1, 2}, {0, 1, 2}, 2));
  }
}

TEST(convolution_float) { TestShapes<float>(); }
TEST(convolution_double) { TestShapes<double>(); }

}  // namespace
}  // namespace keraunos

// pooling kernels against direct loops in double: every ISA, one to three dimensions, odd windows, strides and padding,
// blocks, unit ranges, guards, NaN, ties.
#include "kernel_test.h"

namespace keraunos {
namespace {

int64_t Elements(const Pooling& p, const int64_t* dims) { return p.batch * dims[0] * dims[1] * dims[2] * p.channels; }

// visit(input element or -1 outside, number in the window) for every element of the window at output element `o`.
template <class Visit>
void ForWindow(const Pooling& p, int64_t o, Visit visit) {
  const int64_t channel = o % p.channels;
  int64_t rest = o / p.channels, at[3];
  for (int axis = 2; axis >= 0; --axis) {
    at[axis] = rest % p.out[axis];
    rest /= p.out[axis];
  }
  int64_t number = 0;
  for (int64_t d = 0; d < p.window[0]; ++d) {
    for (int64_t h = 0; h < p.window[1]; ++h) {
      for (int64_t w = 0; w < p.window[2]; ++w, ++number) {
        const int64_t i[3] = {at[0] * p.stride[0] - p.low[0] + d, at[1] * p.stride[1] - p.low[1] + h,
                              at[2] * p.stride[2] - p.low[2] + w};
        bool inside = true;
        int64_t element = rest;
        for (int axis = 0; axis < 3; ++axis) {
          inside = inside && i[axis] >= 0 && i[axis] < p.in[axis];
          element = element * p.in[axis] + i[axis];
        }
        if (inside) visit(element * p.channels + channel, number);
      }
    }
  }
}

template <class T>
struct Reference {
  std::vector<T> max, max_relu;
  std::vector<double> mean, unpooled, unpooled_relu, spread;
  std::vector<uint8_t> index, index_relu;

  Reference(const Pooling& p, const Guarded<T>& x, const Guarded<T>& dy)
      : unpooled(Elements(p, p.in)), unpooled_relu(unpooled), spread(unpooled) {
    for (int64_t o = 0; o < Elements(p, p.out); ++o) {
      T best = 0;
      int64_t from = -1, number = 0, count = 0;
      double sum = 0;
      ForWindow(p, o, [&](int64_t i, int64_t k) {
        if (from < 0 || x[i] > best || (x[i] != x[i] && best == best)) best = x[i], from = i, number = k;
        sum += static_cast<double>(x[i]);
        ++count;
      });
      max.push_back(best);
      max_relu.push_back(best <= 0 ? T(0) : best);
      index.push_back(static_cast<uint8_t>(number));
      index_relu.push_back(best > 0 ? static_cast<uint8_t>(number) : 255);
      mean.push_back(sum / static_cast<double>(count));
      unpooled[from] += dy[o];
      if (best > 0) unpooled_relu[from] += dy[o];
      ForWindow(p, o, [&](int64_t i, int64_t) { spread[i] += dy[o] / static_cast<double>(count); });
    }
  }
};

template <class T, class Expected>
void ExpectEqual(const char* what, Isa isa, const Guarded<T>& got, const std::vector<Expected>& expected,
                 double bound) {
  EXPECT(got.GuardsIntact(), what, IsaName(isa), "guards");
  for (int64_t i = 0; i < got.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(got[i]) - static_cast<double>(expected[i]));
    EXPECT(difference <= bound || (got[i] != got[i] && expected[i] != expected[i]) || got[i] == expected[i], what,
           IsaName(isa), i, got[i], expected[i]);
  }
}

template <class T>
void TestGeometry(Pooling p, bool special) {
  const int64_t inputs = Elements(p, p.in), outputs = Elements(p, p.out);
  const int64_t window = p.window[0] * p.window[1] * p.window[2];
  // Small whole numbers: ties everywhere, sums exact.
  Guarded<T> x(inputs), dy(outputs);
  for (int64_t i = 0; i < inputs; ++i) x[i] = static_cast<T>(test::RandomBetween(-3, 3));
  if (special) x[test::RandomBetween(0, inputs - 1)] = std::numeric_limits<T>::quiet_NaN();
  for (int64_t i = 0; i < outputs; ++i) dy[i] = static_cast<T>(test::RandomBetween(-9, 9));
  const Reference<T> want(p, x, dy);
  // A mean is a whole number times a rounded reciprocal, a gradient adds one rounded product per window that covers it.
  const double eps = std::numeric_limits<T>::epsilon();
  for (const Isa isa : RunnableIsas()) {
    const auto run = [&](Op op, std::vector<void*> operands) {
      RunKernel(isa, op, kDTypeOf<T>, p, operands, p.batch * p.blocks);
    };
    Guarded<T> y(outputs), dx(inputs);
    run(kOp_average_pool, {x.data(), y.data()});
    ExpectEqual("average_pool", isa, y, want.mean, 3 * eps * 3);
    run(kOp_average_pool_grad, {dy.data(), dx.data()});
    ExpectEqual("average_pool_grad", isa, dx, want.spread, 9 * eps * static_cast<double>(window * window + 3));
    for (const bool relu : {false, true}) {
      p.activation = relu ? kRelu : kLinear;
      Guarded<T> maxima(outputs), again(outputs), back(inputs);
      run(kOp_max_pool, {x.data(), maxima.data()});
      ExpectEqual("max_pool", isa, maxima, relu ? want.max_relu : want.max, 0);
      if (window > 255) continue;
      Guarded<uint8_t> index(outputs);
      run(kOp_max_pool_index, {x.data(), again.data(), index.data()});
      ExpectEqual("max_pool_index", isa, again, relu ? want.max_relu : want.max, 0);
      ExpectEqual("index", isa, index, relu ? want.index_relu : want.index, 0);
      run(kOp_max_unpool, {dy.data(), index.data(), back.data()});
      ExpectEqual("max_unpool", isa, back, relu ? want.unpooled_relu : want.unpooled, 0);
    }
    p.activation = kLinear;
    Pooling whole = p;
    whole.blocks = 1;
    Guarded<T> back(inputs);
    RunKernel(isa, kOp_max_pool_grad, kDTypeOf<T>, whole, {dy.data(), x.data(), back.data()}, p.batch);
    ExpectEqual("max_pool_grad", isa, back, want.unpooled, 0);
  }
}

// Windows without padding, or with as many windows as strides fit ("same").
Pooling Geometry(int64_t batch, int64_t channels, std::vector<int64_t> in, std::vector<int64_t> window,
                 std::vector<int64_t> stride, bool same, int64_t blocks) {
  Pooling p = {batch, channels, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, blocks, kLinear};
  for (size_t i = 0; i < in.size(); ++i) {
    const size_t axis = 3 - in.size() + i;
    p.in[axis] = in[i];
    p.window[axis] = window[i];
    p.stride[axis] = stride[i];
    p.out[axis] = same ? CeilDivide(in[i], stride[i]) : (in[i] - window[i]) / stride[i] + 1;
    p.low[axis] = same ? std::max<int64_t>((p.out[axis] - 1) * stride[i] + window[i] - in[i], 0) / 2 : 0;
  }
  return p;
}

template <class T>
void TestAll() {
  for (const int64_t channels : {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65}) {
    for (const int64_t blocks : {1, 3}) {
      for (const bool same : {false, true}) {
        TestGeometry<T>(Geometry(2, channels, {6, 8}, {2, 2}, {2, 2}, same, blocks), blocks == 3);
        TestGeometry<T>(Geometry(1, channels, {7, 5}, {2, 2}, {2, 2}, same, blocks), false);
        TestGeometry<T>(Geometry(1, channels, {7, 8}, {3, 3}, {2, 2}, same, blocks), same);
      }
    }
  }
  for (const bool same : {false, true}) {
    TestGeometry<T>(Geometry(2, 5, {11}, {4}, {3}, same, 1), true);
    TestGeometry<T>(Geometry(2, 5, {11}, {3}, {1}, same, 2), false);
    TestGeometry<T>(Geometry(2, 5, {9, 7}, {2, 3}, {3, 1}, same, 2), false);
    TestGeometry<T>(Geometry(2, 5, {8, 8}, {2, 2}, {3, 3}, same, 40), false);
    TestGeometry<T>(Geometry(1, 4, {5, 6, 7}, {2, 3, 2}, {2, 2, 2}, same, 2), true);
    TestGeometry<T>(Geometry(1, 4, {3, 5, 4}, {1, 2, 3}, {2, 2, 2}, same, 1), false);
    TestGeometry<T>(Geometry(1, 3, {17, 20}, {16, 16}, {2, 1}, same, 1), false);
    TestGeometry<T>(Geometry(1, 3, {16, 17}, {15, 17}, {1, 1}, same, 1), false);
  }
  TestGeometry<T>(Geometry(0, 3, {4, 4}, {2, 2}, {2, 2}, false, 2), false);
  TestGeometry<T>(Geometry(2, 0, {4, 4}, {2, 2}, {2, 2}, false, 2), false);
}

TEST(PoolsOfFloats) { TestAll<float>(); }
TEST(PoolsOfDoubles) { TestAll<double>(); }

}  // namespace
}  // namespace keraunos

// normalization kernels against sums in double: every ISA, widths over every lane edge, blocks that do not divide the
// rows, unit ranges, guards, means far from 0, NaN in one channel or row alone.
#include "kernel_test.h"

namespace keraunos {
namespace {

struct Moments {
  double mean = 0, squares = 0;
};

// Of `count` numbers, `stride` apart.
template <class T>
Moments MomentsOf(const T* x, int64_t count, int64_t stride) {
  Moments m;
  for (int64_t i = 0; i < count; ++i) m.mean += static_cast<double>(x[i * stride]) / static_cast<double>(count);
  for (int64_t i = 0; i < count; ++i) m.squares += (x[i * stride] - m.mean) * (x[i * stride] - m.mean);
  return m;
}

template <class T>
void ExpectNear(const char* what, Isa isa, int64_t width, const Guarded<T>& got, const std::vector<double>& expected,
                double bound) {
  EXPECT(got.GuardsIntact(), what, IsaName(isa), width, "guards");
  for (int64_t i = 0; i < got.size(); ++i) {
    const double error = std::fabs(got[i] - expected[i]);
    EXPECT(error <= bound || (std::isnan(got[i]) && std::isnan(expected[i])), what, IsaName(isa), "width", width, "at",
           i, got[i], expected[i], bound);
  }
}

template <class T>
void TestChannels(const ChannelNorm& p, double offset) {
  const int64_t n = p.rows, c = p.channels, blocks = CeilDivide(n, p.block);
  auto x = RandomUniforms<T>(n * c, offset - 2, offset + 2), dy = RandomUniforms<T>(n * c, -1, 1);
  auto gamma = RandomUniforms<T>(c, 0.5, 1.5), beta = RandomUniforms<T>(c, -1, 1);
  if (c > 2) x[c - 2] = std::numeric_limits<T>::quiet_NaN();
  std::vector<double> mean, variance, y(n * c), dx(n * c), dgamma(c), dbeta(c), sent(n * c);
  for (int64_t j = 0; j < c; ++j) {
    const Moments m = MomentsOf(x.data() + j, n, c);
    mean.push_back(m.mean);
    variance.push_back(m.squares / static_cast<double>(n));
    const double scale = 1 / std::sqrt(variance[j] + p.epsilon), rows = static_cast<double>(n);
    for (int64_t r = 0; r < n; ++r) {
      const double normal = (x[r * c + j] - mean[j]) * scale;
      y[r * c + j] = normal * gamma[j] + beta[j];
      // Nothing is sent where rounding decides whether relu is open.
      if (p.activation == kRelu && std::fabs(y[r * c + j]) < 0.05) dy[r * c + j] = 0;
      sent[r * c + j] = p.activation == kRelu && !(y[r * c + j] > 0) ? 0 : static_cast<double>(dy[r * c + j]);
      if (p.activation == kRelu && y[r * c + j] <= 0) y[r * c + j] = 0;
      dgamma[j] += sent[r * c + j] * normal;
      dbeta[j] += sent[r * c + j];
    }
    for (int64_t r = 0; r < n; ++r) {
      const double normal = (x[r * c + j] - mean[j]) * scale;
      dx[r * c + j] = gamma[j] * scale * (sent[r * c + j] - dbeta[j] / rows - normal * dgamma[j] / rows);
    }
  }
  // x is exact to eps * (|offset| + 2); sums of n terms of size 1 add at most (64 + n / 64) roundings of their size.
  const double eps = std::numeric_limits<T>::epsilon(), reach = std::fabs(offset) + 4, count = static_cast<double>(n);
  const double sums = eps * count * (8 + count / 64);
  for (const Isa isa : RunnableIsas()) {
    Guarded<T> moments(blocks * 2 * c), m(c), v(c), out(n * c), parts(blocks * 2 * c), dg(c), db(c), back(n * c);
    const auto run = [&](Op op, std::vector<void*> operands, int64_t units) {
      RunKernel(isa, op, kDTypeOf<T>, p, operands, units);
    };
    run(kOp_channel_moments, {x.data(), moments.data()}, blocks);
    run(kOp_channel_moments_merge, {moments.data(), m.data(), v.data()}, c);
    ExpectNear("mean", isa, c, m, mean, eps * reach * (8 + count / 64));
    ExpectNear("variance", isa, c, v, variance, eps * 8 * (8 + count / 64) + eps * eps * reach * reach * count * count);
    run(kOp_channel_norm, {x.data(), m.data(), v.data(), gamma.data(), beta.data(), out.data()}, blocks);
    ExpectNear("channel_norm", isa, c, out, y, eps * (reach + 8) * 64 * (1 + count / 64));
    run(kOp_channel_norm_sums, {dy.data(), x.data(), m.data(), v.data(), gamma.data(), beta.data(), parts.data()},
        blocks);
    run(kOp_channel_norm_sums_merge, {parts.data(), v.data(), dg.data(), db.data()}, c);
    ExpectNear("dbeta", isa, c, db, dbeta, sums);
    ExpectNear("dgamma", isa, c, dg, dgamma, sums * reach * 32);
    run(kOp_channel_norm_grad,
        {dy.data(), x.data(), m.data(), v.data(), gamma.data(), beta.data(), dg.data(), db.data(), back.data()},
        blocks);
    ExpectNear("channel_norm_grad", isa, c, back, dx, eps * (reach + 8) * 256 * 32 * (1 + count / 64));
    for (const auto* whole : {&moments, &parts}) EXPECT(whole->GuardsIntact(), IsaName(isa), c, "guards of parts");
  }
}

template <class T>
void TestRows(const LayerNorm& p, double offset) {
  const int64_t n = p.rows, c = p.cols, blocks = CeilDivide(n, p.block);
  auto x = RandomUniforms<T>(n * c, offset - 2, offset + 2), dy = RandomUniforms<T>(n * c, -1, 1);
  auto gamma = RandomUniforms<T>(c, 0.5, 1.5), beta = RandomUniforms<T>(c, -1, 1);
  if (n > 2) x[c] = std::numeric_limits<T>::quiet_NaN();
  const double cols = static_cast<double>(c), eps = std::numeric_limits<T>::epsilon(), reach = std::fabs(offset) + 4;
  std::vector<double> mean, scale, y, dx, dgamma(blocks * c), dbeta(blocks * c);
  for (int64_t r = 0; r < n; ++r) {
    const T* row = x.data() + r * c;
    const double centre = p.centered ? MomentsOf(row, c, 1).mean : 0;
    double squares = 0, shift = 0, slope = 0;
    for (int64_t j = 0; j < c; ++j) squares += (row[j] - centre) * (row[j] - centre);
    mean.push_back(centre);
    scale.push_back(1 / std::sqrt(squares / cols + p.epsilon));
    const auto normal = [&](int64_t j) { return (row[j] - centre) * scale[r]; };
    for (int64_t j = 0; j < c; ++j) {
      const double sent = static_cast<double>(dy[r * c + j]) * gamma[j];
      y.push_back(normal(j) * gamma[j] + beta[j]);
      shift += p.centered ? sent / cols : 0;
      slope += sent * normal(j) / cols;
      dgamma[r / p.block * c + j] += dy[r * c + j] * normal(j);
      dbeta[r / p.block * c + j] += dy[r * c + j];
    }
    for (int64_t j = 0; j < c; ++j) {
      const double sent = static_cast<double>(dy[r * c + j]) * gamma[j];
      dx.push_back((sent - shift - normal(j) * slope) * scale[r]);
    }
  }
  // Four chains of sixteen lanes: cols / 64 + 6 roundings in a sum. Epsilon bounds 1 / deviation by 32.
  const double sums = eps * (cols / 64 + 8) * reach;
  std::vector<Guarded<T>> with_fma;
  for (const Isa isa : RunnableIsas()) {
    Guarded<T> out(n * c), m(n), s(n), back(n * c), dg(blocks * c), db(blocks * c);
    const auto run = [&](Op op, std::vector<void*> operands, int64_t units) {
      RunKernel(isa, op, kDTypeOf<T>, p, operands, units);
    };
    run(kOp_layer_norm, {x.data(), gamma.data(), beta.data(), out.data(), m.data(), s.data()}, n);
    ExpectNear("row mean", isa, c, m, mean, sums);
    ExpectNear("layer_norm", isa, c, out, y, sums * 64);
    run(kOp_layer_norm_grad, {dy.data(), x.data(), gamma.data(), m.data(), s.data(), back.data()}, n);
    ExpectNear("layer_norm_grad", isa, c, back, dx, sums * 32 * 256);
    run(kOp_layer_norm_sums, {dy.data(), x.data(), m.data(), s.data(), dg.data(), db.data()}, blocks);
    ExpectNear("row dbeta", isa, c, db, dbeta, eps * static_cast<double>(p.block * p.block));
    ExpectNear("row dgamma", isa, c, dg, dgamma, sums * 64 * static_cast<double>(p.block));
    EXPECT(s.GuardsIntact(), IsaName(isa), c, "guards");
    if (HasFma(isa)) {
      EXPECT(with_fma.empty() || SameBits(m, with_fma[0]), "row means of ISAs with FMA differ", c);
      with_fma.push_back(m);
    }
  }
}

template <class T>
void TestAll() {
  for (const int64_t width : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 200, 513}) {
    for (const int64_t rows : {1, 2, 9, 64, 65, 200}) {
      for (const int64_t block : {1, 7, 64, 65, 1000}) {
        if (block != 7 && width > 40 && rows != 65) continue;
        TestChannels<T>({rows, width, block, kLinear, 1e-3}, rows % 2 ? 0 : 30);
        TestChannels<T>({rows, width, block, kRelu, 1e-3}, rows % 2 ? 0 : 30);
        TestRows<T>({rows, width, block, rows % 2, 1e-3}, block == 7 ? 30 : 0);
      }
    }
  }
}

TEST(NormalizationOfFloats) { TestAll<float>(); }
TEST(NormalizationOfDoubles) { TestAll<double>(); }

}  // namespace
}  // namespace keraunos

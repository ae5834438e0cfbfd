// Discrete Fourier transforms against their definition in long double: every radix alone and mixed, rows in pieces,
// work in scratch and outside of it, special values, every ISA.
#include "kernel_test.h"

namespace keraunos {
namespace {

using Real = long double;

Fft Params(int64_t rows, int64_t n, bool outside) {
  Fft params = {rows, n, 0, outside, {}};
  for (int64_t radix : {4, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31}) {
    while (n > 1 && n % radix == 0) {
      params.radix[params.passes++] = radix;
      n /= radix;
    }
  }
  return params;
}

template <class T>
Guarded<T> Roots(int64_t n) {
  Guarded<T> roots(2 * n);
  for (int64_t k = 0; k < n; ++k) {
    const Real angle = -2 * std::acos(Real(-1)) * k / n;
    roots[k] = static_cast<T>(std::cos(angle));
    roots[n + k] = static_cast<T>(std::sin(angle));
  }
  return roots;
}

template <class T>
void TestRows(Isa isa, int64_t rows, int64_t n, bool outside) {
  const Fft params = Params(rows, n, outside);
  Guarded<T> re = RandomUniforms<T>(rows * n, -1, 1), im = RandomUniforms<T>(rows * n, -1, 1), roots = Roots<T>(n);
  Guarded<T> out_re(rows * n), out_im(rows * n), work(outside ? 2 * rows * n : 0);
  RunKernel(isa, kOp_fft, kDTypeOf<T>, params,
            {re.data(), im.data(), roots.data(), out_re.data(), out_im.data(), work.data()}, rows);
  EXPECT(out_re.GuardsIntact() && out_im.GuardsIntact() && work.GuardsIntact(), IsaName(isa), n);
  std::vector<Real> cosine(n), sine(n);
  for (int64_t k = 0; k < n; ++k) {
    const Real angle = -2 * std::acos(Real(-1)) * k / n;
    cosine[k] = std::cos(angle);
    sine[k] = std::sin(angle);
  }
  Real radices = 1;
  for (int64_t i = 0; i < params.passes; ++i) radices += params.radix[i];
  for (int64_t row = 0; row < rows; ++row) {
    Real squares = 0;
    for (int64_t i = 0; i < n; ++i)
      squares += Real(re[row * n + i]) * re[row * n + i] + Real(im[row * n + i]) * im[row * n + i];
    // A pass of radix r adds r numbers, so that it errs by about r roundings of the row's length.
    const Real bound = radices * std::numeric_limits<T>::epsilon() * std::sqrt(squares);
    // Of long rows some elements.
    for (int64_t k = 0; k < n; k += n > 2000 ? n / 17 : 1) {
      Real real = 0, imaginary = 0;
      for (int64_t i = 0; i < n; ++i) {
        const int64_t turn = i * k % n;
        const Real x = re[row * n + i], y = im[row * n + i];
        real += x * cosine[turn] - y * sine[turn];
        imaginary += x * sine[turn] + y * cosine[turn];
      }
      EXPECT(std::fabs(out_re[row * n + k] - real) <= bound, IsaName(isa), n, k, out_re[row * n + k], real);
      EXPECT(std::fabs(out_im[row * n + k] - imaginary) <= bound, IsaName(isa), n, k, out_im[row * n + k], imaginary);
    }
  }
}

TEST(Transforms) {
  for (const Isa isa : RunnableIsas()) {
    for (int64_t n = 1; n <= 128; ++n) {
      const Fft params = Params(1, n, false);
      int64_t product = 1;
      for (int64_t i = 0; i < params.passes; ++i) product *= params.radix[i];
      if (product != n) continue;  // a prime factor above 31
      TestRows<float>(isa, test::RandomBetween(1, 3), n, test::RandomBetween(0, 1));
      TestRows<double>(isa, test::RandomBetween(1, 3), n, test::RandomBetween(0, 1));
    }
    for (int64_t n : {256, 360, 1000, 1024, 29 * 31, 4096, 7 * 11 * 13}) {
      TestRows<float>(isa, 1, n, false);
      TestRows<double>(isa, 2, n, true);
    }
  }
}

TEST(WhatIsNotFiniteReachesEverything) {
  for (const Isa isa : RunnableIsas()) {
    const int64_t n = 60;
    Guarded<float> re = RandomUniforms<float>(n, -1, 1), im(std::vector<float>(n, 0.0f)), roots = Roots<float>(n);
    Guarded<float> out_re(n), out_im(n), work(0);
    re[17] = std::numeric_limits<float>::quiet_NaN();
    RunKernel(isa, kOp_fft, kFloat32, Params(1, n, false),
              {re.data(), im.data(), roots.data(), out_re.data(), out_im.data(), work.data()}, 1);
    for (int64_t k = 0; k < n; ++k) EXPECT(std::isnan(out_re[k]), IsaName(isa), k);
  }
}

}  // namespace
}  // namespace keraunos

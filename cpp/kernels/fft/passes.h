// One pass of Stockham's transform, which sorts as it goes: elements q + s (p + m k), k < r, become, after a butterfly
// and a turn by the p-th roots, q + s (r p + k). Source: Stockham, "High-speed convolution and correlation", AFIPS 28,
// 1966; the form with strides as in Van Loan, "Computational frameworks for the fast Fourier transform", 1992.
#pragma once
#include "kernels/fft/butterflies.h"
#include "kernels/params.h"

namespace keraunos {
namespace {

template <class T>
struct Signal {
  T *re, *im;
};

// The columns q of one p, vectors as long as they fit, then single numbers.
template <class T, class Body>
KERAUNOS_INLINE void ForColumns(int64_t s, Body body) {
  int64_t q = 0;
  for (; q + kVecLanes<T> <= s; q += kVecLanes<T>) body(q, Vec<T>{});
  for (; q < s; ++q) body(q, T{});
}
template <class T>
KERAUNOS_INLINE Complex<Vec<T>> Read(Signal<T> x, int64_t i, Vec<T>) {
  return {load(x.re + i), load(x.im + i)};
}
template <class T>
KERAUNOS_INLINE Complex<T> Read(Signal<T> x, int64_t i, T) {
  return {x.re[i], x.im[i]};
}
template <class T>
KERAUNOS_INLINE void Write(Signal<T> x, int64_t i, Complex<Vec<T>> value) {
  store(x.re + i, value.re);
  store(x.im + i, value.im);
}
template <class T>
KERAUNOS_INLINE void Write(Signal<T> x, int64_t i, Complex<T> value) {
  x.re[i] = value.re;
  x.im[i] = value.im;
}

// roots: exp(-2 pi i j / n) of the whole transform, n = r m s; so the p-th root of this pass to the k-th power is
// number s p k.
template <int r, class T, class Apply>
void Pass(Signal<T> in, Signal<T> out, const T* roots, int64_t n, int64_t m, int64_t s, Apply apply) {
  for (int64_t p = 0; p < m; ++p) {
    Complex<T> turns[r];
    for (int k = 1; k < r; ++k) turns[k] = {roots[s * p * k], roots[n + s * p * k]};
    ForColumns<T>(s, [&](int64_t q, auto kind) {
      using V = decltype(kind);
      Complex<V> x[r];
      KERAUNOS_UNROLL for (int k = 0; k < r; ++k) x[k] = Read(in, q + s * (p + m * k), kind);
      apply(x);
      Write(out, q + s * r * p, x[0]);
      KERAUNOS_UNROLL for (int k = 1; k < r; ++k) Write(out, q + s * (r * p + k), Times(x[k], turns[k]));
    });
  }
}

// Any radix, by its definition.
template <class T>
void AnyPass(Signal<T> in, Signal<T> out, const T* roots, int64_t n, int64_t r, int64_t m, int64_t s) {
  for (int64_t p = 0; p < m; ++p) {
    ForColumns<T>(s, [&](int64_t q, auto kind) {
      using V = decltype(kind);
      Complex<V> x[kMaxRadix];
      for (int64_t k = 0; k < r; ++k) x[k] = Read(in, q + s * (p + m * k), kind);
      for (int64_t j = 0; j < r; ++j) {
        Complex<V> sum = x[0];
        for (int64_t k = 1; k < r; ++k) {
          // exp(-2 pi i j k / r)
          const int64_t turn = j * k % r * (n / r);
          sum = sum + Times(x[k], Complex<T>{roots[turn], roots[n + turn]});
        }
        const int64_t turn = s * p * j;
        Write(out, q + s * (r * p + j), Times(sum, Complex<T>{roots[turn], roots[n + turn]}));
      }
    });
  }
}

template <class T>
void OnePass(Signal<T> in, Signal<T> out, const T* roots, int64_t n, int64_t r, int64_t m, int64_t s) {
  switch (r) {
    case 2:
      return Pass<2>(in, out, roots, n, m, s, [](auto& x) { Butterfly2(x); });
    case 3:
      return Pass<3>(in, out, roots, n, m, s, [](auto& x) { Butterfly3(x, T{}); });
    case 4:
      return Pass<4>(in, out, roots, n, m, s, [](auto& x) { Butterfly4(x); });
    case 5:
      return Pass<5>(in, out, roots, n, m, s, [](auto& x) { Butterfly5(x, T{}); });
    default:
      return AnyPass(in, out, roots, n, r, m, s);
  }
}

// in and out are different; work has room for one more signal.
template <class T>
void Transform(const Fft& params, Signal<T> in, Signal<T> out, Signal<T> work, const T* roots) {
  const int64_t n = params.n;
  if (params.passes == 0) {
    for (int64_t i = 0; i < n; ++i) Write(out, i, Read(in, i, T{}));
    return;
  }
  int64_t m = n, s = 1;
  for (int64_t pass = 0; pass < params.passes; ++pass) {
    // The last pass writes to out, the one before to work, ...
    const Signal<T> target = (params.passes - pass) % 2 ? out : work;
    m /= params.radix[pass];
    OnePass(in, target, roots, n, params.radix[pass], m, s);
    in = target;
    s *= params.radix[pass];
  }
}

}  // namespace
}  // namespace keraunos

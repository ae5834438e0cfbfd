// The optimizers' rules, on vectors. Each is made of its coefficients c, the rate and the step (int64, adam alone), and
// `step` replaces kStates variables, given the gradient. kRests: without a gradient nothing changes. Square roots and
// divisions are the exact ones, so the same bits come out on every ISA with FMA; the cost is one pass over memory
// either way.
#pragma once
#include "kernels/kernel.h"
#include "kernels/simd/math.h"

namespace keraunos {
namespace {

template <typename T>
KERAUNOS_INLINE Vec<T> Coefficient(double c) {
  return splat(static_cast<T>(c));
}
// 1 - c, subtracted in double: 1 - 0.999f is off by 2e-5 of itself.
template <typename T>
KERAUNOS_INLINE Vec<T> Complement(double c) {
  return splat(static_cast<T>(1.0 - c));
}

// (w)
template <typename T>
struct Sgd {
  static constexpr int kStates = 1;
  static constexpr bool kRests = true;
  Vec<T> rate;
  KERAUNOS_INLINE Sgd(const double*, T given_rate, const void*) : rate(splat(given_rate)) {}
  KERAUNOS_INLINE void step(Vec<T>* s, Vec<T> g) const { s[0] = fnma(rate, g, s[0]); }
};

// (w, m); c = {momentum, nesterov}
template <typename T>
struct SgdMomentum {
  static constexpr int kStates = 2;
  static constexpr bool kRests = false;
  Vec<T> rate, momentum;
  bool nesterov;
  KERAUNOS_INLINE SgdMomentum(const double* c, T given_rate, const void*)
      : rate(splat(given_rate)), momentum(Coefficient<T>(c[0])), nesterov(c[1] != 0) {}
  KERAUNOS_INLINE void step(Vec<T>* s, Vec<T> g) const {
    const Vec<T> move = rate * g;
    const Vec<T> velocity = fma(momentum, s[1], -move);
    s[1] = velocity;
    s[0] = s[0] + (nesterov ? fma(momentum, velocity, -move) : velocity);
  }
};

// (w, m, v); c = {beta_1, beta_2, epsilon}
template <typename T>
struct Adam {
  static constexpr int kStates = 3;
  static constexpr bool kRests = false;
  Vec<T> alpha, one_minus_beta_1, one_minus_beta_2, epsilon;
  KERAUNOS_INLINE Adam(const double* c, T rate, const void* step)
      : one_minus_beta_1(Complement<T>(c[0])), one_minus_beta_2(Complement<T>(c[1])), epsilon(Coefficient<T>(c[2])) {
    const double t = static_cast<double>(*static_cast<const int64_t*>(step)) + 1.0;
    const double correction = __builtin_sqrt(1.0 - __builtin_pow(c[1], t)) / (1.0 - __builtin_pow(c[0], t));
    alpha = splat(static_cast<T>(static_cast<double>(rate) * correction));
  }
  KERAUNOS_INLINE void step(Vec<T>* s, Vec<T> g) const {
    const Vec<T> m = fma(g - s[1], one_minus_beta_1, s[1]);
    const Vec<T> v = fma(fma(g, g, -s[2]), one_minus_beta_2, s[2]);
    s[1] = m;
    s[2] = v;
    s[0] = s[0] - m * alpha / (sqrt(v) + epsilon);
  }
};

// (w, v); c = {rho, epsilon}
template <typename T>
struct Rmsprop {
  static constexpr int kStates = 2;
  static constexpr bool kRests = false;
  Vec<T> rate, rho, one_minus_rho, epsilon;
  KERAUNOS_INLINE Rmsprop(const double* c, T given_rate, const void*)
      : rate(splat(given_rate)),
        rho(Coefficient<T>(c[0])),
        one_minus_rho(Complement<T>(c[0])),
        epsilon(Coefficient<T>(c[1])) {}
  KERAUNOS_INLINE void step(Vec<T>* s, Vec<T> g) const {
    const Vec<T> v = fma(rho, s[1], one_minus_rho * g * g);
    s[1] = v;
    s[0] = s[0] - rate * g / sqrt(v + epsilon);
  }
};

// (w, a); c = {epsilon}
template <typename T>
struct Adagrad {
  static constexpr int kStates = 2;
  static constexpr bool kRests = true;
  Vec<T> rate, epsilon;
  KERAUNOS_INLINE Adagrad(const double* c, T given_rate, const void*)
      : rate(splat(given_rate)), epsilon(Coefficient<T>(c[0])) {}
  KERAUNOS_INLINE void step(Vec<T>* s, Vec<T> g) const {
    const Vec<T> a = fma(g, g, s[1]);
    s[1] = a;
    s[0] = s[0] - rate * g / sqrt(a + epsilon);
  }
};

// The rule on elements [start, start + n) of the variables, the last vector partial; gradient(i, lanes): that of the
// elements from start + i.
template <typename T, typename Rule, typename Gradient>
KERAUNOS_INLINE void ApplyRule(const Rule& rule, void* const* in, void* const* out, int64_t start, int64_t n,
                               Gradient gradient) {
  constexpr int kStates = Rule::kStates;
  const T* from[kStates];
  T* to[kStates];
  for (int s = 0; s < kStates; ++s) {
    from[s] = static_cast<const T*>(in[s]) + start;
    to[s] = static_cast<T*>(out[s]) + start;
  }
  Vec<T> states[kStates];
  int64_t i = 0;
  for (; i + kVecLanes<T> <= n; i += kVecLanes<T>) {
    for (int s = 0; s < kStates; ++s) states[s] = load(from[s] + i);
    rule.step(states, gradient(i, kVecLanes<T>));
    for (int s = 0; s < kStates; ++s) store(to[s] + i, states[s]);
  }
  const int64_t left = n - i;
  if (left > 0) {
    for (int s = 0; s < kStates; ++s) states[s] = load_n(from[s] + i, left);
    rule.step(states, gradient(i, left));
    for (int s = 0; s < kStates; ++s) store_n(to[s] + i, states[s], left);
  }
}

// A gradient in memory.
template <typename T>
struct Gradient {
  const T* data;
  KERAUNOS_INLINE Vec<T> operator()(int64_t i, int64_t lanes) const {
    return lanes == kVecLanes<T> ? load(data + i) : load_n(data + i, lanes);
  }
};
template <typename T>
struct NoGradient {
  KERAUNOS_INLINE Vec<T> operator()(int64_t, int64_t) const { return splat(T(0)); }
};

}  // namespace
}  // namespace keraunos

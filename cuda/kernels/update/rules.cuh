// The optimizers' rules for one element, in the formulas and roundings of cpp/kernels/update/update.cpp.
// kStates: variables that the rule replaces. kRests: without a gradient nothing changes. Prepare: what is the same for
// all elements.
#pragma once
#include "cuda/kernels/types.h"
#include "device/math.h"

namespace keraunos::cuda {
namespace {

// 1 - c, subtracted in double: 1 - 0.999f is off by 2e-5 of itself.
template <class C>
__device__ __forceinline__ C Complement(double c) {
  return static_cast<C>(1.0 - c);
}

// (w, g, rate) -> w
template <class C>
struct Sgd {
  static constexpr int kStates = 1;
  static constexpr bool kRests = true;
  C rate;
  __device__ void Prepare(const double*, C given_rate, const int64_t*) { rate = given_rate; }
  __device__ __forceinline__ void Step(C (&state)[1], C g) const { state[0] = Fma(-rate, g, state[0]); }
};

// (w, m, g, rate) -> w, m; c = {momentum, nesterov}
template <class C>
struct SgdMomentum {
  static constexpr int kStates = 2;
  static constexpr bool kRests = false;
  C rate, momentum;
  bool nesterov;
  __device__ void Prepare(const double* c, C given_rate, const int64_t*) {
    rate = given_rate;
    momentum = static_cast<C>(c[0]);
    nesterov = c[1] != 0;
  }
  __device__ __forceinline__ void Step(C (&state)[2], C g) const {
    const C step = Product(rate, g);
    const C velocity = Fma(momentum, state[1], -step);
    state[1] = velocity;
    state[0] = Sum(state[0], nesterov ? Fma(momentum, velocity, -step) : velocity);
  }
};

// (w, m, v, g, rate, step) -> w, m, v; c = {beta_1, beta_2, epsilon}
template <class C>
struct Adam {
  static constexpr int kStates = 3;
  static constexpr bool kRests = false;
  C alpha, one_minus_beta_1, one_minus_beta_2, epsilon;
  __device__ void Prepare(const double* c, C rate, const int64_t* step) {
    const double t = static_cast<double>(*step) + 1.0;
    const double correction = sqrt(1.0 - pow(c[1], t)) / (1.0 - pow(c[0], t));
    alpha = static_cast<C>(static_cast<double>(rate) * correction);
    one_minus_beta_1 = Complement<C>(c[0]);
    one_minus_beta_2 = Complement<C>(c[1]);
    epsilon = static_cast<C>(c[2]);
  }
  __device__ __forceinline__ void Step(C (&state)[3], C g) const {
    state[1] = Fma(g - state[1], one_minus_beta_1, state[1]);
    state[2] = Fma(Fma(g, g, -state[2]), one_minus_beta_2, state[2]);
    state[0] = Sum(state[0], -(Product(state[1], alpha) / Sum(sqrt(state[2]), epsilon)));
  }
};

// (w, v, g, rate) -> w, v; c = {rho, epsilon}
template <class C>
struct Rmsprop {
  static constexpr int kStates = 2;
  static constexpr bool kRests = false;
  C rate, rho, one_minus_rho, epsilon;
  __device__ void Prepare(const double* c, C given_rate, const int64_t*) {
    rate = given_rate;
    rho = static_cast<C>(c[0]);
    one_minus_rho = Complement<C>(c[0]);
    epsilon = static_cast<C>(c[1]);
  }
  __device__ __forceinline__ void Step(C (&state)[2], C g) const {
    state[1] = Fma(rho, state[1], Product(Product(one_minus_rho, g), g));
    state[0] = Sum(state[0], -(Product(rate, g) / sqrt(Sum(state[1], epsilon))));
  }
};

// (w, a, g, rate) -> w, a; c = {epsilon}
template <class C>
struct Adagrad {
  static constexpr int kStates = 2;
  static constexpr bool kRests = true;
  C rate, epsilon;
  __device__ void Prepare(const double* c, C given_rate, const int64_t*) {
    rate = given_rate;
    epsilon = static_cast<C>(c[0]);
  }
  __device__ __forceinline__ void Step(C (&state)[2], C g) const {
    state[1] = Fma(g, g, state[1]);
    state[0] = Sum(state[0], -(Product(rate, g) / sqrt(Sum(state[1], epsilon))));
  }
};

}  // namespace
}  // namespace keraunos::cuda

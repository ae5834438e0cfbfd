// The update family: optimizer steps, elementwise over variables, in place or not. Square roots and divisions are the
// exact ones, so the same bits come out on every ISA with FMA; the cost is one pass over memory either way.
#include "kernels/kernel.h"
#include "kernels/simd/math.h"

namespace keraunos {
namespace {

// step(offset, lanes): all vectors of the elements that the units cover, the last one partial.
template <typename T, typename Step>
KERAUNOS_INLINE void ForVectors(const void* params, int64_t begin, int64_t end, Step step) {
  const int64_t cols = static_cast<const Update*>(params)->cols;
  const int64_t stop = end * cols;
  int64_t i = begin * cols;
  for (; i + kVecLanes<T> <= stop; i += kVecLanes<T>) {
    step([i](const T* p) { return load(p + i); }, [i](T* p, Vec<T> v) { store(p + i, v); });
  }
  const int64_t left = stop - i;
  if (left > 0) {
    step([=](const T* p) { return load_n(p + i, left); }, [=](T* p, Vec<T> v) { store_n(p + i, v, left); });
  }
}

template <typename T>
KERAUNOS_INLINE Vec<T> Coefficient(const void* params, int index) {
  return splat(static_cast<T>(static_cast<const Update*>(params)->c[index]));
}
// 1 - c, subtracted in double: 1 - 0.999f is off by 2e-5 of itself.
template <typename T>
KERAUNOS_INLINE Vec<T> Complement(const void* params, int index) {
  return splat(static_cast<T>(1.0 - static_cast<const Update*>(params)->c[index]));
}
template <typename T>
KERAUNOS_INLINE T Scalar(const void* operand) {
  return *static_cast<const T*>(operand);
}

// (w, g, rate) -> w
template <typename T>
void Sgd(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const T* w = static_cast<const T*>(o[0]);
  const T* g = static_cast<const T*>(o[1]);
  const Vec<T> rate = splat(Scalar<T>(o[2]));
  T* w_out = static_cast<T*>(o[3]);
  ForVectors<T>(params, begin, end, [=](auto read, auto write) { write(w_out, fnma(rate, read(g), read(w))); });
}

// (w, m, g, rate) -> w, m; c = {momentum, nesterov}
template <typename T>
void SgdMomentum(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const T* w = static_cast<const T*>(o[0]);
  const T* m = static_cast<const T*>(o[1]);
  const T* g = static_cast<const T*>(o[2]);
  const Vec<T> rate = splat(Scalar<T>(o[3]));
  T* w_out = static_cast<T*>(o[4]);
  T* m_out = static_cast<T*>(o[5]);
  const Vec<T> momentum = Coefficient<T>(params, 0);
  const bool nesterov = static_cast<const Update*>(params)->c[1] != 0;
  ForVectors<T>(params, begin, end, [=](auto read, auto write) {
    const Vec<T> step = rate * read(g);
    const Vec<T> velocity = fma(momentum, read(m), -step);
    write(m_out, velocity);
    write(w_out, read(w) + (nesterov ? fma(momentum, velocity, -step) : velocity));
  });
}

// (w, m, v, g, rate, step) -> w, m, v; c = {beta_1, beta_2, epsilon}
template <typename T>
void Adam(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const T* w = static_cast<const T*>(o[0]);
  const T* m = static_cast<const T*>(o[1]);
  const T* v = static_cast<const T*>(o[2]);
  const T* g = static_cast<const T*>(o[3]);
  const double* c = static_cast<const Update*>(params)->c;
  const double t = static_cast<double>(Scalar<int64_t>(o[5])) + 1.0;
  const double correction = __builtin_sqrt(1.0 - __builtin_pow(c[1], t)) / (1.0 - __builtin_pow(c[0], t));
  const Vec<T> alpha = splat(static_cast<T>(static_cast<double>(Scalar<T>(o[4])) * correction));
  T* w_out = static_cast<T*>(o[6]);
  T* m_out = static_cast<T*>(o[7]);
  T* v_out = static_cast<T*>(o[8]);
  const Vec<T> one_minus_beta_1 = Complement<T>(params, 0);
  const Vec<T> one_minus_beta_2 = Complement<T>(params, 1);
  const Vec<T> epsilon = Coefficient<T>(params, 2);
  ForVectors<T>(params, begin, end, [=](auto read, auto write) {
    const Vec<T> gradient = read(g);
    const Vec<T> old_m = read(m);
    const Vec<T> old_v = read(v);
    const Vec<T> new_m = fma(gradient - old_m, one_minus_beta_1, old_m);
    const Vec<T> new_v = fma(fma(gradient, gradient, -old_v), one_minus_beta_2, old_v);
    write(m_out, new_m);
    write(v_out, new_v);
    write(w_out, read(w) - new_m * alpha / (sqrt(new_v) + epsilon));
  });
}

// (w, v, g, rate) -> w, v; c = {rho, epsilon}
template <typename T>
void Rmsprop(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const T* w = static_cast<const T*>(o[0]);
  const T* v = static_cast<const T*>(o[1]);
  const T* g = static_cast<const T*>(o[2]);
  const Vec<T> rate = splat(Scalar<T>(o[3]));
  T* w_out = static_cast<T*>(o[4]);
  T* v_out = static_cast<T*>(o[5]);
  const Vec<T> rho = Coefficient<T>(params, 0);
  const Vec<T> one_minus_rho = Complement<T>(params, 0);
  const Vec<T> epsilon = Coefficient<T>(params, 1);
  ForVectors<T>(params, begin, end, [=](auto read, auto write) {
    const Vec<T> gradient = read(g);
    const Vec<T> velocity = fma(rho, read(v), one_minus_rho * gradient * gradient);
    write(v_out, velocity);
    write(w_out, read(w) - rate * gradient / sqrt(velocity + epsilon));
  });
}

// (w, a, g, rate) -> w, a; c = {epsilon}
template <typename T>
void Adagrad(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const T* w = static_cast<const T*>(o[0]);
  const T* a = static_cast<const T*>(o[1]);
  const T* g = static_cast<const T*>(o[2]);
  const Vec<T> rate = splat(Scalar<T>(o[3]));
  T* w_out = static_cast<T*>(o[4]);
  T* a_out = static_cast<T*>(o[5]);
  const Vec<T> epsilon = Coefficient<T>(params, 0);
  ForVectors<T>(params, begin, end, [=](auto read, auto write) {
    const Vec<T> gradient = read(g);
    const Vec<T> accumulated = fma(gradient, gradient, read(a));
    write(a_out, accumulated);
    write(w_out, read(w) - rate * gradient / sqrt(accumulated + epsilon));
  });
}

#define KERAUNOS_BOTH(op, Kernel) \
  {kOp_##op, kFloat32, Kernel<float>}, { kOp_##op, kFloat64, Kernel<double> }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_BOTH(sgd, Sgd),         KERAUNOS_BOTH(sgd_momentum, SgdMomentum), KERAUNOS_BOTH(adam, Adam),
    KERAUNOS_BOTH(rmsprop, Rmsprop), KERAUNOS_BOTH(adagrad, Adagrad),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(update, keraunos::kEntries)

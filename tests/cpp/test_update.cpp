// Optimizer kernels against the formulas of ops.inc in double, several steps long, in place; unit ranges, guards, equal
// bits on ISAs with FMA.
#include <array>

#include "kernel_support.h"

using namespace keraunos;
using namespace keraunos::test;

namespace {

using State = std::array<double, 3>;  // w and up to two slots

State Step(uint32_t op, State s, double g, double rate, int64_t step, const double* c) {
  switch (op) {
    case kOp_sgd:
      return {s[0] - rate * g, 0, 0};
    case kOp_sgd_momentum: {
      const double m = c[0] * s[1] - rate * g;
      return {s[0] + (c[1] != 0 ? c[0] * m - rate * g : m), m, 0};
    }
    case kOp_adam: {
      const double t = static_cast<double>(step + 1);
      const double alpha = rate * std::sqrt(1 - std::pow(c[1], t)) / (1 - std::pow(c[0], t));
      const double m = s[1] + (g - s[1]) * (1 - c[0]);
      const double v = s[2] + (g * g - s[2]) * (1 - c[1]);
      return {s[0] - m * alpha / (std::sqrt(v) + c[2]), m, v};
    }
    case kOp_rmsprop: {
      const double v = c[0] * s[1] + (1 - c[0]) * g * g;
      return {s[0] - rate * g / std::sqrt(v + c[1]), v, 0};
    }
    default: {
      const double a = s[1] + g * g;
      return {s[0] - rate * g / std::sqrt(a + c[0]), a, 0};
    }
  }
}

template <typename T>
void TestOptimizer(uint32_t op, int slots, std::array<double, 6> c, int64_t rows, int64_t cols) {
  const int64_t n = rows * cols;
  Update params = {cols, {}};
  for (int i = 0; i < 6; ++i) params.c[i] = c[i];
  Numbers numbers(op * 1000 + static_cast<uint64_t>(n));
  T rate = static_cast<T>(0.01);
  std::vector<Guarded<T>> start, gradients;
  for (int i = 0; i <= slots; ++i) start.emplace_back(n, numbers, i ? 0.0 : -1.0, 1);
  for (int step = 0; step < 3; ++step) gradients.emplace_back(n, numbers, -1, 1);
  std::vector<State> expected(n);
  for (int64_t i = 0; i < n; ++i) {
    for (int k = 0; k <= slots; ++k) expected[i][k] = start[k][i];
    for (int64_t step = 0; step < 3; ++step)
      expected[i] = Step(op, expected[i], gradients[step][i], rate, step, params.c);
  }
  std::vector<std::vector<Guarded<T>>> fma;
  for (const Isa isa : RunnableIsas()) {
    std::vector<Guarded<T>> whole = start, pieces = start;
    for (int64_t step = 0; step < 3; ++step) {
      for (auto* state : {&whole, &pieces}) {
        std::vector<void*> operands;
        for (auto& variable : *state) operands.push_back(variable.data());
        operands.push_back(gradients[step].data());
        operands.push_back(&rate);
        if (op == kOp_adam) operands.push_back(&step);
        for (auto& variable : *state) operands.push_back(variable.data());
        if (state == &whole) {
          Run(isa, op, kDTypeOf<T>, &params, operands, 0, rows);
        } else {
          RunInPieces(isa, op, kDTypeOf<T>, &params, operands, rows, numbers);
        }
      }
    }
    // Three steps of a handful of roundings on values of size 1 to 3; the adaptive rules divide by roots as small as
    // 0.01.
    const double tolerance = 40 * std::numeric_limits<T>::epsilon();
    for (int k = 0; k <= slots; ++k) {
      if (!whole[k].SameBits(pieces[k]))
        Fail("%s on %s, %d x %d: pieces differ", GetOp(op).name, IsaName(isa), int(rows), int(cols));
      if (!whole[k].GuardsIntact() || !pieces[k].GuardsIntact()) Fail("%s on %s: guards", GetOp(op).name, IsaName(isa));
      for (int64_t i = 0; i < n; ++i) {
        if (!(std::fabs(whole[k][i] - expected[i][k]) <= tolerance)) {
          Fail("%s<%d> on %s: slot %d [%d] = %.9g, expected %.9g", GetOp(op).name, int(sizeof(T)), IsaName(isa), k,
               int(i), double(whole[k][i]), expected[i][k]);
        }
      }
    }
    if (HasFma(isa)) fma.push_back(whole);
  }
  for (const auto& result : fma) {
    for (int k = 0; k <= slots; ++k) {
      if (!result[k].SameBits(fma[0][k])) Fail("%s: ISAs with FMA differ", GetOp(op).name);
    }
  }
}

template <typename T>
void TestAll() {
  for (int64_t rows : {1, 7}) {
    for (int64_t cols : {1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 100}) {
      TestOptimizer<T>(kOp_sgd, 0, {}, rows, cols);
      TestOptimizer<T>(kOp_sgd_momentum, 1, {0.9, 0}, rows, cols);
      TestOptimizer<T>(kOp_sgd_momentum, 1, {0.9, 1}, rows, cols);
      TestOptimizer<T>(kOp_adam, 2, {0.9, 0.999, 1e-7}, rows, cols);
      TestOptimizer<T>(kOp_rmsprop, 1, {0.9, 1e-7}, rows, cols);
      TestOptimizer<T>(kOp_adagrad, 1, {1e-7}, rows, cols);
    }
  }
}

}  // namespace

int main() {
  TestAll<float>();
  TestAll<double>();
  return Finish("update");
}

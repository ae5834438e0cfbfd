// Optimizer kernels against the formulas of ops.inc in double, several steps long, in place; unit ranges, guards, equal
// bits on ISAs with FMA.
#include <array>

#include "kernel_test.h"

namespace keraunos {
namespace {

using State = std::array<double, 3>;  // w and up to two slots

State Step(Op op, State s, double g, double rate, int64_t step, const double* c) {
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
void TestOptimizer(Op op, int slots, std::array<double, 6> c, int64_t rows, int64_t cols) {
  const int64_t n = rows * cols;
  Update params = {cols, {}};
  for (int i = 0; i < 6; ++i) params.c[i] = c[i];
  T rate = static_cast<T>(0.01);
  std::vector<Guarded<T>> start, gradients;
  for (int i = 0; i <= slots; ++i) start.push_back(RandomUniforms<T>(n, i ? 0.0 : -1.0, 1));
  for (int step = 0; step < 3; ++step) gradients.push_back(RandomUniforms<T>(n, -1, 1));
  std::vector<State> expected(n);
  for (int64_t i = 0; i < n; ++i) {
    for (int k = 0; k <= slots; ++k) expected[i][k] = start[k][i];
    for (int64_t step = 0; step < 3; ++step)
      expected[i] = Step(op, expected[i], gradients[step][i], rate, step, params.c);
  }
  std::vector<std::vector<Guarded<T>>> with_fma;
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
        RunKernel(isa, op, kDTypeOf<T>, params, operands, rows, state == &whole ? Cut::kWhole : Cut::kPieces);
      }
    }
    // Three steps of a handful of roundings on values of size 1 to 3; the adaptive rules divide by roots as small as
    // 0.01.
    const double tolerance = 40 * std::numeric_limits<T>::epsilon();
    for (int k = 0; k <= slots; ++k) {
      EXPECT(SameBits(whole[k], pieces[k]), GetOp(op).name, IsaName(isa), rows, cols, "pieces differ from the whole");
      EXPECT(whole[k].GuardsIntact() && pieces[k].GuardsIntact(), GetOp(op).name, IsaName(isa), "guards");
      for (int64_t i = 0; i < n; ++i) {
        EXPECT(std::fabs(whole[k][i] - expected[i][k]) <= tolerance, GetOp(op).name, IsaName(isa), "slot", k, "at", i,
               whole[k][i], expected[i][k]);
      }
    }
    if (HasFma(isa)) with_fma.push_back(whole);
  }
  for (const auto& result : with_fma) {
    for (int k = 0; k <= slots; ++k)
      EXPECT(SameBits(result[k], with_fma[0][k]), GetOp(op).name, "ISAs with FMA differ");
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

TEST(UpdateSteps) {
  TestAll<float>();
  TestAll<double>();
}

}  // namespace
}  // namespace keraunos

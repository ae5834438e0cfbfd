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

// Updates by position give the bits of the dense update with the gradient that `sum_rows` makes of them, in place and
// beside, with rows of many, one and no positions.
template <typename T>
void TestGrouped(Op op, Op grouped, int slots, std::array<double, 6> c, int64_t rows, int64_t cols, int64_t positions) {
  const int64_t n = rows * cols;
  Update dense = {cols, {}};
  GroupedUpdate params = {cols, positions, {}};
  for (int i = 0; i < 6; ++i) dense.c[i] = params.c[i] = c[i];
  T rate = static_cast<T>(0.01);
  int64_t step = 3;
  std::vector<Guarded<T>> start;
  for (int i = 0; i <= slots; ++i) start.push_back(RandomUniforms<T>(n, i ? 0.0 : -1.0, 1));
  Guarded<T> updates = RandomUniforms<T>(positions * cols, -1, 1);
  std::vector<int32_t> order(positions), starts(rows + 1, 0);
  std::vector<std::vector<int32_t>> of_row(rows);
  for (int64_t p = 0; p < positions; ++p) {
    // Every other row, and the first one most of all.
    const int64_t row = test::RandomBetween(0, 2) ? 0 : test::RandomBetween(0, rows - 1) / 2 * 2;
    of_row[row].push_back(static_cast<int32_t>(p));
  }
  int32_t place = 0;
  for (int64_t row = 0; row < rows; ++row) {
    starts[row] = place;
    for (const int32_t p : of_row[row]) order[place++] = p;
  }
  starts[rows] = place;
  std::vector<T> expected(n, T(0));
  for (int64_t row = 0; row < rows; ++row) {
    for (const int32_t p : of_row[row]) {
      for (int64_t i = 0; i < cols; ++i) expected[row * cols + i] += updates[p * cols + i];
    }
  }
  for (const Isa isa : RunnableIsas()) {
    Guarded<T> sums(n);
    RunKernel(isa, kOp_sum_rows, kDTypeOf<T>, params, {updates.data(), order.data(), starts.data(), sums.data()}, rows);
    for (int64_t i = 0; i < n; ++i) EXPECT(sums[i] == expected[i], IsaName(isa), rows, cols, i);
    EXPECT(sums.GuardsIntact(), IsaName(isa), rows, cols);
    std::vector<Guarded<T>> wanted = start, in_place = start, beside;
    for (int i = 0; i <= slots; ++i) beside.emplace_back(n);
    const auto run = [&](Op which, std::vector<void*> gradient, auto& in, auto& out, const auto& given) {
      std::vector<void*> operands;
      for (auto& variable : in) operands.push_back(variable.data());
      operands.insert(operands.end(), gradient.begin(), gradient.end());
      operands.push_back(&rate);
      if (op == kOp_adam) operands.push_back(&step);
      for (auto& variable : out) operands.push_back(variable.data());
      RunKernel(isa, which, kDTypeOf<T>, given, operands, rows);
    };
    run(op, {sums.data()}, wanted, wanted, dense);
    const std::vector<void*> by_position = {updates.data(), order.data(), starts.data()};
    run(grouped, by_position, in_place, in_place, params);
    run(grouped, by_position, start, beside, params);
    for (int k = 0; k <= slots; ++k) {
      EXPECT(SameBits(in_place[k], wanted[k]), GetOp(grouped).name, IsaName(isa), rows, cols, "in place, slot", k);
      EXPECT(SameBits(beside[k], wanted[k]), GetOp(grouped).name, IsaName(isa), rows, cols, "beside, slot", k);
      EXPECT(in_place[k].GuardsIntact() && beside[k].GuardsIntact(), GetOp(grouped).name, IsaName(isa), "guards");
    }
  }
}

template <typename T>
void TestAllGrouped() {
  for (int64_t rows : {1, 7}) {
    for (int64_t cols : {0, 1, 3, 4, 5, 16, 17, 100}) {
      for (int64_t positions : {0, 1, 3, 20}) {
        TestGrouped<T>(kOp_sgd, kOp_sgd_rows, 0, {}, rows, cols, positions);
        TestGrouped<T>(kOp_sgd_momentum, kOp_sgd_momentum_rows, 1, {0.9, 1}, rows, cols, positions);
        TestGrouped<T>(kOp_adam, kOp_adam_rows, 2, {0.9, 0.999, 1e-7}, rows, cols, positions);
        TestGrouped<T>(kOp_rmsprop, kOp_rmsprop_rows, 1, {0.9, 1e-7}, rows, cols, positions);
        TestGrouped<T>(kOp_adagrad, kOp_adagrad_rows, 1, {1e-7}, rows, cols, positions);
      }
    }
  }
}

TEST(UpdatesByPosition) {
  TestAllGrouped<float>();
  TestAllGrouped<double>();
  // A row that is summed in parts.
  TestGrouped<float>(kOp_sgd, kOp_sgd_rows, 0, {}, 2, kScratchBytes / 4 + 5, 3);
}

// Whatever order and starts hold, nothing outside is touched.
TEST(HostilePositions) {
  for (const Isa isa : RunnableIsas()) {
    for (int trial = 0; trial < 200; ++trial) {
      const int64_t rows = 5, cols = 3, positions = test::RandomBetween(0, 4);
      std::vector<int32_t> order(positions), starts(rows + 1);
      for (int32_t& p : order) p = static_cast<int32_t>(test::Random()());
      for (int32_t& p : starts) {
        p = static_cast<int32_t>(test::RandomBetween(0, 1) ? test::RandomBetween(-1, 6) : test::Random()());
      }
      Guarded<float> table = RandomUniforms<float>(rows * cols, -1, 1);
      Guarded<float> updates = RandomUniforms<float>(positions * cols, -1, 1);
      float rate = 0.5f;
      RunKernel(isa, kOp_sgd_rows, kFloat32, GroupedUpdate{cols, positions, {}},
                {table.data(), updates.data(), order.data(), starts.data(), &rate, table.data()}, rows);
      EXPECT(table.GuardsIntact(), IsaName(isa), trial);
      for (int64_t i = 0; i < table.size(); ++i) EXPECT(std::isfinite(table[i]), IsaName(isa), trial, i);
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

TEST(UpdateSteps) {
  TestAll<float>();
  TestAll<double>();
}

}  // namespace
}  // namespace keraunos

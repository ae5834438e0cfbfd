// rows kernels against double references: widths over every lane edge, unit ranges, guards, special values, equal bits
// on FMA ISAs.
#include <algorithm>
#include <numeric>

#include "kernel_test.h"

namespace keraunos {
namespace {

struct Reference {
  std::vector<double> softmax, log_softmax;
};

template <typename T>
Reference Softmax(const T* x, int64_t cols) {
  double max = -HUGE_VAL, sum = 0;
  for (int64_t j = 0; j < cols; ++j) max = std::max(max, static_cast<double>(x[j]));
  for (int64_t j = 0; j < cols; ++j) sum += std::exp(x[j] - max);
  Reference r;
  for (int64_t j = 0; j < cols; ++j) {
    r.log_softmax.push_back(x[j] - max - std::log(sum));
    r.softmax.push_back(std::exp(r.log_softmax.back()));
  }
  return r;
}

// Runs an op on every ISA, whole and in pieces; check(isa, out) on the results.
template <typename T, typename Out, typename CheckOut>
void ForIsas(Op op, const Rows& params, std::vector<void*> inputs, int64_t out_size, CheckOut check) {
  std::vector<Guarded<Out>> with_fma;
  for (const Isa isa : RunnableIsas()) {
    Guarded<Out> whole(out_size), pieces(out_size);
    for (Guarded<Out>* out : {&whole, &pieces}) {
      std::vector<void*> operands = inputs;
      operands.push_back(out->data());
      RunKernel(isa, op, kDTypeOf<T>, params, operands, params.rows, out == &whole ? Cut::kWhole : Cut::kPieces);
      EXPECT(out->GuardsIntact(), GetOp(op).name, IsaName(isa), params.cols, "guards");
    }
    EXPECT(SameBits(whole, pieces), GetOp(op).name, IsaName(isa), params.cols, "pieces differ from the whole");
    check(isa, whole);
    if (HasFma(isa)) {
      EXPECT(with_fma.empty() || SameBits(whole, with_fma[0]), GetOp(op).name, params.cols, "ISAs with FMA differ");
      with_fma.push_back(whole);
    }
  }
}

template <typename T>
void Near(const char* op, Isa isa, int64_t cols, int64_t at, T got, double expected, double tolerance) {
  EXPECT(std::fabs(got - expected) <= tolerance, op, IsaName(isa), "cols", cols, "at", at, got, expected);
}

template <typename T>
void TestSoftmaxFamily(int64_t rows, int64_t cols) {
  const Rows params = {rows, cols, 0};
  auto x = RandomUniforms<T>(rows * cols, -8, 8), targets = RandomUniforms<T>(rows * cols, 0, 1);
  auto dloss = RandomUniforms<T>(rows, -1, 1);
  std::vector<int32_t> labels;
  for (int64_t r = 0; r < rows; ++r) labels.push_back(static_cast<int32_t>(test::RandomBetween(0, cols - 1)));
  // The lanes' tree adds ceil(cols / 16) + 4 roundings to the few of exp, log and the division; logs are up to 16 +
  // log(cols).
  const double eps = std::numeric_limits<T>::epsilon();
  const double relative = eps * (static_cast<double>(cols) / 16 + 16);
  std::vector<Reference> reference;
  for (int64_t r = 0; r < rows; ++r) reference.push_back(Softmax(x.data() + r * cols, cols));
  ForIsas<T, T>(kOp_softmax, params, {x.data()}, rows * cols, [&](Isa isa, const Guarded<T>& out) {
    for (int64_t i = 0; i < rows * cols; ++i) {
      const double expected = reference[i / cols].softmax[i % cols];
      Near<T>("softmax", isa, cols, i, out[i], expected, relative * expected);
    }
  });
  ForIsas<T, T>(kOp_log_softmax, params, {x.data()}, rows * cols, [&](Isa isa, const Guarded<T>& out) {
    for (int64_t i = 0; i < rows * cols; ++i) {
      Near<T>("log_softmax", isa, cols, i, out[i], reference[i / cols].log_softmax[i % cols], relative * 4);
    }
  });
  std::vector<double> loss(rows), total(rows);
  for (int64_t i = 0; i < rows * cols; ++i) {
    loss[i / cols] -= targets[i] * reference[i / cols].log_softmax[i % cols];
    total[i / cols] += targets[i];
  }
  ForIsas<T, T>(kOp_softmax_cross_entropy, params, {x.data(), targets.data()}, rows,
                [&](Isa isa, const Guarded<T>& out) {
                  for (int64_t r = 0; r < rows; ++r)
                    Near<T>("cross_entropy", isa, cols, r, out[r], loss[r], relative * (loss[r] + 4));
                });
  ForIsas<T, T>(kOp_softmax_cross_entropy_grad, params, {x.data(), targets.data(), dloss.data()}, rows * cols,
                [&](Isa isa, const Guarded<T>& out) {
                  for (int64_t i = 0; i < rows * cols; ++i) {
                    const int64_t r = i / cols;
                    const double p = reference[r].softmax[i % cols] * total[r];
                    Near<T>("cross_entropy_grad", isa, cols, i, out[i], (p - targets[i]) * dloss[r],
                            relative * (p + 1));
                  }
                });
  labels[rows - 1] = static_cast<int32_t>(rows % 2 ? -1 : cols);  // bad
  ForIsas<T, T>(kOp_sparse_softmax_cross_entropy, params, {x.data(), labels.data()}, rows,
                [&](Isa isa, const Guarded<T>& out) {
                  for (int64_t r = 0; r + 1 < rows; ++r) {
                    Near<T>("sparse", isa, cols, r, out[r], -reference[r].log_softmax[labels[r]], relative * 4);
                  }
                  EXPECT(std::isnan(out[rows - 1]), "sparse cross entropy of a bad label is not NaN");
                });
  ForIsas<T, T>(kOp_sparse_softmax_cross_entropy_grad, params, {x.data(), labels.data(), dloss.data()}, rows * cols,
                [&](Isa isa, const Guarded<T>& out) {
                  for (int64_t i = 0; i < rows * cols; ++i) {
                    const int64_t r = i / cols;
                    if (r + 1 == rows) {
                      EXPECT(std::isnan(out[i]), "sparse gradient of a bad label is not NaN");
                      continue;
                    }
                    const double p = reference[r].softmax[i % cols];
                    const double expected = (p - (i % cols == labels[r])) * dloss[r];
                    Near<T>("sparse_grad", isa, cols, i, out[i], expected, relative * (p + 1));
                  }
                });
}

template <typename T>
void TestSort(int64_t rows, int64_t cols) {
  const Rows params = {rows, cols, 0};
  Guarded<T> x(rows * cols);
  for (int64_t i = 0; i < rows * cols; ++i) {
    x[i] = test::RandomBetween(0, 8) == 0 ? std::numeric_limits<T>::quiet_NaN()
                                          : static_cast<T>(test::RandomBetween(0, cols - 1) - cols / 2);
  }
  std::vector<int32_t> order(rows * cols);
  for (int64_t r = 0; r < rows; ++r) {
    std::iota(&order[r * cols], &order[r * cols] + cols, 0);
    const T* row = x.data() + r * cols;
    std::stable_sort(&order[r * cols], &order[r * cols] + cols,
                     [&](int a, int b) { return row[a] < row[b] || (std::isnan(row[b]) && !std::isnan(row[a])); });
  }
  ForIsas<T, int32_t>(kOp_argsort, params, {x.data()}, rows * cols, [&](Isa, const Guarded<int32_t>& out) {
    EXPECT(std::equal(order.begin(), order.end(), out.data()), "argsort", cols);
  });
  ForIsas<T, T>(kOp_sort, params, {x.data()}, rows * cols, [&](Isa, const Guarded<T>& out) {
    for (int64_t i = 0; i < rows * cols; ++i) {
      const T expected = x[i / cols * cols + order[i]];
      EXPECT(out[i] == expected || (std::isnan(out[i]) && std::isnan(expected)), "sort", cols);
    }
  });
}

// exp underflows to 0, -inf counts as nothing, NaN and +inf spoil their own row only.
template <typename T>
void TestSpecialRows() {
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  Guarded<T> x(4 * 3);
  const T values[] = {0, -1000, -inf, nan, 1, 2, inf, 0, 0, 1000, 1000, 1000};
  std::copy(values, values + 12, x.data());
  ForIsas<T, T>(kOp_softmax, Rows{4, 3, 0}, {x.data()}, 12, [&](Isa isa, const Guarded<T>& out) {
    const bool ok = out[0] == 1 && out[1] == 0 && out[2] == 0 && std::isnan(out[3]) && std::isnan(out[4]) &&
                    std::isnan(out[6]) && std::fabs(out[9] - 1.0 / 3) < 1e-6;
    EXPECT(ok, "special rows", IsaName(isa));
  });
}

template <typename T>
void TestSoftmaxWidths() {
  for (int64_t cols = 1; cols <= 50; ++cols) TestSoftmaxFamily<T>(1 + cols % 37, cols);
  for (int64_t cols : {63, 64, 65, 100, 1000, 4099}) TestSoftmaxFamily<T>(3, cols);
}

TEST(RowsSoftmax) {
  TestSoftmaxWidths<float>();
  TestSoftmaxWidths<double>();
}
TEST(RowsSort) {
  for (int64_t cols : {1, 2, 3, 10, 33, 1000}) {
    TestSort<float>(5, cols);
    TestSort<double>(5, cols);
  }
}
TEST(RowsSpecialValues) {
  TestSpecialRows<float>();
  TestSpecialRows<double>();
}

}  // namespace
}  // namespace keraunos

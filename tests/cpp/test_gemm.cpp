// gemm kernels against a plain double reference: shapes over every tile edge, all transposes, padded leading
// dimensions, batches, bias and activations, packed panels, fused updates; guards, NaN-filled outputs, unit ranges cut
// at random, and equal bits on all ISAs with FMA.
#include "kernel_test.h"

namespace keraunos {
namespace {

enum Variant { kPlain, kWithBias, kUpdateC, kPacked, kPackedWithBias, kVariants };
constexpr double kRate = 0.125;
constexpr Op kOps[kVariants] = {kOp_gemm, kOp_gemm_bias, kOp_gemm_update, kOp_gemm_packed, kOp_gemm_packed_bias};

double Activate(double x, int64_t activation) {
  switch (activation) {
    case kRelu:
      return x > 0 ? x : 0;
    case kSigmoid:
      return 1 / (1 + std::exp(-x));
    case kTanh:
      return std::tanh(x);
    default:
      return x;
  }
}

// C as the formula has it, with the sum of magnitudes that bounds its rounding errors.
struct Expected {
  double value, magnitude;
};

// Rows of C one after the other: (batch, m, n).
template <typename T>
std::vector<Expected> Reference(const Gemm& g, Variant variant, const Guarded<T>& a, const Guarded<T>& b,
                                const Guarded<T>& bias, const Guarded<T>& before) {
  std::vector<Expected> results;
  std::vector<double> right(g.k * g.n), value(g.n), magnitude(g.n);
  for (int64_t batch = 0; batch < g.batch; ++batch) {
    for (int64_t at = 0; at < g.k * g.n; ++at) {
      const int64_t k = at / g.n, j = at % g.n;
      right[at] = b[batch * g.stride_b + (g.trans_b ? j * g.ldb + k : k * g.ldb + j)];
    }
    for (int64_t i = 0; i < g.m; ++i) {
      std::fill(value.begin(), value.end(), 0.0);
      std::fill(magnitude.begin(), magnitude.end(), 0.0);
      for (int64_t k = 0; k < g.k; ++k) {
        const double x = a[batch * g.stride_a + (g.trans_a ? k * g.lda + i : i * g.lda + k)];
        const double* row = right.data() + k * g.n;
        for (int64_t j = 0; j < g.n; ++j) {
          value[j] += x * row[j];
          magnitude[j] += std::fabs(x * row[j]);
        }
      }
      for (int64_t j = 0; j < g.n; ++j) {
        if (variant == kWithBias || variant == kPackedWithBias) value[j] += bias[j];
        results.push_back({variant == kUpdateC ? before[batch * g.stride_c + i * g.ldc + j] - kRate * value[j]
                                               : Activate(value[j], g.activation),
                           magnitude[j]});
      }
    }
  }
  return results;
}

std::string Describe(const Gemm& g, Variant variant, Isa isa) {
  return test::Join(IsaName(isa), GetOp(kOps[variant]).name, "m", g.m, "n", g.n, "k", g.k, "ta", g.trans_a, "tb",
                    g.trans_b, "batch", g.batch, "axis", g.axis, "block", g.block, "activation", g.activation);
}

// Everything inside rows of C against the reference, everything between them against what was there.
template <typename T>
void CheckResult(const Gemm& g, Variant variant, Isa isa, const std::vector<Expected>& want, const Guarded<T>& before,
                 const Guarded<T>& c) {
  // A chain of k roundings errs by k * eps / 2 of the sum of magnitudes; + 2 for bias and update, + 4 ulp for
  // activations.
  const double eps = std::numeric_limits<T>::epsilon();
  for (int64_t batch = 0; batch < g.batch; ++batch) {
    for (int64_t i = 0; i < g.m; ++i) {
      for (int64_t j = 0; j < g.ldc; ++j) {
        const int64_t at = batch * g.stride_c + i * g.ldc + j;
        if (j >= g.n) {
          EXPECT(i + 1 == g.m || Same(c[at], before[at]), Describe(g, variant, isa), "wrote between rows");
          continue;
        }
        const Expected& expected = want[(batch * g.m + i) * g.n + j];
        const double tolerance = eps * (0.5 * static_cast<double>(g.k + 2) * (expected.magnitude + 1) + 4);
        EXPECT(std::fabs(c[at] - expected.value) <= tolerance, Describe(g, variant, isa), i, j, c[at], expected.value);
      }
    }
  }
}

template <typename T>
void TestOne(const Gemm& g, Variant variant) {
  const bool with_bias = variant == kWithBias || variant == kPackedWithBias;
  const bool packed = variant == kPacked || variant == kPackedWithBias;
  const int64_t c_size = g.stride_c * (g.batch - 1) + g.m * g.ldc;
  const int64_t panels_of_b = (g.n + 47) / 48, panel_size = panels_of_b * 48 * g.k;
  auto a = RandomUniforms<T>(g.stride_a * (g.batch - 1) + (g.trans_a ? g.k : g.m) * g.lda, -1, 1);
  auto b = RandomUniforms<T>(g.stride_b * (g.batch - 1) + (g.trans_b ? g.n : g.k) * g.ldb, -1, 1);
  auto bias = RandomUniforms<T>(g.n, -1, 1);
  T rate = static_cast<T>(kRate);
  const Guarded<T> before = variant == kUpdateC ? RandomUniforms<T>(c_size, -1, 1) : Guarded<T>(c_size);
  const int64_t units = g.batch * (g.axis ? (g.n + g.block - 1) / g.block : g.m);
  const std::vector<Expected> want = Reference(g, variant, a, b, bias, before);
  std::vector<Guarded<T>> with_fma;
  for (const Isa isa : RunnableIsas()) {
    Guarded<T> panels(panel_size * g.batch);
    Gemm params = g;
    if (packed) {
      params.stride_b = panel_size;
      const Pack pack = {g.k, g.n, g.ldb, g.trans_b};
      for (int64_t i = 0; i < g.batch; ++i) {
        RunKernel(isa, kOp_gemm_pack, kDTypeOf<T>, pack, {b.data() + i * g.stride_b, panels.data() + i * panel_size},
                  panels_of_b, Cut::kPieces);
      }
    }
    Guarded<T> whole = before, pieces = before;
    for (Guarded<T>* c : {&whole, &pieces}) {
      std::vector<void*> operands = {a.data(), packed ? panels.data() : b.data()};
      if (with_bias) operands.push_back(bias.data());
      if (variant == kUpdateC) operands.push_back(&rate);
      operands.push_back(c->data());
      RunKernel(isa, kOps[variant], kDTypeOf<T>, params, operands, units, c == &whole ? Cut::kWhole : Cut::kPieces);
      EXPECT(c->GuardsIntact() && panels.GuardsIntact(), Describe(g, variant, isa), "guards");
    }
    EXPECT(SameBits(whole, pieces), Describe(g, variant, isa), "pieces differ from the whole");
    CheckResult(g, variant, isa, want, before, whole);
    if (HasFma(isa)) {
      EXPECT(with_fma.empty() || SameBits(whole, with_fma[0]), Describe(g, variant, isa), "differs from the other ISA");
      with_fma.push_back(whole);
    }
  }
}

template <typename T>
void TestShape(int64_t m, int64_t n, int64_t k) {
  const auto below = [](int64_t bound) { return test::RandomBetween(0, bound - 1); };
  Gemm g = {};
  g.m = m;
  g.n = n;
  g.k = k;
  g.trans_a = below(2);
  g.trans_b = below(2);
  g.batch = below(4) == 0 ? 1 + below(3) : 1;
  g.lda = (g.trans_a ? m : k) + below(2) * below(5);
  g.ldb = (g.trans_b ? k : n) + below(2) * below(5);
  g.ldc = n + below(2) * below(5);
  g.stride_a = (g.trans_a ? k : m) * g.lda + below(3);
  g.stride_b = (g.trans_b ? n : k) * g.ldb + below(3);
  g.stride_c = m * g.ldc + below(3);
  const Variant variant = static_cast<Variant>(below(kVariants));
  g.axis = variant < kPacked ? below(2) : 0;
  g.block = 1 + below(70);
  g.activation = variant == kUpdateC ? kLinear : below(4);
  TestOne<T>(g, variant);
}

template <typename T>
void TestTileEdges() {
  const int64_t depths[] = {0, 1, 2, 3, 15, 64, 65, 129, 300};
  int next = 0;
  for (int64_t m = 0; m <= 17; ++m) {
    for (int64_t n :
         {0, 1, 2, 3, 5, 8, 10, 15, 16, 17, 24, 31, 32, 33, 47, 48, 49, 63, 64, 65, 80, 96, 97, 100, 112, 145}) {
      TestShape<T>(m, n, depths[next++ % 9]);
    }
  }
}

template <typename T>
void TestRandomShapes() {
  const auto size = [] { return test::RandomBetween(0, 150); };
  for (int trial = 0; trial < test::Trials(400); ++trial) TestShape<T>(size(), size(), size());
}

// Beyond every block: K blocks, packed slices, groups of the transposed product.
template <typename T>
void TestLargeShapes() {
  for (int64_t m : {5, 33, 70, 300}) {
    for (int trial = 0; trial < test::Trials(6); ++trial) TestShape<T>(m, 560 + trial, 530 + trial);
  }
}

TEST(GemmTileEdges) {
  TestTileEdges<float>();
  TestTileEdges<double>();
}
TEST(GemmRandomShapes) {
  TestRandomShapes<float>();
  TestRandomShapes<double>();
}
TEST(GemmLargeShapes) {
  TestLargeShapes<float>();
  TestLargeShapes<double>();
}

}  // namespace
}  // namespace keraunos

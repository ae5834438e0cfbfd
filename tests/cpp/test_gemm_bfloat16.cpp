// gemm kernels of bfloat16 against a plain double reference on the rounded operands: shapes over every tile and block
// edge, all transposes, padded leading dimensions, batches, bias and activations, packed panels; guards, NaN-filled
// outputs, unit ranges cut at random. ISAs without such kernels have nothing to test.
#include "kernel_test.h"
#include "kernels/simd/half.h"

namespace keraunos {
namespace {

Guarded<BFloat16> RandomHalves(int64_t count) {
  Guarded<BFloat16> values(count);
  for (int64_t i = 0; i < count; ++i) values[i] = narrow<BFloat16>(static_cast<float>(RandomUniform(-1, 1)));
  return values;
}

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

std::string Describe(const Gemm& g, bool bias, bool packed) {
  return test::Join("m", g.m, "n", g.n, "k", g.k, "ta", g.trans_a, "tb", g.trans_b, "batch", g.batch, "axis", g.axis,
                    "block", g.block, "activation", g.activation, "bias", bias, "packed", packed);
}

// A chain of k products, each added with a rounding, errs by (k + 2) eps / 2 of the sum of magnitudes in float32
// (whether a pair rounds once or twice); activations have slopes up to 1 and err by 4 ulp of float32. Rounding to
// bfloat16 adds up to 2^-8 of the result, and 2^-133 where that is denormal.
void CheckResult(const Gemm& g, bool bias, bool packed, const Guarded<BFloat16>& a, const Guarded<BFloat16>& b,
                 const Guarded<BFloat16>& summand, const Guarded<BFloat16>& before, const Guarded<BFloat16>& c) {
  const double eps = std::numeric_limits<float>::epsilon();
  for (int64_t batch = 0; batch < g.batch; ++batch) {
    for (int64_t i = 0; i < g.m; ++i) {
      for (int64_t j = 0; j < g.ldc; ++j) {
        const int64_t at = batch * g.stride_c + i * g.ldc + j;
        if (j >= g.n) {
          EXPECT(i + 1 == g.m || c[at].bits == before[at].bits, Describe(g, bias, packed), "wrote between rows");
          continue;
        }
        double sum = bias ? widen(summand[j]) : 0, magnitude = std::fabs(sum);
        for (int64_t k = 0; k < g.k; ++k) {
          const double x = widen(a[batch * g.stride_a + (g.trans_a ? k * g.lda + i : i * g.lda + k)]);
          const double y = widen(b[batch * g.stride_b + (g.trans_b ? j * g.ldb + k : k * g.ldb + j)]);
          sum += x * y;
          magnitude += std::fabs(x * y);
        }
        const double want = Activate(sum, g.activation), got = widen(c[at]);
        const double chain = eps * (0.5 * static_cast<double>(g.k + 2) * magnitude + 4);
        const double tolerance = chain + std::ldexp(std::fabs(want) + chain, -8) + std::ldexp(1.0, -133);
        EXPECT(std::fabs(got - want) <= tolerance, Describe(g, bias, packed), i, j, got, want);
      }
    }
  }
}

void TestShape(Isa isa, int64_t m, int64_t n, int64_t k) {
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
  const bool bias = below(2), packed = below(3) == 0;
  g.axis = packed ? 0 : below(2);
  g.block = 1 + below(70);
  g.activation = below(4);
  const auto a = RandomHalves(g.stride_a * (g.batch - 1) + (g.trans_a ? g.k : g.m) * g.lda);
  const auto b = RandomHalves(g.stride_b * (g.batch - 1) + (g.trans_b ? g.n : g.k) * g.ldb);
  const auto summand = RandomHalves(g.n);
  const Guarded<BFloat16> before(g.stride_c * (g.batch - 1) + g.m * g.ldc);
  const int64_t panels = (g.n + 47) / 48, panel_size = panels * 48 * (g.k + g.k % 2);
  Guarded<BFloat16> packed_b(panel_size * g.batch);
  Gemm params = g;
  auto right = b;
  if (packed) {
    params.stride_b = panel_size;
    const Pack pack = {g.k, g.n, g.ldb, g.trans_b};
    for (int64_t i = 0; i < g.batch; ++i) {
      RunKernel(isa, kOp_gemm_pack, kBFloat16, pack, {right.data() + i * g.stride_b, packed_b.data() + i * panel_size},
                panels, Cut::kPieces);
    }
  }
  Guarded<BFloat16> whole = before, pieces = before;
  auto left = a, added = summand;
  for (Guarded<BFloat16>* c : {&whole, &pieces}) {
    std::vector<void*> operands = {left.data(), packed ? packed_b.data() : right.data()};
    if (bias) operands.push_back(added.data());
    operands.push_back(c->data());
    const Op op = packed ? (bias ? kOp_gemm_packed_bias : kOp_gemm_packed) : (bias ? kOp_gemm_bias : kOp_gemm);
    RunKernel(isa, op, kBFloat16, params, operands, g.batch * (g.axis ? (g.n + g.block - 1) / g.block : g.m),
              c == &whole ? Cut::kWhole : Cut::kPieces);
    EXPECT(c->GuardsIntact() && packed_b.GuardsIntact(), Describe(g, bias, packed), "guards");
  }
  EXPECT(SameBits(whole, pieces), Describe(g, bias, packed), "pieces differ from the whole");
  CheckResult(g, bias, packed, a, b, summand, before, whole);
}

template <class Visit>
void ForIsasWithKernels(Visit visit) {
  for (const Isa isa : RunnableIsas()) {
    if (FindKernel(isa, kOp_gemm, kBFloat16)) visit(isa);
  }
}

TEST(HalfGemmTileEdges) {
  ForIsasWithKernels([](Isa isa) {
    const int64_t depths[] = {0, 1, 2, 3, 15, 31, 32, 33, 64, 129};
    int next = 0;
    for (int64_t m = 0; m <= 17; ++m) {
      for (int64_t n : {0, 1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 80, 96, 97, 145}) {
        TestShape(isa, m, n, depths[next++ % 10]);
      }
    }
  });
}

TEST(HalfGemmRandomShapes) {
  ForIsasWithKernels([](Isa isa) {
    const auto size = [] { return test::RandomBetween(0, 150); };
    for (int trial = 0; trial < test::Trials(300); ++trial) TestShape(isa, size(), size(), size());
  });
}

// Beyond every block: K blocks of 512, chunks of 128 rows, 2016 columns.
TEST(HalfGemmLargeShapes) {
  ForIsasWithKernels([](Isa isa) {
    for (int64_t m : {5, 33, 70, 150}) {
      for (int trial = 0; trial < test::Trials(6); ++trial) TestShape(isa, m, 60 + trial, 1020 + trial);
    }
    for (int trial = 0; trial < test::Trials(6); ++trial) TestShape(isa, 20 + 10 * trial, 2014 + trial, 30 + trial);
  });
}

// NaN and infinities reach what they are a factor of, and nothing else: what stands in for missing neighbours of an odd
// k and for missing columns is zero on both sides.
TEST(HalfGemmSpecialValues) {
  ForIsasWithKernels([](Isa isa) {
    for (int64_t trans = 0; trans < 4; ++trans) {
      const int64_t m = 9, n = 17, k = 5;
      Gemm g = {};
      g.m = m, g.n = n, g.k = k, g.batch = 1, g.block = 1;
      g.trans_a = trans & 1, g.trans_b = trans >> 1;
      g.lda = g.trans_a ? m : k, g.ldb = g.trans_b ? k : n, g.ldc = n;
      auto a = RandomHalves(m * k), b = RandomHalves(k * n);
      for (int64_t d = 0; d < k; ++d) a[g.trans_a ? d * m + 4 : 4 * k + d] = {0x7fc0};
      Guarded<BFloat16> c(m * n);
      RunKernel(isa, kOp_gemm, kBFloat16, g, {a.data(), b.data(), c.data()}, m);
      for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < n; ++j) EXPECT(std::isnan(widen(c[i * n + j])) == (i == 4), trans, i, j);
      }
    }
  });
}

}  // namespace
}  // namespace keraunos

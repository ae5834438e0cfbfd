// gemm kernels against a plain double reference: shapes over every tile edge, all transposes, padded leading
// dimensions, batches, bias and activations, packed panels, fused updates; guards, NaN-filled outputs, unit ranges cut
// at random, and equal bits on all ISAs with FMA.
#include "kernel_support.h"

using namespace keraunos;
using namespace keraunos::test;

namespace {

enum Variant { kPlain, kWithBias, kUpdateC, kPacked, kPackedWithBias, kVariants };
constexpr uint32_t kOps[kVariants] = {kOp_gemm, kOp_gemm_bias, kOp_gemm_update, kOp_gemm_packed, kOp_gemm_packed_bias};

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

template <typename T>
void TestOne(const Gemm& g, Variant variant, uint64_t seed) {
  Numbers numbers(seed);
  const bool bias = variant == kWithBias || variant == kPackedWithBias;
  const bool packed = variant == kPacked || variant == kPackedWithBias;
  const int64_t a_size = g.stride_a * (g.batch - 1) + (g.trans_a ? g.k : g.m) * g.lda;
  const int64_t b_size = g.stride_b * (g.batch - 1) + (g.trans_b ? g.n : g.k) * g.ldb;
  const int64_t c_size = g.stride_c * (g.batch - 1) + g.m * g.ldc;
  Guarded<T> a(a_size, numbers, -1, 1), b(b_size, numbers, -1, 1), bias_row(g.n, numbers, -1, 1), rate(1, 0.125);
  const Guarded<T> c_before = variant == kUpdateC ? Guarded<T>(c_size, numbers, -1, 1) : Guarded<T>(c_size);
  const int64_t units = g.axis ? g.batch * ((g.n + g.block - 1) / g.block) : g.batch * g.m;
  const int64_t panel_size = (g.n + 47) / 48 * 48 * g.k;
  Guarded<T> panels(panel_size * g.batch);
  std::vector<Guarded<T>> results;
  for (const Isa isa : RunnableIsas()) {
    if (packed) {
      const Pack pack = {g.k, g.n, g.ldb, g.trans_b};
      for (int64_t i = 0; i < g.batch; ++i) {
        RunInPieces(isa, kOp_gemm_pack, kDTypeOf<T>, &pack, {b.data() + i * g.stride_b, panels.data() + i * panel_size},
                    (g.n + 47) / 48, numbers);
      }
    }
    Gemm params = g;
    if (packed) params.stride_b = panel_size;
    Guarded<T> whole = c_before, pieces = c_before;
    for (Guarded<T>* c : {&whole, &pieces}) {
      std::vector<void*> operands = {a.data(), packed ? panels.data() : b.data()};
      if (bias) operands.push_back(bias_row.data());
      if (variant == kUpdateC) operands.push_back(rate.data());
      operands.push_back(c->data());
      const bool ran = c == &whole ? Run(isa, kOps[variant], kDTypeOf<T>, &params, operands, 0, units)
                                   : RunInPieces(isa, kOps[variant], kDTypeOf<T>, &params, operands, units, numbers);
      if (!ran) return;
    }
    const auto where = [&] {
      static char text[300];
      std::snprintf(text, sizeof text, "%s %s m %d n %d k %d ta %d tb %d batch %d axis %d block %d act %d seed %llu",
                    IsaName(isa), GetOp(kOps[variant]).name, int(g.m), int(g.n), int(g.k), int(g.trans_a),
                    int(g.trans_b), int(g.batch), int(g.axis), int(g.block), int(g.activation),
                    static_cast<unsigned long long>(seed));
      return text;
    };
    if (!whole.SameBits(pieces)) Fail("%s: pieces differ from the whole", where());
    if (!whole.GuardsIntact() || !pieces.GuardsIntact() || !panels.GuardsIntact())
      Fail("%s: guards overwritten", where());
    if (HasFma(isa)) results.push_back(whole);
    // Error of a chain of k roundings: k * eps / 2 of the sum of magnitudes; + 2 for bias and update, + 4 ulp for
    // activations.
    const double eps = std::numeric_limits<T>::epsilon();
    for (int64_t batch = 0; batch < g.batch; ++batch) {
      for (int64_t i = 0; i < g.m; ++i) {
        for (int64_t j = 0; j < g.ldc; ++j) {
          const int64_t at = batch * g.stride_c + i * g.ldc + j;
          const double got = whole[at];
          if (j >= g.n) {
            if (i + 1 < g.m && std::memcmp(&whole[at], &c_before[at], sizeof(T)) != 0)
              Fail("%s: wrote between rows", where());
            continue;
          }
          double sum = 0, magnitude = 0;
          for (int64_t k = 0; k < g.k; ++k) {
            const double x = a[batch * g.stride_a + (g.trans_a ? k * g.lda + i : i * g.lda + k)];
            const double y = b[batch * g.stride_b + (g.trans_b ? j * g.ldb + k : k * g.ldb + j)];
            sum += x * y;
            magnitude += std::fabs(x * y);
          }
          if (bias) sum += bias_row[j];
          const double expected = variant == kUpdateC ? c_before[at] - 0.125 * sum : Activate(sum, g.activation);
          const double tolerance = eps * (0.5 * (g.k + 2) * (magnitude + 1) + 4);
          if (!(std::fabs(got - expected) <= tolerance)) {
            Fail("%s: C[%d, %d] = %.9g, expected %.9g", where(), int(i), int(j), got, expected);
          }
        }
      }
    }
  }
  for (const auto& result : results) {
    if (!result.SameBits(results[0]))
      Fail("ISAs with FMA differ: m %d n %d k %d variant %d", int(g.m), int(g.n), int(g.k), variant);
  }
}

template <typename T>
void TestShape(int64_t m, int64_t n, int64_t k, uint64_t seed) {
  Numbers numbers(seed);
  Gemm g = {};
  g.m = m;
  g.n = n;
  g.k = k;
  g.trans_a = numbers.Below(2);
  g.trans_b = numbers.Below(2);
  g.batch = numbers.Below(4) == 0 ? 1 + numbers.Below(3) : 1;
  g.lda = (g.trans_a ? m : k) + numbers.Below(2) * numbers.Below(5);
  g.ldb = (g.trans_b ? k : n) + numbers.Below(2) * numbers.Below(5);
  g.ldc = n + numbers.Below(2) * numbers.Below(5);
  g.stride_a = (g.trans_a ? k : m) * g.lda + numbers.Below(3);
  g.stride_b = (g.trans_b ? n : k) * g.ldb + numbers.Below(3);
  g.stride_c = m * g.ldc + numbers.Below(3);
  const Variant variant = static_cast<Variant>(numbers.Below(kVariants));
  g.axis = variant < kPacked ? numbers.Below(2) : 0;
  g.block = 1 + numbers.Below(70);
  g.activation = variant == kUpdateC ? kLinear : numbers.Below(4);
  TestOne<T>(g, variant, seed);
}

template <typename T>
void TestAll() {
  uint64_t seed = sizeof(T) * 1000000;
  const int64_t depths[] = {0, 1, 2, 3, 15, 64, 65, 129, 300};
  for (int64_t m = 0; m <= 17; ++m) {
    for (int64_t n :
         {0, 1, 2, 3, 5, 8, 10, 15, 16, 17, 24, 31, 32, 33, 47, 48, 49, 63, 64, 65, 80, 96, 97, 100, 112, 145}) {
      TestShape<T>(m, n, depths[seed % 9], seed);
      ++seed;
    }
  }
  Numbers numbers(99);
  for (int trial = 0; trial < 400; ++trial) {
    TestShape<T>(numbers.Below(150), numbers.Below(150), numbers.Below(150), seed++);
  }
  // Beyond every block: K blocks, packed slices, groups of the transposed product.
  for (int64_t m : {5, 33, 70, 300}) {
    for (int trial = 0; trial < 6; ++trial) TestShape<T>(m, 560 + trial, 530 + trial, seed++);
  }
}

}  // namespace

int main() {
  TestAll<float>();
  TestAll<double>();
  return Finish("gemm");
}

// The gemm family against sums in double: shapes over every tile edge, all transposes, padded leading dimensions,
// batches, bias, activations and fused updates, every float type, float32 products exact and TF32; guards, NaN-filled
// outputs, equal bits for every order of threads.
#include <cmath>

#include "cuda/kernels/gemm/hopper_tf32.h"
#include "family_test.h"

namespace keraunos::cuda {

KernelFamily GetFamily_gemm();

namespace {

enum Variant { kPlain, kWithBias, kUpdateC, kVariants };
constexpr double kRate = 0.125;
constexpr Op kOps[kVariants] = {kOp_gemm, kOp_gemm_bias, kOp_gemm_update};

double Activated(double x, int64_t activation) {
  switch (activation) {
    case kRelu:
      return x > 0 || x != x ? x : 0;
    case kSigmoid:
      return 1 / (1 + std::exp(-x));
    case kTanh:
      return std::tanh(x);
    default:
      return x;
  }
}

std::string Describe(const Gemm& g, Variant variant, DType dtype, Float32Products products) {
  return test::Join("variant", variant, "dtype", dtype, "exact", products == Float32Products::kExact, "m", g.m, "n",
                    g.n, "k", g.k, "ta", g.trans_a, "tb", g.trans_b, "lda", g.lda, "ldb", g.ldb, "batch", g.batch,
                    "activation", g.activation);
}

// A product of two factors rounded to 11 bits errs by 2^-10 of itself (and its square); sums are float32 and may be
// truncated, hence a whole unit per term; halves are exact factors.
template <class T>
double Bound(const Gemm& g, Float32Products products, double value, double magnitude) {
  const double terms = static_cast<double>(g.k + 3);
  const double sum = sizeof(T) == 8 ? 0x1p-53 : 0x1p-23;
  const double product = sizeof(T) == 4 && products == Float32Products::kTf32 ? 0x1.01p-10 : 0;
  return terms * sum * (magnitude + 1) + product * magnitude + kRounding<T> * std::fabs(value) + 4 * sum;
}

// What must be launched last but for sums of parts, by how many threads; where.
struct Expectation {
  const char* name = nullptr;
  uint32_t threads = 0;
  Facts device = kTestedDevice;
  bool past_the_choice = false;  // HopperTf32 for a product that is too small for it
};

// HopperTf32 in a workspace of the size that it asks for.
std::vector<LaunchRecord> RunHopperTf32(const Gemm& g, Variant variant, const std::vector<void*>& operands,
                                        const Facts& device) {
  Queue queue;
  Buffer<float> workspace(HopperTf32Workspace(g) / static_cast<int64_t>(sizeof(float)));
  const Call call = {&g, operands.data(), 0, workspace.data(), Float32Products::kTf32, device, queue};
  const auto* third = static_cast<const float*>(operands[2]);
  HopperTf32(call, g, call.operand<const float>(0), call.operand<const float>(1),
             variant == kWithBias ? third : nullptr, variant == kUpdateC ? third : nullptr,
             static_cast<float*>(operands.back()));
  EXPECT(workspace.GuardsIntact(), "wrote behind its workspace");
  return queue.log;
}

template <class T>
void TestOne(const Gemm& g, Variant variant, Float32Products products, const Expectation& expected = {}) {
  const std::string what = Describe(g, variant, kDTypeOf<T>, products);
  // Some addresses are aligned to elements only.
  const auto offset = [&] { return expected.name || test::RandomBetween(0, 3) ? 0 : test::RandomBetween(1, 3); };
  auto a = RandomOperand<T>(g.stride_a * (g.batch - 1) + (g.trans_a ? g.k : g.m) * g.lda, offset());
  auto b = RandomOperand<T>(g.stride_b * (g.batch - 1) + (g.trans_b ? g.n : g.k) * g.ldb, offset());
  auto bias = RandomOperand<T>(g.n, offset());
  T rate = FromDouble<T>(kRate);
  const int64_t c_size = g.stride_c * (g.batch - 1) + g.m * g.ldc;
  const int64_t c_offset = offset();
  const Buffer<T> before = variant == kUpdateC ? RandomOperand<T>(c_size, c_offset) : Buffer<T>(c_size, c_offset);
  std::vector<Buffer<T>> results;
  InEveryOrder([&] {
    Buffer<T> c = before;
    std::vector<void*> operands = {a.data(), b.data()};
    if (variant == kWithBias) operands.push_back(bias.data());
    if (variant == kUpdateC) operands.push_back(&rate);
    operands.push_back(c.data());
    const auto log = expected.past_the_choice ? RunHopperTf32(g, variant, operands, expected.device)
                                              : RunOnDevice(GetFamily_gemm(), kOps[variant], kDTypeOf<T>, g, operands,
                                                            g.batch * g.m, products, expected.device);
    if (expected.name) {
      EXPECT(!log.empty() && log.back().name == expected.name && log.back().block.x == expected.threads, what,
             "another kernel was launched");
    }
    EXPECT(c.GuardsIntact(), what, "guards");
    EXPECT(results.empty() || SameBits(c, results[0]), what, "bits depend on the order of threads");
    results.push_back(c);
  });
  const Buffer<T>& c = results[0];
  const std::vector<double> left = Numbers(a), right = Numbers(b);
  for (int64_t batch = 0; batch < g.batch; ++batch) {
    for (int64_t i = 0; i < g.m; ++i) {
      for (int64_t j = 0; j < g.ldc; ++j) {
        const int64_t at = batch * g.stride_c + i * g.ldc + j;
        if (j >= g.n) {
          EXPECT(std::memcmp(&c[at], &before[at], sizeof(T)) == 0, what, "wrote between rows");
          continue;
        }
        double value = 0, magnitude = 0;
        for (int64_t k = 0; k < g.k; ++k) {
          const double product = left[batch * g.stride_a + (g.trans_a ? k * g.lda + i : i * g.lda + k)] *
                                 right[batch * g.stride_b + (g.trans_b ? j * g.ldb + k : k * g.ldb + j)];
          value += product;
          magnitude += std::fabs(product);
        }
        if (variant == kWithBias) value += ToDouble(bias[j]);
        value = variant == kUpdateC ? ToDouble(before[at]) - kRate * value : Activated(value, g.activation);
        EXPECT(std::fabs(ToDouble(c[at]) - value) <= Bound<T>(g, products, value, magnitude), what, i, j,
               ToDouble(c[at]), value);
      }
    }
  }
}

template <class T>
void TestShape(int64_t m, int64_t n, int64_t k) {
  const auto below = [](int64_t bound) { return test::RandomBetween(0, bound - 1); };
  Gemm g = {};
  g.m = m;
  g.n = n;
  g.k = k;
  g.trans_a = below(2);
  g.trans_b = below(2);
  g.batch = below(4) == 0 ? 1 + below(3) : 1;
  // A multiple of 8 keeps rows aligned where the extent does.
  const auto padding = [&] { return below(2) * (below(2) ? 8 : below(5)); };
  g.lda = (g.trans_a ? m : k) + padding();
  g.ldb = (g.trans_b ? k : n) + padding();
  g.ldc = n + padding();
  g.stride_a = (g.trans_a ? k : m) * g.lda + padding();
  g.stride_b = (g.trans_b ? n : k) * g.ldb + padding();
  g.stride_c = m * g.ldc + padding();
  const auto variant = static_cast<Variant>(below(kVariants));
  g.activation = variant == kUpdateC ? kLinear : below(4);
  TestOne<T>(g, variant, below(3) == 0 ? Float32Products::kExact : Float32Products::kTf32);
}

template <class T>
void TestTileEdges() {
  const int64_t depths[] = {0, 1, 7, 8, 31, 32, 33, 64, 65, 130};
  int next = test::RandomBetween(0, 9);
  for (const int64_t m : {0, 1, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129}) {
    for (const int64_t n : {0, 1, 7, 8, 9, 16, 31, 33, 64, 65, 128, 130}) TestShape<T>(m, n, depths[next++ % 10]);
  }
}

template <class T>
void TestRandomShapes() {
  const auto size = [] { return test::RandomBetween(1, 200); };
  for (int64_t trial = 0; trial < test::Trials(30); ++trial) TestShape<T>(size(), size(), size());
}

constexpr Facts kAmpere = {80, 108, 163 << 10, 40 << 20};

// Enough tiles of 128 x 128 to be taken, and their edges.
template <class T>
void TestLargeTiles() {
  const auto around = [](int64_t size) { return size + 8 * test::RandomBetween(-1, 1); };
  for (const bool trans_a : {false, true}) {
    for (const bool trans_b : {false, true}) {
      Gemm g = {};
      g.m = around(128);
      g.n = around(256);
      g.k = 8 * test::RandomBetween(1, 9);
      g.trans_a = trans_a;
      g.trans_b = trans_b;
      g.batch = 66;
      g.lda = (trans_a ? g.m : g.k) + 8;
      g.ldb = (trans_b ? g.k : g.n) + 16;
      g.ldc = g.n;
      g.stride_a = 0;  // one A for all: the reference is slow
      g.stride_b = 8;
      g.stride_c = g.m * g.ldc;
      g.activation = kRelu;
      TestOne<T>(g, kWithBias, Float32Products::kTf32, {"gemm", 256, kAmpere});
    }
  }
}

// So few multiprocessors that every block takes many tiles, and the ring of stages goes round many times.
constexpr Facts kSmallHopper = {90, 5, 227 << 10, 50 << 20};

// Warpgroups: enough tiles to be taken, edges, every transposition, all kinds of epilogues.
template <class T>
void TestHopper(int64_t m, int64_t n, int64_t batch, Variant variant) {
  for (const bool trans_a : {false, true}) {
    for (const bool trans_b : {false, true}) {
      Gemm g = {};
      g.m = m;
      g.n = n;
      g.k = test::RandomBetween(1, 200);
      g.trans_a = trans_a;
      g.trans_b = trans_b;
      g.batch = batch;
      const auto rows_of_8 = [](int64_t extent) { return (extent + 7) / 8 * 8 + 8 * test::RandomBetween(0, 1); };
      g.lda = rows_of_8(trans_a ? g.m : g.k);
      g.ldb = rows_of_8(trans_b ? g.k : g.n);
      g.ldc = g.n + test::RandomBetween(0, 1);
      g.stride_a = g.lda;
      g.stride_b = g.ldb;  // matrices overlap: the reference is slow
      g.stride_c = g.m * g.ldc;
      g.activation = variant == kUpdateC ? kLinear : kTanh;
      TestOne<T>(g, variant, Float32Products::kTf32, {"gemm_hopper", 384, kSmallHopper});
    }
  }
}

TEST(GemmHopper) {
  TestHopper<BFloat16>(130, 200, 20, kWithBias);
  TestHopper<Float16>(129, 136, 17, kUpdateC);
  TestHopper<BFloat16>(70, 257, 130, kPlain);  // tiles of 256 columns
}

TEST(GemmHopperTf32) {
  for (const auto variant : {kPlain, kWithBias, kUpdateC}) {
    for (const bool wide : {false, true}) {
      Gemm g = {};
      g.m = test::RandomBetween(60, 140);
      g.n = wide ? 129 : test::RandomBetween(60, 280);
      g.k = test::RandomBetween(1, 300);
      g.batch = wide ? 256 : 3;
      if (wide) g.m = 20, g.k = 40;
      g.trans_a = test::RandomBetween(0, 1);
      g.trans_b = test::RandomBetween(0, 1);
      g.lda = (g.trans_a ? g.m : g.k) + 1;
      g.ldb = (g.trans_b ? g.k : g.n) + 1;
      g.ldc = g.n;
      g.stride_a = 3;
      g.stride_b = 5;  // matrices overlap: the reference is slow
      g.stride_c = g.m * g.ldc;
      TestOne<float>(g, variant, Float32Products::kTf32, {"gemm_hopper", 384, kSmallHopper, true});
    }
  }
}

// A long k is cut along k, and its parts are added in their order.
template <class T>
void TestSplits() {
  for (int64_t trial = 0; trial < test::Trials(6); ++trial) {
    TestShape<T>(test::RandomBetween(1, 40), test::RandomBetween(1, 100), test::RandomBetween(500, 3000));
  }
}

TEST(GemmLargeTiles) {
  TestLargeTiles<float>();
  TestLargeTiles<BFloat16>();
  TestLargeTiles<Float16>();
}
// Exact products by large tiles.
TEST(GemmExactTiles) {
  for (const bool trans_a : {false, true}) {
    for (const bool trans_b : {false, true}) {
      Gemm g = {130, 137, 53, trans_a ? 132 : 56, trans_b ? 56 : 140, 138, trans_a, trans_b, 17, 0, 0, 0, 0, 0, kRelu};
      g.stride_a = g.lda;
      g.stride_b = g.ldb;  // matrices overlap: the reference is slow
      g.stride_c = g.m * g.ldc;
      TestOne<float>(g, kWithBias, Float32Products::kExact, {"gemm_exact", 256});
    }
  }
}
TEST(GemmSplits) {
  TestSplits<float>();
  TestSplits<BFloat16>();
  TestSplits<Float16>();
}

// Infinity and NaN reach the sums that they belong to, and no other.
template <class T>
void TestSpecialValues() {
  for (const double special : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    for (int64_t trial = 0; trial < test::Trials(10); ++trial) {
      const int64_t m = test::RandomBetween(1, 70), n = test::RandomBetween(1, 70), k = test::RandomBetween(1, 70);
      Gemm g = {m, n, k, k, n, n, 0, 0, 1, 0, 0, 0, 0, 0, kLinear};
      auto a = RandomOperand<T>(m * k, 0, 0.5, 1), b = RandomOperand<T>(k * n, 0, 0.5, 1);
      const int64_t row = test::RandomBetween(0, m - 1);
      a[row * k + test::RandomBetween(0, k - 1)] = FromDouble<T>(special);
      Buffer<T> c(m * n);
      RunOnDevice(GetFamily_gemm(), kOp_gemm, kDTypeOf<T>, g, {a.data(), b.data(), c.data()}, m);
      for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          const double value = ToDouble(c[i * n + j]);
          const bool expected = i != row              ? std::isfinite(value)
                                : std::isnan(special) ? std::isnan(value)
                                                      : value == special;
          EXPECT(expected, Describe(g, kPlain, kDTypeOf<T>, Float32Products::kTf32), i, j, value);
        }
      }
    }
  }
}
TEST(GemmSpecialValues) {
  TestSpecialValues<float>();
  TestSpecialValues<double>();
  TestSpecialValues<BFloat16>();
  TestSpecialValues<Float16>();
}

TEST(GemmTileEdgesFloat32) { TestTileEdges<float>(); }
TEST(GemmTileEdgesFloat64) { TestTileEdges<double>(); }
TEST(GemmTileEdgesBFloat16) { TestTileEdges<BFloat16>(); }
TEST(GemmTileEdgesFloat16) { TestTileEdges<Float16>(); }
TEST(GemmRandomShapes) {
  TestRandomShapes<float>();
  TestRandomShapes<double>();
  TestRandomShapes<BFloat16>();
  TestRandomShapes<Float16>();
}

}  // namespace
}  // namespace keraunos::cuda

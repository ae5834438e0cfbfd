// Random kernels: Philox against the published known answers, streams that do not depend on how units are cut, ranges,
// moments, dropout.
#include <algorithm>

#include "kernel_test.h"

namespace keraunos {
namespace {

// Random123's kat_vectors, "philox4x32 10": counter, key, result.
struct KnownAnswer {
  uint32_t counter[4], key[2], result[4];
};
const KnownAnswer kKnownAnswers[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

void Philox(const uint32_t (&counter)[4], const uint32_t (&key)[2], uint32_t (&out)[4]) {
  uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]}, k[2] = {key[0], key[1]};
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * c[0], p1 = uint64_t{0xCD9E8D57} * c[2];
    const uint32_t next[4] = {uint32_t(p1 >> 32) ^ c[1] ^ k[0], uint32_t(p1), uint32_t(p0 >> 32) ^ c[3] ^ k[1],
                              uint32_t(p0)};
    std::copy(next, next + 4, c);
    k[0] += 0x9E3779B9;
    k[1] += 0xBB67AE85;
  }
  std::copy(c, c + 4, out);
}

void Word(const int64_t (&seed)[2], int64_t block, uint32_t (&out)[4]) {
  const uint64_t b = static_cast<uint64_t>(block), k = static_cast<uint64_t>(seed[0]),
                 s = static_cast<uint64_t>(seed[1]);
  Philox({uint32_t(b), uint32_t(b >> 32), uint32_t(s), uint32_t(s >> 32)}, {uint32_t(k), uint32_t(k >> 32)}, out);
}

double Unit(const int64_t (&seed)[2], int64_t element, float) {
  uint32_t words[4];
  Word(seed, element / 4, words);
  return (words[element % 4] >> 8) * 0x1p-24;
}
double Unit(const int64_t (&seed)[2], int64_t element, double) {
  uint32_t words[4];
  Word(seed, element / 2, words);
  const int first = 2 * static_cast<int>(element % 2);
  return static_cast<double>((words[first] | uint64_t{words[first + 1]} << 32) >> 11) * 0x1p-53;
}

struct Outcome {
  double value, tolerance;
};

// What element i must be; a, b as in Random.
template <typename T>
Outcome Expect(Op op, const Random& params, const int64_t (&seed)[2], int64_t i, T x) {
  const double eps = std::numeric_limits<T>::epsilon();
  const double u = Unit(seed, i, T{});
  if (op == kOp_dropout) return {u < static_cast<T>(params.a) ? 0 : x / (1 - params.a), 4 * eps};
  if (op == kOp_random_uniform) return {params.a + (params.b - params.a) * u, 4 * eps};
  const double first = i % 2 ? Unit(seed, i - 1, T{}) : u, second = i % 2 ? u : Unit(seed, i + 1, T{});
  const double radius = std::sqrt(-2 * std::log(first + (sizeof(T) == 4 ? 0x1p-24 : 0x1p-53)));
  const double z = radius * (i % 2 ? std::sin(2 * M_PI * second) : std::cos(2 * M_PI * second));
  return {params.a + params.b * z, 3 * 8 * 8 * eps};  // radius up to 8.6, angle up to 2 pi, a few roundings each
}

template <typename T>
void TestStreams(int64_t rows, int64_t cols) {
  const int64_t n = rows * cols;
  int64_t seed[2] = {static_cast<int64_t>(test::Random()()), static_cast<int64_t>(test::Random()())};
  auto x = RandomUniforms<T>(n, -1, 1);
  for (const Isa isa : RunnableIsas()) {
    for (const Op op : {kOp_random_uniform, kOp_random_normal, kOp_dropout}) {
      const Random params = {cols, op == kOp_dropout ? 0.3 : -2.0, 3.0};
      Guarded<T> whole(n), pieces(n);
      for (Guarded<T>* out : {&whole, &pieces}) {
        std::vector<void*> operands;
        if (op == kOp_dropout) operands.push_back(x.data());
        operands.push_back(seed);
        operands.push_back(out->data());
        RunKernel(isa, op, kDTypeOf<T>, params, operands, rows, out == &whole ? Cut::kWhole : Cut::kPieces);
        EXPECT(out->GuardsIntact(), GetOp(op).name, IsaName(isa), "guards");
      }
      EXPECT(SameBits(whole, pieces), GetOp(op).name, IsaName(isa), rows, cols, "pieces differ from the whole");
      for (int64_t i = 0; i < n; ++i) {
        const auto expected = Expect<T>(op, params, seed, i, x[i]);
        EXPECT(std::fabs(whole[i] - expected.value) <= expected.tolerance, GetOp(op).name, IsaName(isa), "at", i,
               whole[i], expected.value);
      }
    }
  }
}

// 2^20 draws: mean and variance within 5 standard errors, all values inside the interval, the ends of dropout's rate.
template <typename T>
void TestDistributions() {
  const int64_t n = 1 << 20;
  int64_t seed[2] = {1234, 5};
  std::vector<T> ones(n, T{1});
  for (const Isa isa : RunnableIsas()) {
    Guarded<T> out(n);
    RunKernel(isa, kOp_random_uniform, kDTypeOf<T>, Random{n, 1.0, 2.0}, {seed, out.data()}, 1);
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < n; ++i) {
      sum += out[i];
      EXPECT(out[i] >= 1 && out[i] < 2, IsaName(isa), out[i]);
    }
    EXPECT(std::fabs(sum / n - 1.5) <= 5 * 0.2887 / 1024, "uniform mean", sum / n);
    RunKernel(isa, kOp_random_normal, kDTypeOf<T>, Random{n, 0.0, 1.0}, {seed, out.data()}, 1);
    sum = 0;
    for (int64_t i = 0; i < n; ++i) {
      sum += out[i];
      squares += static_cast<double>(out[i]) * out[i];
    }
    EXPECT(std::fabs(sum / n) <= 5.0 / 1024, "normal mean", sum / n);
    EXPECT(std::fabs(squares / n - 1) <= 5 * 1.4143 / 1024, "normal variance", squares / n);
    // Two neighbouring numbers as the interval: half of all draws round up to its end, which is excluded.
    const double low = sizeof(T) == 4 ? 0x1p24 : 0x1p53;
    RunKernel(isa, kOp_random_uniform, kDTypeOf<T>, Random{n, low, low + 2}, {seed, out.data()}, 1);
    for (int64_t i = 0; i < n; ++i) EXPECT(out[i] == low, IsaName(isa), out[i]);
    for (const double rate : {0.0, 1.0}) {
      RunKernel(isa, kOp_dropout, kDTypeOf<T>, Random{n, rate, 0}, {ones.data(), seed, out.data()}, 1);
      for (int64_t i = 0; i < n; ++i) EXPECT(out[i] == 1 - rate, "dropout at rate", rate, out[i]);
    }
  }
}

TEST(PhiloxKnownAnswers) {
  for (const KnownAnswer& answer : kKnownAnswers) {
    uint32_t out[4];
    Philox(answer.counter, answer.key, out);
    EXPECT(std::equal(out, out + 4, answer.result), out[0]);
  }
}
TEST(RandomStreams) {
  for (int64_t cols : {1, 2, 3, 5, 7, 31, 64, 100}) {
    TestStreams<float>(37, cols);
    TestStreams<double>(37, cols);
  }
}
TEST(RandomDistributions) {
  TestDistributions<float>();
  TestDistributions<double>();
}

}  // namespace
}  // namespace keraunos

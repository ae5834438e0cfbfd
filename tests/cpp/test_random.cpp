// Random kernels: Philox against the published known answers, streams that do not depend on how units are cut, ranges,
// moments, dropout.
#include <algorithm>

#include "kernel_support.h"

using namespace keraunos;
using namespace keraunos::test;

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

template <typename T>
void TestStreams(int64_t rows, int64_t cols) {
  Numbers numbers(static_cast<uint64_t>(rows * 100 + cols));
  const int64_t n = rows * cols;
  int64_t seed[2] = {static_cast<int64_t>(numbers.Next()), static_cast<int64_t>(numbers.Next())};
  const double eps = std::numeric_limits<T>::epsilon();
  Guarded<T> x(n, numbers, -1, 1);
  for (const Isa isa : RunnableIsas()) {
    for (uint32_t op : {kOp_random_uniform, kOp_random_normal, kOp_dropout}) {
      const Random params = {cols, op == kOp_dropout ? 0.3 : -2.0, 3.0};
      Guarded<T> whole(n), pieces(n);
      for (Guarded<T>* out : {&whole, &pieces}) {
        std::vector<void*> operands;
        if (op == kOp_dropout) operands.push_back(x.data());
        operands.push_back(seed);
        operands.push_back(out->data());
        if (out == &whole) {
          Run(isa, op, kDTypeOf<T>, &params, operands, 0, rows);
        } else {
          RunInPieces(isa, op, kDTypeOf<T>, &params, operands, rows, numbers);
        }
        if (!out->GuardsIntact()) Fail("%s on %s: guards", GetOp(op).name, IsaName(isa));
      }
      if (!whole.SameBits(pieces))
        Fail("%s on %s, %d x %d: pieces differ", GetOp(op).name, IsaName(isa), int(rows), int(cols));
      for (int64_t i = 0; i < n; ++i) {
        const double u = Unit(seed, i, T{});
        double expected = -2 + 5 * u, tolerance = 4 * eps;
        if (op == kOp_random_normal) {
          const double first = i % 2 ? Unit(seed, i - 1, T{}) : u, second = i % 2 ? u : Unit(seed, i + 1, T{});
          const double radius = std::sqrt(-2 * std::log(first + (sizeof(T) == 4 ? 0x1p-24 : 0x1p-53)));
          expected = -2 + 3 * radius * (i % 2 ? std::sin(2 * M_PI * second) : std::cos(2 * M_PI * second));
          tolerance = 3 * 8 * 8 * eps;  // radius up to 8.6, angle up to 2 pi, a few roundings each
        } else if (op == kOp_dropout) {
          expected = u < static_cast<T>(0.3) ? 0 : x[i] / 0.7;
        }
        if (!(std::fabs(whole[i] - expected) <= tolerance)) {
          Fail("%s<%d> on %s: [%d] = %.9g, expected %.9g", GetOp(op).name, int(sizeof(T)), IsaName(isa), int(i),
               double(whole[i]), expected);
        }
      }
    }
  }
}

// 2^20 draws: mean within 5 standard errors, all values inside the interval, the ends of dropout's rate.
template <typename T>
void TestDistributions() {
  const int64_t n = 1 << 20;
  int64_t seed[2] = {1234, 5};
  for (const Isa isa : RunnableIsas()) {
    Guarded<T> out(n), x(n, 1.0);
    Random params = {n, 1.0, 2.0};  // the interval where rounding up reaches the end
    Run(isa, kOp_random_uniform, kDTypeOf<T>, &params, {seed, out.data()}, 0, 1);
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) {
      sum += out[i];
      if (!(out[i] >= 1 && out[i] < 2)) Fail("uniform %.9g is outside [1, 2)", double(out[i]));
    }
    if (!(std::fabs(sum / n - 1.5) <= 5 * 0.2887 / 1024)) Fail("uniform mean %g", sum / n);
    params = {n, 0.0, 1.0};
    Run(isa, kOp_random_normal, kDTypeOf<T>, &params, {seed, out.data()}, 0, 1);
    double squares = sum = 0;
    for (int64_t i = 0; i < n; ++i) {
      sum += out[i];
      squares += double(out[i]) * out[i];
    }
    if (!(std::fabs(sum / n) <= 5.0 / 1024)) Fail("normal mean %g", sum / n);
    if (!(std::fabs(squares / n - 1) <= 5 * 1.4143 / 1024)) Fail("normal variance %g", squares / n);
    for (double rate : {0.0, 1.0}) {
      params = {n, rate, 0};
      Run(isa, kOp_dropout, kDTypeOf<T>, &params, {x.data(), seed, out.data()}, 0, 1);
      for (int64_t i = 0; i < n; ++i) {
        if (out[i] != 1 - rate) Fail("dropout at rate %g gives %g", rate, double(out[i]));
      }
    }
  }
}

}  // namespace

int main() {
  for (const KnownAnswer& answer : kKnownAnswers) {
    uint32_t out[4];
    Philox(answer.counter, answer.key, out);
    if (!std::equal(out, out + 4, answer.result)) Fail("the reference itself misses a known answer");
  }
  for (int64_t cols : {1, 2, 3, 5, 7, 31, 64, 100}) {
    TestStreams<float>(37, cols);
    TestStreams<double>(37, cols);
  }
  TestDistributions<float>();
  TestDistributions<double>();
  return Finish("random");
}

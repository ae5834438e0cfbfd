// Reductions against sums in long double and plain loops: rows and columns of sizes around lanes, chains and blocks,
// NaN, empty counts; the same bits however units are cut, and on every ISA with FMA.
#include "kernel_test.h"

namespace keraunos {
namespace {

struct Shape {
  int64_t outer, count, inner;
};

std::vector<Shape> Shapes() {
  std::vector<Shape> shapes;
  for (int64_t n : TestSizes()) {
    shapes.push_back({1, n, 1});
    shapes.push_back({3, n, 1});
    shapes.push_back({1, n, 5});
    shapes.push_back({1, 5, n});
    shapes.push_back({2, 4, n});
    shapes.push_back({n, 3, 2});
  }
  shapes.push_back({1, 4096, 1});
  shapes.push_back({1, 4097, 1});
  shapes.push_back({2, 20001, 1});
  shapes.push_back({1, 256, 17});
  shapes.push_back({1, 257, 1100});
  shapes.push_back({2, 1030, 33});
  return shapes;
}

template <class T>
std::vector<T> Values(int64_t count, bool special) {
  std::vector<T> values = RandomValues<T>(count);
  if constexpr (kIsFloat<T>) {
    if (!special) {
      for (T& value : values) value = static_cast<T>(test::RandomNormal());
    }
  }
  return values;
}

// in[o, c, i] for all c.
template <class T, class Visit>
void ForEachResult(const Shape& s, const Guarded<T>& in, Visit visit) {
  for (int64_t o = 0; o < s.outer; ++o) {
    for (int64_t i = 0; i < s.inner; ++i) {
      std::vector<T> line(s.count);
      for (int64_t c = 0; c < s.count; ++c) line[c] = in[(o * s.count + c) * s.inner + i];
      visit(o * s.inner + i, line);
    }
  }
}

int64_t Units(const Shape& s) { return s.outer == 0 ? 0 : s.outer > 1 ? s.outer : s.inner; }

// check(isa, line, result, input values were special)
template <class T, class R, class Check>
void RunShapes(Op op, Check check) {
  for (const Shape& s : Shapes()) {
    const bool special = test::RandomBetween(0, 1);
    Guarded<T> in(Values<T>(s.outer * s.count * s.inner, special));
    std::vector<std::vector<R>> by_isa;
    for (const Isa isa : RunnableIsas()) {
      Guarded<R> out(s.outer * s.inner);
      RunKernel(isa, op, kDTypeOf<T>, Reduce{s.outer, s.count, s.inner}, {in.data(), out.data()}, Units(s));
      EXPECT(out.GuardsIntact(), GetOp(op).name, s.outer, s.count, s.inner);
      ForEachResult(s, in, [&](int64_t at, const std::vector<T>& line) {
        EXPECT(check(line, out[at]), GetOp(op).name, kDTypeOf<T>, IsaName(isa), s.outer, s.count, s.inner, "at", at,
               +out[at]);
      });
      by_isa.emplace_back(out.data(), out.data() + out.size());
      bool same = true;
      for (int64_t i = 0; i < out.size(); ++i) same = same && Same(by_isa[0][i], out[i]);
      EXPECT(same, "ISAs differ", GetOp(op).name, IsaName(isa), s.outer, s.count, s.inner);
    }
  }
}

template <class T>
bool SumIsGood(const std::vector<T>& line, T got) {
  if constexpr (kIsFloat<T>) {
    long double sum = 0, size = 0;
    for (T value : line) sum += value, size += std::fabs(static_cast<long double>(value));
    if (!std::isfinite(sum) || size > std::numeric_limits<T>::max() / 4) return true;  // order decides what overflows
    // 70 roundings (64 in a chain, the folds, one per block), each half an ulp of at most `size`.
    return std::fabs(got - sum) <= 35 * std::numeric_limits<T>::epsilon() * size;
  } else {
    uint64_t sum = 0;
    for (T value : line) sum += static_cast<uint64_t>(value);
    return got == static_cast<T>(sum);
  }
}

template <class T>
bool ProdIsGood(const std::vector<T>& line, T got) {
  if constexpr (kIsFloat<T>) {
    long double product = 1, size = 0;
    for (T value : line) product *= value, size += std::fabs(std::log(std::fabs(static_cast<long double>(value))));
    // Where some order of the factors could overflow or underflow, the result depends on it.
    if (!(size < 60)) return true;
    return std::fabs(got - product) <= 32 * std::numeric_limits<T>::epsilon() * std::fabs(product);
  } else {
    uint64_t product = 1;
    for (T value : line) product *= static_cast<uint64_t>(value);
    return got == static_cast<T>(product);
  }
}

template <class T>
bool ExtremeIsGood(const std::vector<T>& line, T got, bool largest) {
  T expected = largest ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max();
  if constexpr (kIsFloat<T>) expected = largest ? -INFINITY : INFINITY;
  for (T value : line) {
    if (value != value) return got != got;
    expected = (largest ? value > expected : value < expected) ? value : expected;
  }
  return got == expected;
}

template <class T>
bool ArgIsGood(const std::vector<T>& line, int32_t got, bool largest) {
  size_t best = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != line[i]) return got == static_cast<int32_t>(i);
    if (largest ? line[i] > line[best] : line[i] < line[best]) best = i;
  }
  return got == static_cast<int32_t>(best);
}

template <class T>
void TestType() {
  RunShapes<T, T>(kOp_sum, [](const auto& line, T got) { return SumIsGood<T>(line, got); });
  RunShapes<T, T>(kOp_prod, [](const auto& line, T got) { return ProdIsGood<T>(line, got); });
  RunShapes<T, T>(kOp_max, [](const auto& line, T got) { return ExtremeIsGood<T>(line, got, true); });
  RunShapes<T, T>(kOp_min, [](const auto& line, T got) { return ExtremeIsGood<T>(line, got, false); });
  RunShapes<T, int32_t>(kOp_argmax, [](const auto& line, int32_t got) { return ArgIsGood<T>(line, got, true); });
  RunShapes<T, int32_t>(kOp_argmin, [](const auto& line, int32_t got) { return ArgIsGood<T>(line, got, false); });
}

TEST(UInt8) { TestType<uint8_t>(); }
TEST(Int32) { TestType<int32_t>(); }
TEST(Int64) { TestType<int64_t>(); }
TEST(Float32) { TestType<float>(); }
TEST(Float64) { TestType<double>(); }

TEST(AnyAndAll) {
  RunShapes<Bool, Bool>(kOp_max, [](const auto& line, Bool got) {
    bool any = false;
    for (Bool value : line) any = any || value;
    return got.value == any;
  });
  RunShapes<Bool, Bool>(kOp_min, [](const auto& line, Bool got) {
    bool all = true;
    for (Bool value : line) all = all && value;
    return got.value == all;
  });
}

template <class T>
void TestCumsum() {
  for (const Shape& s : Shapes()) {
    Guarded<T> in(Values<T>(s.outer * s.count * s.inner, false));
    for (const Isa isa : RunnableIsas()) {
      Guarded<T> out(in.size());
      RunKernel(isa, kOp_cumsum, kDTypeOf<T>, Reduce{s.outer, s.count, s.inner}, {in.data(), out.data()}, Units(s));
      EXPECT(out.GuardsIntact(), s.count);
      for (int64_t i = 0; i < in.size(); ++i) {
        const bool first = i / s.inner % s.count == 0;
        T expected = in[i];
        if (!first) {
          // Integers wrap around.
          if constexpr (kIsFloat<T>) {
            expected = out[i - s.inner] + in[i];
          } else {
            expected = static_cast<T>(static_cast<uint64_t>(out[i - s.inner]) + static_cast<uint64_t>(in[i]));
          }
        }
        EXPECT(Same(out[i], expected), IsaName(isa), s.outer, s.count, s.inner, i);
      }
      Guarded<T> in_place(std::vector<T>(in.data(), in.data() + in.size()));
      RunKernel(isa, kOp_cumsum, kDTypeOf<T>, Reduce{s.outer, s.count, s.inner}, {in_place.data(), in_place.data()},
                Units(s));
      for (int64_t i = 0; i < in.size(); ++i) EXPECT(Same(out[i], in_place[i]), "in place", s.count, i);
    }
  }
}

TEST(Cumsum) {
  TestCumsum<int32_t>();
  TestCumsum<float>();
  TestCumsum<double>();
}

}  // namespace
}  // namespace keraunos

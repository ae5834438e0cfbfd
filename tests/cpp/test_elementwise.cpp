// Every elementwise kernel against libm in long double or plain integer arithmetic: sizes around the vector widths,
// contiguous, broadcast and strided operands, special values, in place, every dtype, every ISA.
#include <functional>
#include <map>

#include "kernel_test.h"
#include "program_bytes.h"

namespace keraunos {
namespace {

using Real = long double;
using Function = std::function<Real(Real, Real)>;

// Tolerance in ulp of the result: 0 = exact. The float32 polynomials err by at most 2.1 ulp, glibc's double functions
// by 2; where a formula of several roundings is the definition (sigmoid_grad, ...), each rounding adds one.
struct FloatCase {
  Function expected;
  double ulps;
  double smallest_scale = 0;   // cancellation: errors count against at least this size
  bool moderate_only = false;  // intermediates overflow: skip operands beyond 1e18
};

Real Sigmoid(Real x) { return 1 / (1 + std::exp(-x)); }
Real KeepNan(bool nan, Real x) { return nan ? std::numeric_limits<Real>::quiet_NaN() : x; }

Real FloorDivideReal(Real x, Real y) {
  if (y == 0) return x / y;
  const Real rest = std::fmod(x, y);
  const Real quotient = (x - rest) / y - (rest != 0 && (rest < 0) != (y < 0) ? 1 : 0);
  return std::nearbyint(quotient);
}

Real ModReal(Real x, Real y) {
  const Real rest = std::fmod(x, y);
  return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

const std::map<uint32_t, FloatCase>& UnaryCases() {
  static const std::map<uint32_t, FloatCase> cases = {
      {kOp_negative, {[](Real x, Real) { return -x; }, 0}},
      {kOp_absolute, {[](Real x, Real) { return std::fabs(x); }, 0}},
      {kOp_sign, {[](Real x, Real) { return KeepNan(x != x, (x > 0) - (x < 0)); }, 0}},
      {kOp_square, {[](Real x, Real) { return x * x; }, 0.5}},
      {kOp_reciprocal, {[](Real x, Real) { return 1 / x; }, 0.5}},
      {kOp_sqrt, {[](Real x, Real) { return std::sqrt(x); }, 0.5}},
      {kOp_rsqrt, {[](Real x, Real) { return 1 / std::sqrt(x); }, 1.5}},
      {kOp_exp, {[](Real x, Real) { return std::exp(x); }, 2.5}},
      {kOp_expm1, {[](Real x, Real) { return std::expm1(x); }, 2.5}},
      {kOp_log, {[](Real x, Real) { return std::log(x); }, 2.5}},
      {kOp_log1p, {[](Real x, Real) { return std::log1p(x); }, 2.5}},
      {kOp_sin, {[](Real x, Real) { return std::sin(x); }, 2.5}},
      {kOp_cos, {[](Real x, Real) { return std::cos(x); }, 2.5}},
      {kOp_tan, {[](Real x, Real) { return std::tan(x); }, 3}},
      {kOp_arcsin, {[](Real x, Real) { return std::asin(x); }, 2}},
      {kOp_arccos, {[](Real x, Real) { return std::acos(x); }, 2}},
      {kOp_arctan, {[](Real x, Real) { return std::atan(x); }, 2}},
      {kOp_sinh, {[](Real x, Real) { return std::sinh(x); }, 3}},
      {kOp_cosh, {[](Real x, Real) { return std::cosh(x); }, 3}},
      {kOp_tanh, {[](Real x, Real) { return std::tanh(x); }, 3}},
      {kOp_arcsinh, {[](Real x, Real) { return std::asinh(x); }, 3}},
      {kOp_arccosh, {[](Real x, Real) { return std::acosh(x); }, 3}},
      {kOp_arctanh, {[](Real x, Real) { return std::atanh(x); }, 3}},
      {kOp_erf, {[](Real x, Real) { return std::erf(x); }, 2.5}},
      {kOp_erfc, {[](Real x, Real) { return std::erfc(x); }, 5}},
      {kOp_cbrt, {[](Real x, Real) { return std::cbrt(x); }, 4}},
      {kOp_trunc, {[](Real x, Real) { return std::trunc(x); }, 0}},
      {kOp_floor, {[](Real x, Real) { return std::floor(x); }, 0}},
      {kOp_ceil, {[](Real x, Real) { return std::ceil(x); }, 0}},
      {kOp_round, {[](Real x, Real) { return std::nearbyint(x); }, 0}},
      {kOp_sigmoid, {[](Real x, Real) { return Sigmoid(x); }, 3}},
      {kOp_softplus, {[](Real x, Real) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }, 4}},
      {kOp_relu, {[](Real x, Real) { return KeepNan(x != x, x > 0 ? x : 0); }, 0}},
  };
  return cases;
}

const std::map<uint32_t, FloatCase>& BinaryCases() {
  static const std::map<uint32_t, FloatCase> cases = {
      {kOp_add, {[](Real x, Real y) { return x + y; }, 0.51}},
      {kOp_subtract, {[](Real x, Real y) { return x - y; }, 0.51}},
      {kOp_multiply, {[](Real x, Real y) { return x * y; }, 0.51}},
      {kOp_divide, {[](Real x, Real y) { return x / y; }, 0.51}},
      {kOp_floor_divide, {FloorDivideReal, 1}},
      {kOp_mod, {ModReal, 1}},
      {kOp_fmod, {[](Real x, Real y) { return std::fmod(x, y); }, 0}},
      {kOp_hypot, {[](Real x, Real y) { return std::hypot(x, y); }, 1}},
      {kOp_maximum, {[](Real x, Real y) { return KeepNan(x != x || y != y, x > y ? x : y); }, 0}},
      {kOp_minimum, {[](Real x, Real y) { return KeepNan(x != x || y != y, x < y ? x : y); }, 0}},
      {kOp_power, {[](Real x, Real y) { return std::pow(x, y); }, 2}},
      {kOp_arctan2, {[](Real x, Real y) { return std::atan2(x, y); }, 2}},
      {kOp_relu_grad, {[](Real x, Real y) { return y > 0 ? x : 0; }, 0}},
      {kOp_sigmoid_grad, {[](Real x, Real y) { return x * y * (1 - y); }, 4, 0, true}},
      {kOp_tanh_grad, {[](Real x, Real y) { return x * (1 - y * y); }, 4, 20, true}},
      {kOp_sigmoid_cross_entropy,
       {[](Real x, Real y) { return (x > 0 ? x : 0) - x * y + std::log1p(std::exp(-std::fabs(x))); }, 4, 30, true}},
  };
  return cases;
}

template <class T>
bool Close(T got, Real expected, const FloatCase& test_case) {
  if (expected != expected || got != got) return expected != expected && got != got;
  const T rounded = static_cast<T>(expected);
  if (got == rounded) return true;
  if (std::isinf(got) || std::isinf(rounded)) {
    // Overflow one rounding earlier or later.
    return test_case.ulps > 0 && std::fabs(got) >= std::numeric_limits<T>::max() / 2 && (got > 0) == (rounded > 0) &&
           std::fabs(rounded) >= std::numeric_limits<T>::max() / 2;
  }
  const Real size = std::max<Real>({std::fabs(expected), static_cast<Real>(test_case.smallest_scale),
                                    static_cast<Real>(std::numeric_limits<T>::min())});
  return std::fabs(static_cast<Real>(got) - expected) <= test_case.ulps * std::numeric_limits<T>::epsilon() * size;
}

// A tensor of dims whose operands have strides: contiguous, broadcast along any dims, or spread out.
struct Layout {
  Elementwise params;
  int64_t elements[3];  // of each operand's memory
};

Layout RandomLayout(const std::vector<int64_t>& dims, int inputs, bool contiguous) {
  Layout layout = {ContiguousElementwise(dims), {}};
  for (int k = 0; k < inputs; ++k) {
    int64_t* strides = layout.params.strides[k];
    if (!contiguous) {
      const int64_t kind = test::RandomBetween(0, 4);
      int64_t stride = kind == 1 ? 2 : 1;
      for (int i = static_cast<int>(dims.size()) - 1; i >= 0; --i) {
        const bool broadcast = kind == 2 || (kind == 3 && test::RandomBetween(0, 1));
        strides[i] = broadcast ? 0 : stride;
        if (!broadcast) stride *= dims[i];
      }
      if (kind == 4 && dims.size() == 2) strides[0] = 1, strides[1] = dims[0];
    }
    layout.elements[k] = StridedExtent(layout.params.rank, layout.params.dims, strides, 0);
  }
  return layout;
}

std::vector<int64_t> IndexOf(const Elementwise& params, int64_t position) {
  std::vector<int64_t> index(params.rank);
  for (int64_t i = params.rank - 1; i >= 0; --i) {
    index[i] = position % params.dims[i];
    position /= params.dims[i];
  }
  return index;
}

int64_t OffsetOf(const Elementwise& params, int k, const std::vector<int64_t>& index) {
  int64_t offset = 0;
  for (size_t i = 0; i < index.size(); ++i) offset += index[i] * params.strides[k][i];
  return offset;
}

// Runs `op` on random operands of type T and gives every result to check(x, y, result).
template <class T, class R, class Check>
void RunOne(Isa isa, Op op, int inputs, const std::vector<int64_t>& dims, bool contiguous, Check check) {
  const Layout layout = RandomLayout(dims, inputs, contiguous);
  const int64_t count = DimsProduct(layout.params.rank, layout.params.dims);
  Guarded<T> x(RandomValues<T>(layout.elements[0])), y(RandomValues<T>(inputs > 1 ? layout.elements[1] : 0));
  Guarded<R> out(count);
  std::vector<void*> operands = {x.data()};
  if (inputs > 1) operands.push_back(y.data());
  operands.push_back(out.data());
  const int64_t units = dims.empty() ? 1 : dims[0];
  RunKernel(isa, op, kDTypeOf<T>, layout.params, operands, count == 0 ? 0 : units);
  EXPECT(out.GuardsIntact() && x.GuardsIntact(), GetOp(op).name, IsaName(isa));
  for (int64_t i = 0; i < count; ++i) {
    const auto index = IndexOf(layout.params, i);
    const T left = x[OffsetOf(layout.params, 0, index)];
    const T right = inputs > 1 ? y[OffsetOf(layout.params, 1, index)] : T();
    check(left, right, out[i]);
  }
  if constexpr (sizeof(T) == sizeof(R)) {
    if (!contiguous) return;
    operands.back() = x.data();
    RunKernel(isa, op, kDTypeOf<T>, layout.params, operands, count == 0 ? 0 : units);
    bool same = true;
    for (int64_t i = 0; i < count; ++i) same = same && Same(reinterpret_cast<const R&>(x[i]), out[i]);
    EXPECT(same, "in place", GetOp(op).name, IsaName(isa));
  }
}

template <class T, class R, class Check>
void RunAllShapes(Op op, int inputs, Check check) {
  for (const Isa isa : RunnableIsas()) {
    const auto checked = [&](T x, T y, R got) { check(isa, x, y, got); };
    for (int64_t n : TestSizes()) RunOne<T, R>(isa, op, inputs, {n}, true, checked);
    RunOne<T, R>(isa, op, inputs, {}, true, checked);
    for (int trial = 0; trial < std::max<int64_t>(5, test::Trials(25)); ++trial) {
      const bool wide = trial % 5 == 0;
      std::vector<int64_t> dims;
      for (int64_t rank = test::RandomBetween(1, 4); rank > 0; --rank)
        dims.push_back(test::RandomBetween(1, wide ? 2 : 9));
      if (wide) dims.back() = 1100;  // longer than two tiles
      RunOne<T, R>(isa, op, inputs, dims, trial % 3 == 0, checked);
    }
  }
}

template <class T>
void TestFloats() {
  for (const auto& [op, test_case] : UnaryCases()) {
    RunAllShapes<T, T>(static_cast<Op>(op), 1, [&, op = op, &test_case = test_case](Isa isa, T x, T, T got) {
      const Real expected = test_case.expected(x, 0);
      EXPECT(Close(got, expected, test_case), GetOp(op).name, IsaName(isa), "x", x, "got", got, "expected", expected);
    });
  }
  for (const auto& [op, test_case] : BinaryCases()) {
    RunAllShapes<T, T>(static_cast<Op>(op), 2, [&, op = op, &test_case = test_case](Isa isa, T x, T y, T got) {
      if (test_case.moderate_only && (std::fabs(x) > 1e18 || std::fabs(y) > 1e18)) return;
      const Real expected = test_case.expected(x, y);
      EXPECT(Close(got, expected, test_case), GetOp(op).name, IsaName(isa), x, y, "got", got, "expected", expected);
    });
  }
}

TEST(Float32) { TestFloats<float>(); }
TEST(Float64) { TestFloats<double>(); }

// Functions of the Python numbers that the elements are; 128 bits hold every intermediate, the result wraps to T.
using Wide = __int128;

Wide FloorDivideWide(Wide x, Wide y) {
  if (y == 0) return 0;
  return x / y - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0);
}

Wide Divisor(Wide x, Wide y) {
  while (y != 0) {
    const Wide rest = x % y;
    x = y;
    y = rest;
  }
  return x < 0 ? -x : x;
}

// Bit by bit, which any distance from 0 on means something for.
Wide ShiftLeft(Wide x, Wide distance) { return distance < 0 || distance > 63 ? 0 : x * (Wide{1} << distance); }
Wide ShiftRight(Wide x, Wide distance) { return distance < 0 || distance > 63 ? (x < 0 ? -1 : 0) : x >> distance; }

template <class T>
void TestIntegers() {
  const std::map<uint32_t, std::function<Wide(Wide, Wide)>> unary = {
      {kOp_negative, [](Wide x, Wide) { return -x; }},
      {kOp_absolute, [](Wide x, Wide) { return x < 0 ? -x : x; }},
      {kOp_sign, [](Wide x, Wide) { return Wide((x > 0) - (x < 0)); }},
      {kOp_square, [](Wide x, Wide) { return x * x; }},
      {kOp_bitwise_not, [](Wide x, Wide) { return -1 - x; }},
  };
  const std::map<uint32_t, std::function<Wide(Wide, Wide)>> binary = {
      {kOp_add, [](Wide x, Wide y) { return x + y; }},
      {kOp_subtract, [](Wide x, Wide y) { return x - y; }},
      {kOp_multiply, [](Wide x, Wide y) { return x * y; }},
      {kOp_floor_divide, FloorDivideWide},
      {kOp_mod, [](Wide x, Wide y) { return y == 0 ? 0 : x - FloorDivideWide(x, y) * y; }},
      {kOp_fmod, [](Wide x, Wide y) { return y == 0 ? 0 : x % y; }},
      {kOp_gcd, Divisor},
      {kOp_bitwise_and, [](Wide x, Wide y) { return x & y; }},
      {kOp_bitwise_or, [](Wide x, Wide y) { return x | y; }},
      {kOp_bitwise_xor, [](Wide x, Wide y) { return x ^ y; }},
      {kOp_left_shift, ShiftLeft},
      {kOp_right_shift, ShiftRight},
      {kOp_maximum, [](Wide x, Wide y) { return x > y ? x : y; }},
      {kOp_minimum, [](Wide x, Wide y) { return x < y ? x : y; }},
      {kOp_power,
       [](Wide x, Wide y) {
         // Exponents up to 9, or the largest number, of which only the lowest 64 squarings matter.
         uint64_t power = 1, base = static_cast<uint64_t>(x);
         for (uint64_t e = y < 0 ? 0 : static_cast<uint64_t>(y); e; e >>= 1, base *= base) power *= e & 1 ? base : 1;
         return y < 0 ? Wide(0) : Wide(power);
       }},
  };
  const auto check = [](uint32_t op, const std::function<Wide(Wide, Wide)>& expected) {
    return [op, expected](Isa isa, T x, T y, T got) {
      const T wanted = static_cast<T>(expected(x, y));
      EXPECT(got == wanted, GetOp(op).name, IsaName(isa), +x, +y, "got", +got, "expected", +wanted);
    };
  };
  for (const auto& [op, expected] : unary) RunAllShapes<T, T>(static_cast<Op>(op), 1, check(op, expected));
  for (const auto& [op, expected] : binary) RunAllShapes<T, T>(static_cast<Op>(op), 2, check(op, expected));
}

TEST(Integers) {
  TestIntegers<uint8_t>();
  TestIntegers<int32_t>();
  TestIntegers<int64_t>();
}

TEST(Booleans) {
  const std::map<uint32_t, std::function<bool(bool, bool)>> cases = {
      {kOp_add, [](bool x, bool y) { return x || y; }},        {kOp_subtract, [](bool x, bool y) { return x != y; }},
      {kOp_multiply, [](bool x, bool y) { return x && y; }},   {kOp_maximum, [](bool x, bool y) { return x || y; }},
      {kOp_minimum, [](bool x, bool y) { return x && y; }},    {kOp_logical_and, [](bool x, bool y) { return x && y; }},
      {kOp_logical_or, [](bool x, bool y) { return x || y; }}, {kOp_logical_xor, [](bool x, bool y) { return x != y; }},
  };
  for (const auto& [op, expected] : cases) {
    RunAllShapes<Bool, Bool>(static_cast<Op>(op), 2, [op = op, expected = expected](Isa, Bool x, Bool y, Bool got) {
      EXPECT(got.value == expected(x, y), GetOp(op).name, x.value, y.value, +got.value);
    });
  }
  RunAllShapes<Bool, Bool>(kOp_logical_not, 1, [](Isa, Bool x, Bool, Bool got) { EXPECT(got.value == !x, x.value); });
}

TEST(Comparisons) {
  ForAllTypes([](auto sample) {
    using T = decltype(sample);
    const std::map<uint32_t, std::function<bool(T, T)>> cases = {
        {kOp_equal, [](T x, T y) { return x == y; }},  {kOp_not_equal, [](T x, T y) { return x != y; }},
        {kOp_less, [](T x, T y) { return x < y; }},    {kOp_less_equal, [](T x, T y) { return x <= y; }},
        {kOp_greater, [](T x, T y) { return x > y; }}, {kOp_greater_equal, [](T x, T y) { return x >= y; }},
    };
    for (const auto& [op, expected] : cases) {
      RunAllShapes<T, Bool>(static_cast<Op>(op), 2, [op = op, expected = expected](Isa isa, T x, T y, Bool got) {
        EXPECT(got.value == expected(x, y), GetOp(op).name, IsaName(isa), +x, +y, +got.value);
      });
    }
    if constexpr (kIsFloat<T>) {
      RunAllShapes<T, Bool>(kOp_is_nan, 1, [](Isa, T x, T, Bool got) { EXPECT(got.value == std::isnan(x), x); });
      RunAllShapes<T, Bool>(kOp_is_finite, 1, [](Isa, T x, T, Bool got) { EXPECT(got.value == std::isfinite(x), x); });
    }
  });
}

TEST(Where) {
  ForAllTypes([](auto sample) {
    using T = decltype(sample);
    for (const Isa isa : RunnableIsas()) {
      for (int64_t n : TestSizes()) {
        const Elementwise params = ContiguousElementwise({n, 3});
        Guarded<Bool> condition(RandomValues<Bool>(n * 3));
        Guarded<T> x(RandomValues<T>(n * 3)), y(RandomValues<T>(n * 3)), out(n * 3);
        RunKernel(isa, kOp_where, kDTypeOf<T>, params, {condition.data(), x.data(), y.data(), out.data()}, n);
        for (int64_t i = 0; i < n * 3; ++i) EXPECT(Same(out[i], condition[i] ? x[i] : y[i]), IsaName(isa), n, i);
        EXPECT(out.GuardsIntact(), n);
      }
    }
  });
}

// erf of the result gives the argument back.
template <class T>
void TestErfinv() {
  RunAllShapes<T, T>(kOp_erfinv, 1, [](Isa, T x, T, T got) {
    if (!(std::fabs(x) < 1)) {
      EXPECT(std::fabs(x) == 1 ? std::isinf(got) && (got > 0) == (x > 0) : std::isnan(got), x, got);
      return;
    }
    // d erf = 2 / sqrt(pi) exp(-y^2) dy, with dy of 4 ulp.
    const Real y = got, slope = 1.1283791670955126L * std::exp(-y * y);
    const Real tolerance =
        (4 * slope * std::fabs(y) + std::fabs(static_cast<Real>(x))) * std::numeric_limits<T>::epsilon();
    EXPECT(std::fabs(std::erf(y) - x) <= tolerance, x, got);
  });
}

TEST(Erfinv) {
  TestErfinv<float>();
  TestErfinv<double>();
}

}  // namespace
}  // namespace keraunos

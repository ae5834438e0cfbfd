// float32 math functions of every ISA against libm in double precision: largest error in ulp over numbers spread over
// all bit patterns, special values, and equal bits on all ISAs with FMA. Takes every 4099th float (emulated: every
// 65587th); KERAUNOS_MATH_STEP=1 takes them all (hours).
#include <algorithm>
#include <cstdlib>

#include "kernel_test.h"

namespace keraunos {
namespace {

struct Function {
  Op op;
  double (*reference)(double);
  double limit_ulp;
};

double Sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double Softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }
double InverseSqrt(double x) { return 1 / std::sqrt(x); }

// Limits: what was seen over all floats (simd/math.h), rounded up; 1.0 where libm in float does the work (its bound).
const Function kFunctions[] = {
    {kOp_exp, std::exp, 1.0},       {kOp_expm1, std::expm1, 1.5},   {kOp_log, std::log, 1.0},
    {kOp_log1p, std::log1p, 1.0},   {kOp_sigmoid, Sigmoid, 2.5},    {kOp_softplus, Softplus, 2.0},
    {kOp_tanh, std::tanh, 3.0},     {kOp_sin, std::sin, 1.6},       {kOp_cos, std::cos, 1.6},
    {kOp_tan, std::tan, 3.8},       {kOp_erf, std::erf, 1.3},       {kOp_rsqrt, InverseSqrt, 1.5},
    {kOp_sqrt, std::sqrt, 0.5},     {kOp_floor, std::floor, 0},     {kOp_ceil, std::ceil, 0},
    {kOp_round, std::nearbyint, 0}, {kOp_arcsin, std::asin, 1.0},   {kOp_arccos, std::acos, 1.0},
    {kOp_arctan, std::atan, 1.0},   {kOp_sinh, std::sinh, 2.5},     {kOp_cosh, std::cosh, 2.0},
    {kOp_arcsinh, std::asinh, 2.0}, {kOp_arccosh, std::acosh, 2.5}, {kOp_arctanh, std::atanh, 2.5},
};

float FromBits(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}

// The distance of `got` from `exact` in units in the last place of float at `exact`; infinite where the classes differ.
double UlpError(float got, double exact) {
  const float rounded = static_cast<float>(exact);
  if (std::isnan(rounded)) return std::isnan(got) ? 0 : HUGE_VAL;
  if (std::isinf(rounded) || std::isinf(got)) return rounded == got ? 0 : HUGE_VAL;
  if (rounded == 0 && std::signbit(got) != std::signbit(exact)) return HUGE_VAL;
  int exponent;
  std::frexp(exact, &exponent);
  return std::fabs(got - exact) / std::ldexp(1.0, std::max(exponent - 24, -149));
}

Elementwise Line(int64_t n, int inputs) {
  Elementwise params = {};
  params.rank = 1;
  params.dims[0] = n;
  for (int i = 0; i < inputs; ++i) params.strides[i][0] = 1;
  return params;
}

// Values that break careless code, then every `step`th bit pattern.
std::vector<float> Inputs(uint64_t step) {
  const float limits = std::numeric_limits<float>::infinity();
  std::vector<float> x = {0.0f,       -0.0f,         1.0f,           -1.0f, limits,      -limits,     std::nanf(""),
                          88.72283f,  88.72284f,     -87.4f,         104.f, -103.97208f, -103.97209f, 1.1754942e-38f,
                          1e-45f,     3.4028235e38f, -3.4028235e38f, 0.5f,  -0.5f,       1.5f,        2.5f,
                          8388607.5f, 8388608.0f,    16777216.0f,    9.01f, -9.01f};
  for (uint64_t bits = 1; bits < (uint64_t{1} << 32); bits += step) x.push_back(FromBits(static_cast<uint32_t>(bits)));
  return x;
}

void TestFunction(const Function& function, const std::vector<float>& inputs) {
  const int64_t block = 4099;  // odd: the last vector is partial
  const Elementwise params = Line(block, 1);
  const char* name = GetOp(function.op).name;
  std::vector<double> worst(RunnableIsas().size());
  std::vector<float> at(worst.size());
  for (size_t start = 0; start + block <= inputs.size(); start += block) {
    std::vector<double> exact(block);
    for (int64_t j = 0; j < block; ++j) exact[j] = function.reference(inputs[start + j]);
    std::vector<Guarded<float>> with_fma;
    for (size_t i = 0; i < worst.size(); ++i) {
      const Isa isa = RunnableIsas()[i];
      const bool compare = HasFma(isa) && !with_fma.empty();
      Guarded<float> out(block);
      RunKernel(isa, function.op, kFloat32, params, {const_cast<float*>(&inputs[start]), out.data()}, block);
      EXPECT(out.GuardsIntact(), name, IsaName(isa), "guards");
      for (int64_t j = 0; j < block; ++j) {
        const double error = UlpError(out[j], exact[j]);
        if (error > worst[i]) {
          worst[i] = error;
          at[i] = inputs[start + j];
        }
        EXPECT(!compare || Same(out[j], with_fma[0][j]), name, inputs[start + j], "on", IsaName(isa), out[j],
               "elsewhere", with_fma[0][j]);
      }
      if (HasFma(isa)) with_fma.push_back(out);
    }
  }
  for (size_t i = 0; i < worst.size(); ++i) {
    const Isa isa = RunnableIsas()[i];
    std::printf("%-9s %-9s %.3f ulp at %.9g\n", name, IsaName(isa), worst[i], at[i]);
    EXPECT(worst[i] <= function.limit_ulp, name, IsaName(isa), worst[i], "ulp at", at[i]);
  }
}

uint64_t Step() {
  const char* text = std::getenv("KERAUNOS_MATH_STEP");
  if (text) return std::strtoull(text, nullptr, 10);
  return std::getenv("KERAUNOS_EMULATED") ? 16 * 4099 + 3 : 4099;
}

TEST(MathFloat32) {
  const std::vector<float> inputs = Inputs(Step());
  for (const Function& function : kFunctions) TestFunction(function, inputs);
}

// erf(erfinv(x)) = x, to the precision that erfinv's own rounding leaves.
TEST(MathErfinv) {
  const int64_t n = 1001;
  auto x = RandomUniforms<double>(n, -1, 1);
  for (const Isa isa : RunnableIsas()) {
    Guarded<double> y(n);
    RunKernel(isa, kOp_erfinv, kFloat64, Line(n, 1), {x.data(), y.data()}, n);
    for (int64_t i = 0; i < n; ++i) {
      // d erf = 2 / sqrt(pi) exp(-y^2) dy, dy = 2 ulp of y; plus one rounding of erf.
      const double tolerance = 1.2e-16 + 1.13 * std::exp(-y[i] * y[i]) * 4.5e-16 * std::fabs(y[i]);
      EXPECT(std::fabs(std::erf(y[i]) - x[i]) <= tolerance, IsaName(isa), x[i], y[i]);
    }
  }
}

}  // namespace
}  // namespace keraunos

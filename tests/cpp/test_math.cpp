// float32 math functions of every ISA against libm in double precision: largest error in ulp over numbers spread over
// all bit patterns, special values, and equal bits on all ISAs with FMA. `test_math 1` visits every float (hours); the
// default takes every 4099th.
#include <algorithm>
#include <cstdlib>

#include "kernel_support.h"

using namespace keraunos;
using namespace keraunos::test;

namespace {

struct Function {
  uint32_t op;
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
  std::vector<double> worst(RunnableIsas().size());
  std::vector<float> at(worst.size());
  for (size_t start = 0; start + block <= inputs.size(); start += block) {
    const Guarded<float>* first_fma = nullptr;
    std::vector<Guarded<float>> results;
    results.reserve(worst.size());
    for (size_t i = 0; i < worst.size(); ++i) {
      const Isa isa = RunnableIsas()[i];
      Guarded<float>& out = results.emplace_back(block);
      Run(isa, function.op, kFloat32, &params, {const_cast<float*>(&inputs[start]), out.data()}, 0, block);
      if (!out.GuardsIntact()) Fail("%s %s: guards overwritten", GetOp(function.op).name, IsaName(isa));
      if (HasFma(isa)) {
        if (first_fma && !first_fma->SameBits(out)) {
          for (int64_t j = 0; j < block; ++j) {
            if (std::memcmp(&(*first_fma)[j], &out[j], 4) != 0 &&
                !(std::isnan((*first_fma)[j]) && std::isnan(out[j]))) {
              Fail("%s of %.9g: %.9g on %s, %.9g elsewhere", GetOp(function.op).name, inputs[start + j], out[j],
                   IsaName(isa), (*first_fma)[j]);
            }
          }
        }
        first_fma = &out;
      }
      for (int64_t j = 0; j < block; ++j) {
        const double error = UlpError(out[j], function.reference(inputs[start + j]));
        if (error > worst[i]) {
          worst[i] = error;
          at[i] = inputs[start + j];
        }
      }
    }
  }
  for (size_t i = 0; i < worst.size(); ++i) {
    std::printf("%-9s %-9s %.3f ulp at %.9g\n", GetOp(function.op).name, IsaName(RunnableIsas()[i]), worst[i], at[i]);
    if (!(worst[i] <= function.limit_ulp))
      Fail("%s: over its limit of %g ulp", GetOp(function.op).name, function.limit_ulp);
  }
}

// erf(erfinv(x)) = x, to the precision that erfinv's own rounding leaves.
void TestErfinv() {
  Numbers numbers(5);
  Guarded<double> x(1001, numbers, -1, 1), y(1001);
  const Elementwise params = Line(1001, 1);
  for (const Isa isa : RunnableIsas()) {
    Run(isa, kOp_erfinv, kFloat64, &params, {x.data(), y.data()}, 0, 1001);
    for (int64_t i = 0; i < 1001; ++i) {
      // d erf = 2 / sqrt(pi) exp(-y^2) dy, dy = 2 ulp of y; plus one rounding of erf.
      const double tolerance = 1.2e-16 + 1.13 * std::exp(-y[i] * y[i]) * 4.5e-16 * std::fabs(y[i]);
      const double back = std::erf(y[i]);
      if (!(std::fabs(back - x[i]) <= tolerance)) Fail("erfinv(%.17g) = %.17g on %s", x[i], y[i], IsaName(isa));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t step = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 4099;
  const std::vector<float> inputs = Inputs(step);
  for (const Function& function : kFunctions) TestFunction(function, inputs);
  TestErfinv();
  return Finish("math");
}

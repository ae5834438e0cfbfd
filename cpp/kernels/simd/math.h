// Vector math: float by own polynomials with explicit fma (the same bits on every ISA that has FMA), the rarely used
// float functions and all of float64 by libm, lane by lane. Zeros, infinities, NaN, overflow and gradual underflow come
// out as in libm. Largest error in ulp against libm in double, over every 37th float, any ISA (tests/cpp/test_math.cpp
// repeats it):
//   exp 0.98 | expm1 1.43 | log 0.81 | log1p 0.83 | sigmoid 2.33 | softplus 1.57 | tanh 2.50 | sin, cos 1.57 | tan 3.62
//   | erf 1.28 rsqrt 1.49 | erfinv 0.51; exp_non_positive gives 0 below -87
#pragma once
#include "kernels/simd/erf.h"
#include "kernels/simd/exp.h"
#include "kernels/simd/libm.h"
#include "kernels/simd/log.h"
#include "kernels/simd/trigonometry.h"
#include "kernels/simd/vec.h"

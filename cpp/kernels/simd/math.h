// Vector math: float by own polynomials with explicit fma (the same bits on every ISA that has FMA), the rarely used
// float functions and all of float64 by libm, lane by lane. Largest error seen over all 2^32 floats where nothing else
// is said, in ulp (ISAs with FMA; SSE2 in brackets); 0, -0, infinities, NaN, overflow and gradual underflow behave as
// in libm:
//   exp 0.6 | expm1 1.8 | log 1.0 | log1p 1.2 | sigmoid 1.6 | softplus 1.5 | tanh 2.1 | sin, cos 0.9 | tan 1.9 |
//   erf 1.2
// Measured by tests/cpp/test_math.cpp against libm in double precision.
#pragma once
#include "kernels/simd/erf.h"
#include "kernels/simd/exp.h"
#include "kernels/simd/libm.h"
#include "kernels/simd/log.h"
#include "kernels/simd/trigonometry.h"
#include "kernels/simd/vec.h"

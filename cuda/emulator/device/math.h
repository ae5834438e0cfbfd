// Functions of numbers beyond the language: the host's library, and what CUDA has beyond it.
#pragma once
#include <math.h>

#include <limits>

#include "device/thread.h"

// Giles's approximation ("Approximating the erfinv function", 2010), then three steps of Halley's method.
inline double erfinv(double x) {
  if (!(x > -1.0 && x < 1.0)) {
    const double infinity = std::numeric_limits<double>::infinity();
    return x == 1.0 ? infinity : x == -1.0 ? -infinity : std::numeric_limits<double>::quiet_NaN();
  }
  if (x == 0.0) return x;
  const double complement = 1.0 - fabs(x);
  double w = -log(complement * (1.0 + fabs(x)));
  double y;
  if (w < 5.0) {
    w -= 2.5;
    y = 0.246640727 + w * (-0.00417768164 + w * (-0.00125372503 + w * 0.00021858087));
    y = 1.50140941 + y * w;
  } else {
    w = sqrt(w) - 3.0;
    y = 1.00167406 + w * (0.00943887047 + w * -0.0076224613);
    y = 2.83297682 + y * w;
  }
  y *= fabs(x);
  for (int i = 0; i < 3; ++i) {
    // Whichever of erf and erfc is not near 1.
    const double distance = y < 0.5 ? erf(y) - fabs(x) : complement - erfc(y);
    const double error = distance / (1.12837916709551257 * exp(-y * y));
    y -= error / (1.0 + y * error);
  }
  return copysign(y, x);
}
inline float erfinv(float x) { return static_cast<float>(erfinv(static_cast<double>(x))); }

namespace keraunos::cuda {

inline float ReciprocalSqrt(float x) { return 1 / sqrtf(x); }
inline double ReciprocalSqrt(double x) { return 1 / sqrt(x); }

inline void SinCosTurns(double turns, double& sine, double& cosine) {
  const double angle = 6.28318530717958647693 * turns;
  sine = sin(angle);
  cosine = cos(angle);
}
inline void SinCosTurns(float turns, float& sine, float& cosine) {
  double wide_sine, wide_cosine;
  SinCosTurns(static_cast<double>(turns), wide_sine, wide_cosine);
  sine = static_cast<float>(wide_sine);
  cosine = static_cast<float>(wide_cosine);
}

// The host's compiler contracts nothing unless it may use FMA instructions, and it is not told that it may.
inline float Product(float a, float b) { return a * b; }
inline double Product(double a, double b) { return a * b; }
inline float Sum(float a, float b) { return a + b; }
inline double Sum(double a, double b) { return a + b; }
inline float Fma(float a, float b, float c) { return fmaf(a, b, c); }
inline double Fma(double a, double b, double c) { return fma(a, b, c); }

}  // namespace keraunos::cuda

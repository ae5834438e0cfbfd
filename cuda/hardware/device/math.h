// Functions of numbers beyond the language: on hardware CUDA has them all, overloaded for float and double.
#pragma once
#include <math.h>

#include "device/thread.h"

namespace keraunos::cuda {

__device__ __forceinline__ float ReciprocalSqrt(float x) { return rsqrtf(x); }
__device__ __forceinline__ double ReciprocalSqrt(double x) { return rsqrt(x); }

// The sine and cosine of a number of turns.
__device__ __forceinline__ void SinCosTurns(float turns, float& sine, float& cosine) {
  sincospif(2 * turns, &sine, &cosine);
}
__device__ __forceinline__ void SinCosTurns(double turns, double& sine, double& cosine) {
  sincospi(2 * turns, &sine, &cosine);
}

// Products and sums that are never contracted to a fused one, and fused ones.
__device__ __forceinline__ float Product(float a, float b) { return __fmul_rn(a, b); }
__device__ __forceinline__ double Product(double a, double b) { return __dmul_rn(a, b); }
__device__ __forceinline__ float Sum(float a, float b) { return __fadd_rn(a, b); }
__device__ __forceinline__ double Sum(double a, double b) { return __dadd_rn(a, b); }
__device__ __forceinline__ float Fma(float a, float b, float c) { return __fmaf_rn(a, b, c); }
__device__ __forceinline__ double Fma(double a, double b, double c) { return __fma_rn(a, b, c); }

}  // namespace keraunos::cuda

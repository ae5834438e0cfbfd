// The rows of functions.inc as entries of kernel tables: each file of the family defines the words of the rows that it
// takes with these, the others as nothing (words.inc).
#pragma once
#include "cuda/kernels/elementwise/functors.cuh"
#include "cuda/kernels/elementwise/kernel.cuh"

#define ENTRY(kind, inputs, name, T, R) {kOp_##name, kDTypeOf<T>, LaunchElements<kind##_##name, T, T, R, inputs>},
#define FLOATS(kind, inputs, name)          \
  ENTRY(kind, inputs, name, float, float)   \
  ENTRY(kind, inputs, name, double, double) \
  ENTRY(kind, inputs, name, BFloat16, BFloat16) ENTRY(kind, inputs, name, Float16, Float16)
#define INTEGERS(kind, inputs, name)          \
  ENTRY(kind, inputs, name, uint8_t, uint8_t) \
  ENTRY(kind, inputs, name, int32_t, int32_t) ENTRY(kind, inputs, name, int64_t, int64_t)
#define FLOATS_TO_BOOL(kind, inputs, name) \
  ENTRY(kind, inputs, name, float, Bool)   \
  ENTRY(kind, inputs, name, double, Bool)  \
  ENTRY(kind, inputs, name, BFloat16, Bool) ENTRY(kind, inputs, name, Float16, Bool)

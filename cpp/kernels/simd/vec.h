// Native-width vectors of float and double, one set of names for every ISA: SSE2 and NEON 16 bytes, AVX2 32,
// AVX-512 64.
//
// The types are compiler vector extensions, so + - * / comparisons and `mask ? a : b` are the language's own (with
// -ffp-contract=off they are never fused); a header per ISA adds what operators cannot say: fma, sqrt, rounding, masked
// memory, widening. A wider-than-native type would be spilled on every use (1059 stack moves in a GEMM tile), hence
// native. Only C headers and intrinsics are included: a C++ library template compiled here would be a weak symbol with
// the wrong ISA.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#if defined(__AVX512F__) && defined(__AVX512VL__) && defined(__AVX512BW__) && defined(__AVX512DQ__)
#define KERAUNOS_VECTOR_BYTES 64
#elif defined(__AVX2__) && defined(__FMA__)
#define KERAUNOS_VECTOR_BYTES 32
#else
#define KERAUNOS_VECTOR_BYTES 16
#endif

namespace keraunos {
namespace {

typedef float VecF32 __attribute__((vector_size(KERAUNOS_VECTOR_BYTES)));
typedef double VecF64 __attribute__((vector_size(KERAUNOS_VECTOR_BYTES)));
typedef int32_t VecI32 __attribute__((vector_size(KERAUNOS_VECTOR_BYTES)));
typedef int64_t VecI64 __attribute__((vector_size(KERAUNOS_VECTOR_BYTES)));
typedef uint32_t VecU32 __attribute__((vector_size(KERAUNOS_VECTOR_BYTES)));

template <typename T>
struct Simd;
template <>
struct Simd<float> {
  using Vec = VecF32;
  using Bits = VecI32;
  using Int = int32_t;
};
template <>
struct Simd<double> {
  using Vec = VecF64;
  using Bits = VecI64;
  using Int = int64_t;
};
template <typename T>
using Vec = typename Simd<T>::Vec;
template <typename T>
inline constexpr int kVecLanes = KERAUNOS_VECTOR_BYTES / static_cast<int>(sizeof(T));

KERAUNOS_INLINE VecF32 splat(float x) { return x - VecF32{}; }
KERAUNOS_INLINE VecF64 splat(double x) { return x - VecF64{}; }
KERAUNOS_INLINE VecI32 splat(int32_t x) { return x - VecI32{}; }
KERAUNOS_INLINE VecI64 splat(int64_t x) { return x - VecI64{}; }
KERAUNOS_INLINE VecU32 splat(uint32_t x) { return x - VecU32{}; }

// Unaligned, all lanes.
template <typename T>
KERAUNOS_INLINE Vec<T> load(const T* p) {
  Vec<T> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <typename T>
KERAUNOS_INLINE void store(T* p, Vec<T> v) {
  __builtin_memcpy(p, &v, sizeof v);
}

// Floats as integers and back.
KERAUNOS_INLINE VecI32 bits(VecF32 x) { return (VecI32)x; }
KERAUNOS_INLINE VecI64 bits(VecF64 x) { return (VecI64)x; }
KERAUNOS_INLINE VecF32 from_bits(VecI32 x) { return (VecF32)x; }
KERAUNOS_INLINE VecF64 from_bits(VecI64 x) { return (VecF64)x; }

// mask: a comparison's result, all ones or all zeros in each lane.
KERAUNOS_INLINE VecF32 select(VecI32 mask, VecF32 a, VecF32 b) { return mask ? a : b; }
KERAUNOS_INLINE VecF64 select(VecI64 mask, VecF64 a, VecF64 b) { return mask ? a : b; }
KERAUNOS_INLINE VecI32 select(VecI32 mask, VecI32 a, VecI32 b) { return mask ? a : b; }
KERAUNOS_INLINE VecI64 select(VecI64 mask, VecI64 a, VecI64 b) { return mask ? a : b; }

// The second operand wins when either is NaN, which is what minps/maxps do: both compile to one instruction on x86.
template <typename V>
KERAUNOS_INLINE V min(V a, V b) {
  return a < b ? a : b;
}
template <typename V>
KERAUNOS_INLINE V max(V a, V b) {
  return a > b ? a : b;
}
// NaN if either operand is NaN.
template <typename V>
KERAUNOS_INLINE V min_nan(V a, V b) {
  return ((a < b) | (a != a)) ? a : b;
}
template <typename V>
KERAUNOS_INLINE V max_nan(V a, V b) {
  return ((a > b) | (a != a)) ? a : b;
}

KERAUNOS_INLINE VecF32 abs(VecF32 x) { return from_bits(bits(x) & 0x7fffffff); }
KERAUNOS_INLINE VecF64 abs(VecF64 x) { return from_bits(bits(x) & INT64_C(0x7fffffffffffffff)); }
KERAUNOS_INLINE VecF32 copysign(VecF32 x, VecF32 sign) {
  return from_bits((bits(x) & 0x7fffffff) | (bits(sign) & INT32_MIN));
}
KERAUNOS_INLINE VecF64 copysign(VecF64 x, VecF64 sign) {
  return from_bits((bits(x) & INT64_C(0x7fffffffffffffff)) | (bits(sign) & INT64_MIN));
}

}  // namespace
}  // namespace keraunos

#include "kernels/simd/shuffle.h"
#if KERAUNOS_VECTOR_BYTES == 64
#include "kernels/simd/vec_avx512.h"
#elif KERAUNOS_VECTOR_BYTES == 32
#include "kernels/simd/vec_avx2.h"
#elif defined(__SSE2__)
#include "kernels/simd/vec_sse2.h"
#elif defined(__ARM_NEON)
#include "kernels/simd/vec_neon.h"
#else
#error "keraunos needs SSE2 or NEON"
#endif

#include "kernels/simd/lanes.h"

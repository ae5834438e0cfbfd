// NEON of AArch64: what vec.h's operators cannot say. There is no masked memory: partial loads and stores go lane by
// lane. Included by vec.h only.
#pragma once
#include <arm_neon.h>

namespace keraunos {
namespace {

inline constexpr bool kHasFma = true;

// a * b + c and c - a * b, rounded once.
KERAUNOS_INLINE VecF32 fma(VecF32 a, VecF32 b, VecF32 c) { return (VecF32)vfmaq_f32(c, a, b); }
KERAUNOS_INLINE VecF64 fma(VecF64 a, VecF64 b, VecF64 c) { return (VecF64)vfmaq_f64(c, a, b); }
KERAUNOS_INLINE VecF32 fnma(VecF32 a, VecF32 b, VecF32 c) { return (VecF32)vfmsq_f32(c, a, b); }
KERAUNOS_INLINE VecF64 fnma(VecF64 a, VecF64 b, VecF64 c) { return (VecF64)vfmsq_f64(c, a, b); }

KERAUNOS_INLINE VecF32 sqrt(VecF32 x) { return (VecF32)vsqrtq_f32(x); }
KERAUNOS_INLINE VecF64 sqrt(VecF64 x) { return (VecF64)vsqrtq_f64(x); }
KERAUNOS_INLINE VecF32 floor(VecF32 x) { return (VecF32)vrndmq_f32(x); }
KERAUNOS_INLINE VecF64 floor(VecF64 x) { return (VecF64)vrndmq_f64(x); }
KERAUNOS_INLINE VecF32 ceil(VecF32 x) { return (VecF32)vrndpq_f32(x); }
KERAUNOS_INLINE VecF64 ceil(VecF64 x) { return (VecF64)vrndpq_f64(x); }
KERAUNOS_INLINE VecF32 round_even(VecF32 x) { return (VecF32)vrndnq_f32(x); }
KERAUNOS_INLINE VecF64 round_even(VecF64 x) { return (VecF64)vrndnq_f64(x); }

// The first n lanes, 0 <= n <= lanes; the other lanes of a load are `fill`.
KERAUNOS_INLINE VecF32 load_n(const float* p, int64_t n, float fill) {
  VecF32 v = splat(fill);
  if (n > 0) v[0] = p[0];
  if (n > 1) v[1] = p[1];
  if (n > 2) v[2] = p[2];
  if (n > 3) v[3] = p[3];
  return v;
}
KERAUNOS_INLINE VecF64 load_n(const double* p, int64_t n, double fill) {
  VecF64 v = splat(fill);
  if (n > 0) v[0] = p[0];
  if (n > 1) v[1] = p[1];
  return v;
}
KERAUNOS_INLINE VecF32 load_n(const float* p, int64_t n) { return load_n(p, n, 0.0f); }
KERAUNOS_INLINE VecF64 load_n(const double* p, int64_t n) { return load_n(p, n, 0.0); }
KERAUNOS_INLINE void store_n(float* p, VecF32 v, int64_t n) {
  if (n > 0) p[0] = v[0];
  if (n > 1) p[1] = v[1];
  if (n > 2) p[2] = v[2];
  if (n > 3) p[3] = v[3];
}
KERAUNOS_INLINE void store_n(double* p, VecF64 v, int64_t n) {
  if (n > 0) p[0] = v[0];
  if (n > 1) p[1] = v[1];
}

// float <-> double, half a float vector at a time; float <-> int32 (round to nearest even, truncate).
KERAUNOS_INLINE VecF64 widen_low(VecF32 x) { return (VecF64)vcvt_f64_f32(vget_low_f32(x)); }
KERAUNOS_INLINE VecF64 widen_high(VecF32 x) { return (VecF64)vcvt_high_f64_f32(x); }
KERAUNOS_INLINE VecF32 narrow(VecF64 low, VecF64 high) { return (VecF32)vcvt_high_f32_f64(vcvt_f32_f64(low), high); }
KERAUNOS_INLINE VecF32 to_float(VecI32 x) { return (VecF32)vcvtq_f32_s32((int32x4_t)x); }
KERAUNOS_INLINE VecI32 truncate(VecF32 x) { return (VecI32)vcvtq_s32_f32(x); }

// 64-bit products of the even 32-bit lanes.
KERAUNOS_INLINE VecU32 multiply_even(VecU32 a, VecU32 b) {
  return (VecU32)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
}

KERAUNOS_INLINE bool any(VecI32 mask) { return vmaxvq_u32((uint32x4_t)mask) != 0; }
KERAUNOS_INLINE bool any(VecI64 mask) { return vmaxvq_u32((uint32x4_t)mask) != 0; }

// Keeps a loaded vector in its register.
KERAUNOS_INLINE void pin(VecF32& v) { asm("" : "+w"(v)); }
KERAUNOS_INLINE void pin(VecF64& v) { asm("" : "+w"(v)); }

}  // namespace
}  // namespace keraunos

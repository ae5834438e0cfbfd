// Words to numbers. A group is what one Philox call yields: two vectors of float, or two vectors of double, of
// consecutive elements.
#pragma once
#include "kernels/random/philox.h"
#include "kernels/simd/math.h"

namespace keraunos {
namespace {

template <typename T>
struct Group {
  static constexpr int64_t kElements = 2 * kVecLanes<T>;
  static constexpr int64_t kPerBlock = 16 / sizeof(T);  // elements per Philox block
  Vec<T> half[2];
};

// 24 bits of each 32-bit word as an integer; 53 bits of each 64-bit pair (its first word is the low one), put together
// from two exact parts because no ISA below AVX-512 converts 64-bit integers.
KERAUNOS_INLINE VecF32 Integer(VecU64 words, float) { return to_float((VecI32)((VecU32)words >> 8)); }
KERAUNOS_INLINE VecF64 Integer(VecU64 words, double) {
  const VecU64 bits53 = words >> 11;
  const VecF64 high = (VecF64)((bits53 >> 32) | 0x4530000000000000u) - 19342813118337666422669312.0;  // 2^84 + 2^52
  return high + (VecF64)((bits53 & 0xffffffffu) | 0x4330000000000000u);
}
template <typename T>
inline constexpr T kUnit = sizeof(T) == 4 ? T(0x1p-24) : T(0x1p-53);

// In [0, 1).
template <typename T>
KERAUNOS_INLINE Group<T> UnitGroup(const PhiloxWords& words) {
  return {{Integer(words.pairs[0], T{}) * kUnit<T>, Integer(words.pairs[1], T{}) * kUnit<T>}};
}

#if KERAUNOS_VECTOR_BYTES == 64
#define KERAUNOS_EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define KERAUNOS_ODD 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define KERAUNOS_ZIP_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define KERAUNOS_ZIP_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif KERAUNOS_VECTOR_BYTES == 32
#define KERAUNOS_EVEN 0, 2, 4, 6, 8, 10, 12, 14
#define KERAUNOS_ODD 1, 3, 5, 7, 9, 11, 13, 15
#define KERAUNOS_ZIP_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define KERAUNOS_ZIP_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define KERAUNOS_EVEN 0, 2, 4, 6
#define KERAUNOS_ODD 1, 3, 5, 7
#define KERAUNOS_ZIP_LOW 0, 4, 1, 5
#define KERAUNOS_ZIP_HIGH 2, 6, 3, 7
#endif

// Box-Muller: words 2i and 2i + 1 give radius sqrt(-2 ln u), 0 < u <= 1, and angle 2 pi v; elements 2i and 2i + 1 are
// radius * cos and radius * sin. The largest float normal is sqrt(48 ln 2) = 5.77.
KERAUNOS_INLINE Group<float> NormalGroup(const PhiloxWords& words, float) {
  const VecF32 first = Integer(words.pairs[0], 0.0f);
  const VecF32 second = Integer(words.pairs[1], 0.0f);
  const VecF32 u = (shuffle<KERAUNOS_EVEN>(first, second) + 1.0f) * kUnit<float>;
  const VecF32 v = shuffle<KERAUNOS_ODD>(first, second) * kUnit<float>;
  const VecF32 radius = sqrt(-2.0f * log(u));
  const SinCos turn = sin_cos_turns(v);
  const VecF32 x = radius * turn.cos;
  const VecF32 y = radius * turn.sin;
  return {{shuffle<KERAUNOS_ZIP_LOW>(x, y), shuffle<KERAUNOS_ZIP_HIGH>(x, y)}};
}
#undef KERAUNOS_EVEN
#undef KERAUNOS_ODD
#undef KERAUNOS_ZIP_LOW
#undef KERAUNOS_ZIP_HIGH

KERAUNOS_INLINE Group<double> NormalGroup(const PhiloxWords& words, double) {
  Group<double> group;
  for (int half = 0; half < 2; ++half) {
    const VecF64 integers = Integer(words.pairs[half], 0.0);
    for (int i = 0; i < kVecLanes<double>; i += 2) {
      const double radius = __builtin_sqrt(-2.0 * __builtin_log((integers[i] + 1.0) * kUnit<double>));
      const double angle = 6.28318530717958647693 * (integers[i + 1] * kUnit<double>);
      group.half[half][i] = radius * __builtin_cos(angle);
      group.half[half][i + 1] = radius * __builtin_sin(angle);
    }
  }
  return group;
}

}  // namespace
}  // namespace keraunos

// Vectors of integers (0..255) that are bytes in memory, as many lanes as Vec<T> has. By hand, because GCC 12 takes
// __builtin_convertvector apart lane by lane: max_unpool of 3x3 windows then runs at a third of its speed.
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

template <class T>
KERAUNOS_INLINE typename Simd<T>::Bits load_bytes(const uint8_t* p) {
  using Bits = typename Simd<T>::Bits;
#if KERAUNOS_VECTOR_BYTES == 64
  if constexpr (sizeof(T) == 4) return (Bits)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)p));
  if constexpr (sizeof(T) == 8) return (Bits)_mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i*)p));
#elif KERAUNOS_VECTOR_BYTES == 32
  if constexpr (sizeof(T) == 4) return (Bits)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)p));
  int32_t four;
  __builtin_memcpy(&four, p, 4);
  if constexpr (sizeof(T) == 8) return (Bits)_mm256_cvtepu8_epi64(_mm_cvtsi32_si128(four));
#else
  Bits lanes;
  KERAUNOS_UNROLL for (int i = 0; i < kVecLanes<T>; ++i) lanes[i] = p[i];
  return lanes;
#endif
}

template <class T>
KERAUNOS_INLINE void store_bytes(uint8_t* p, typename Simd<T>::Bits lanes) {
#if KERAUNOS_VECTOR_BYTES == 64
  if constexpr (sizeof(T) == 4) _mm_storeu_si128((__m128i*)p, _mm512_cvtepi32_epi8((__m512i)lanes));
  if constexpr (sizeof(T) == 8) _mm_storel_epi64((__m128i*)p, _mm512_cvtepi64_epi8((__m512i)lanes));
#elif KERAUNOS_VECTOR_BYTES == 32
  // The low bytes of each half, side by side.
  constexpr char kStep = sizeof(T), kOff = -1;
  constexpr char kThird = sizeof(T) == 4 ? 2 * kStep : kOff, kFourth = sizeof(T) == 4 ? 3 * kStep : kOff;
  const __m256i order = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, kStep, kThird, kFourth, kOff, kOff, kOff, kOff, kOff, kOff, kOff, kOff, kOff, kOff, kOff, kOff));
  const __m256i halves = _mm256_shuffle_epi8((__m256i)lanes, order);
  const __m128i low = _mm256_castsi256_si128(halves), high = _mm256_extracti128_si256(halves, 1);
  if constexpr (sizeof(T) == 4) _mm_storel_epi64((__m128i*)p, _mm_unpacklo_epi32(low, high));
  const int32_t four = _mm_cvtsi128_si32(_mm_unpacklo_epi16(low, high));
  if constexpr (sizeof(T) == 8) __builtin_memcpy(p, &four, 4);
#else
  KERAUNOS_UNROLL for (int i = 0; i < kVecLanes<T>; ++i) p[i] = static_cast<uint8_t>(lanes[i]);
#endif
}

// The first n lanes; the others of a load are 0.
template <class T>
KERAUNOS_INLINE typename Simd<T>::Bits load_bytes_n(const uint8_t* p, int64_t n) {
  uint8_t bytes[kVecLanes<T>] = {};
  for (int64_t i = 0; i < n; ++i) bytes[i] = p[i];
  return load_bytes<T>(bytes);
}
template <class T>
KERAUNOS_INLINE void store_bytes_n(uint8_t* p, typename Simd<T>::Bits lanes, int64_t n) {
  uint8_t bytes[kVecLanes<T>];
  store_bytes<T>(bytes, lanes);
  for (int64_t i = 0; i < n; ++i) p[i] = bytes[i];
}

}  // namespace
}  // namespace keraunos

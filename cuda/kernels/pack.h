// Packs: neighbouring elements that move as one access of up to 16 bytes.
#pragma once
#include <cstdint>
#include <cstring>

#include "cuda/kernels/types.h"
#include "device/access.h"
#include "device/half.h"

namespace keraunos::cuda {

inline constexpr int kAccessBytes = 16;

template <class T, int kItems>
struct Pack {
  T items[kItems];
};

// The word that an access of so many bytes moves.
template <int bytes>
struct WordOf;
template <>
struct WordOf<1> {
  using Type = uint8_t;
};
template <>
struct WordOf<2> {
  using Type = uint16_t;
};
template <>
struct WordOf<4> {
  using Type = uint32_t;
};
template <>
struct WordOf<8> {
  using Type = uint2;
};
template <>
struct WordOf<16> {
  using Type = uint4;
};
template <int bytes>
using Word = typename WordOf<bytes>::Type;

// `address` is a multiple of the pack's size; packs beyond 16 bytes are several accesses.
template <int kItems, class T>
__device__ __forceinline__ Pack<T, kItems> LoadPack(const T* address) {
  constexpr int kBytes = kItems * static_cast<int>(sizeof(T));
  constexpr int kStep = kBytes < kAccessBytes ? kBytes : kAccessBytes;
  Pack<T, kItems> pack;
  Word<kStep> words[kBytes / kStep];
#pragma unroll
  for (int i = 0; i < kBytes / kStep; ++i)
    words[i] = LoadWord<Word<kStep>>(reinterpret_cast<const Word<kStep>*>(address) + i);
  memcpy(&pack, words, sizeof pack);
  return pack;
}
template <int kItems, class T>
__device__ __forceinline__ void StorePack(T* address, const Pack<T, kItems>& pack) {
  constexpr int kBytes = kItems * static_cast<int>(sizeof(T));
  constexpr int kStep = kBytes < kAccessBytes ? kBytes : kAccessBytes;
  Word<kStep> words[kBytes / kStep];
  memcpy(words, &pack, sizeof pack);
#pragma unroll
  for (int i = 0; i < kBytes / kStep; ++i) StoreWord(reinterpret_cast<Word<kStep>*>(address) + i, words[i]);
}

// A stored element as the number that kernels compute with, and back.
template <class T>
__device__ __forceinline__ Compute<T> Widen(T value) {
  if constexpr (sizeof(T) == 2) {
    return ToFloat(value);
  } else {
    return value;
  }
}
template <class T>
__device__ __forceinline__ T Narrow(Compute<T> value) {
  if constexpr (sizeof(T) == 2) {
    return FromFloat<T>(value);
  } else {
    return value;
  }
}

inline bool IsAligned(const void* address, int64_t bytes) {
  return reinterpret_cast<uintptr_t>(address) % static_cast<uintptr_t>(bytes) == 0;
}

}  // namespace keraunos::cuda

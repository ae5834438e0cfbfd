// Accesses of whole words, at addresses that are multiples of their size.
#pragma once
#include "device/thread.h"

namespace keraunos::cuda {

template <class Word>
__device__ __forceinline__ Word LoadWord(const void* address) {
  return *static_cast<const Word*>(address);
}
template <class Word>
__device__ __forceinline__ void StoreWord(void* address, Word word) {
  *static_cast<Word*>(address) = word;
}

}  // namespace keraunos::cuda

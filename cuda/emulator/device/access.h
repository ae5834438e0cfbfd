// Accesses of whole words, at addresses that are multiples of their size: the device would stop at others, and so does
// the emulator.
#pragma once
#include <cstdio>
#include <cstdlib>

#include "device/thread.h"

namespace keraunos::cuda {

inline void CheckAlignment(const void* address, size_t bytes) {
  if (reinterpret_cast<uintptr_t>(address) % bytes == 0) return;
  std::fprintf(stderr, "[emulator] an access of %zu bytes at %p, which is no multiple of that\n", bytes, address);
  std::abort();
}

template <class Word>
Word LoadWord(const void* address) {
  CheckAlignment(address, sizeof(Word));
  Word word;
  std::memcpy(&word, address, sizeof word);
  return word;
}
template <class Word>
void StoreWord(void* address, Word word) {
  CheckAlignment(address, sizeof(Word));
  std::memcpy(address, &word, sizeof word);
}

}  // namespace keraunos::cuda

// Copies from global to shared memory that pass registers by (sm_80): cp.async. A thread waits for its own copies; a
// barrier makes them visible to the others.
#pragma once
#include <cstdint>

#include "device/thread.h"

namespace keraunos::cuda {

__device__ __forceinline__ uint32_t SharedAddress(const void* shared) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(shared));
}

// The first `bytes` (0 to 16) of 16 that lie at `global`, zeros for the rest; both addresses are multiples of 16.
__device__ __forceinline__ void CopyAsync16(void* shared, const void* global, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(SharedAddress(shared)), "l"(global), "r"(bytes)
               : "memory");
}
// Likewise 0 or 4 bytes of 4.
__device__ __forceinline__ void CopyAsync4(void* shared, const void* global, int bytes) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(SharedAddress(shared)), "l"(global), "r"(bytes)
               : "memory");
}
// Closes a group of copies.
__device__ __forceinline__ void CommitCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
// Waits until at most `kPending` of the thread's latest groups are on their way.
template <int kPending>
__device__ __forceinline__ void WaitCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
}

}  // namespace keraunos::cuda

// What every CUDA kernel family shares: how an instruction becomes launches, and the table that a family exports.
#pragma once
#include <cstdint>

#include "cuda/base/facts.h"
#include "device/launch.h"
#include "kernels/kernel.h"

namespace keraunos::cuda {

// How float32 products are computed: on tensor cores, with factors rounded to 10 bits (TF32), or exactly.
enum class Float32Products { kTf32, kExact };

// One instruction of a Program, as a family sees it. All pointers but `params` are the device's.
struct Call {
  const void* params;     // on the host; launchers copy what kernels need into their arguments
  void* const* operands;  // inputs, then outputs
  int64_t units;          // of the instruction's group; launchers cover all of them
  void* workspace;        // of the size that the entry asked for, 256-byte aligned; holds nothing between calls
  Float32Products products;
  const Facts& facts;
  Queue& queue;

  template <class Params>
  const Params& as() const {
    return *static_cast<const Params*>(params);
  }
  template <class T>
  T* operand(int index) const {
    return static_cast<T*>(operands[index]);
  }
};

using Launcher = void (*)(const Call& call);
// Bytes of workspace that a call needs; called without operands and workspace.
using WorkspaceBytes = int64_t (*)(const Call& call);

struct KernelEntry {
  uint32_t op;
  uint32_t dtype;
  Launcher launch;
  WorkspaceBytes workspace = nullptr;
};

struct KernelFamily {
  const KernelEntry* entries;
  int64_t count;
};

}  // namespace keraunos::cuda

// Each family's file ends with KERAUNOS_CUDA_FAMILY(gemm, kEntries), which defines keraunos::cuda::GetFamily_gemm().
#define KERAUNOS_CUDA_FAMILY(family, table)                                               \
  namespace keraunos::cuda {                                                              \
  KernelFamily GetFamily_##family() { return {table, sizeof(table) / sizeof(table[0])}; } \
  }

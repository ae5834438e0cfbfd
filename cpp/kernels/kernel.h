// What every kernel family shares: op ids, the kernel signature, and the table that a family exports once per ISA.
#pragma once
#include <stdint.h>

#include "kernels/params.h"

namespace keraunos {

enum Op : uint32_t {
#define KERAUNOS_OP(name, Params, inputs, outputs) kOp_##name,
#include "kernels/ops.inc"
  kNumOps
};

// operands: inputs, then outputs. [begin, end): units, as the op's params define them. scratch: 64-byte aligned memory
// of kScratchBytes that belongs to the calling thread and holds nothing between calls.
using Kernel = void (*)(const void* params, void* const* operands, int64_t begin, int64_t end, void* scratch);

inline constexpr int64_t kScratchBytes = int64_t{4} << 20;

struct KernelEntry {
  uint32_t op;
  uint32_t dtype;
  Kernel kernel;
};

struct KernelFamily {
  const KernelEntry* entries;
  int64_t count;
};

}  // namespace keraunos

// Each family's translation unit is compiled once per ISA with -DKERAUNOS_ISA=<baseline|v3|v4|v4bf16|neon> and ends
// with
//   KERAUNOS_EXPORT_FAMILY(gemm, kEntries)
// which defines its only global symbol, keraunos_<family>_<isa>.
#define KERAUNOS_JOIN_(family, isa) keraunos_##family##_##isa
#define KERAUNOS_JOIN(family, isa) KERAUNOS_JOIN_(family, isa)
#define KERAUNOS_EXPORT_FAMILY(family, table)                                                                          \
  extern "C" __attribute__((visibility("hidden"))) const ::keraunos::KernelFamily KERAUNOS_JOIN(family, KERAUNOS_ISA); \
  extern "C" const ::keraunos::KernelFamily KERAUNOS_JOIN(family, KERAUNOS_ISA) = {table,                              \
                                                                                   sizeof(table) / sizeof(table[0])};

#include "program/kernel_table.h"

#if defined(KERAUNOS_BASELINE_ONLY)
#define KERAUNOS_FOR_EACH_ISA(family) KERAUNOS_DO(family, baseline)
#elif defined(__x86_64__)
#define KERAUNOS_BFLOAT16
// v4bf16 has the kernels of v4 and one family of its own.
#define KERAUNOS_FOR_EACH_ISA(family) \
  KERAUNOS_DO(family, baseline) KERAUNOS_DO(family, v3) KERAUNOS_DO(family, v4) KERAUNOS_DO(family, v4)
#else
#define KERAUNOS_FOR_EACH_ISA(family) KERAUNOS_DO(family, neon)
#endif

#define KERAUNOS_DO(family, isa) \
  extern "C" __attribute__((visibility("hidden"))) const keraunos::KernelFamily keraunos_##family##_##isa;
#define KERAUNOS_FAMILY(family) KERAUNOS_FOR_EACH_ISA(family)
#include "program/families.inc"
#if defined(KERAUNOS_BFLOAT16)
KERAUNOS_DO(gemm_bfloat16, v4bf16)
#endif
#undef KERAUNOS_DO

namespace keraunos {
namespace {

constexpr int kIsas = static_cast<int>(Isa::kCount);

// In the order of enum Isa.
#define KERAUNOS_DO(family, isa) &keraunos_##family##_##isa,
#define KERAUNOS_FAMILY(family) {KERAUNOS_FOR_EACH_ISA(family)},
const KernelFamily* const kFamilies[][kIsas] = {
#include "program/families.inc"
};
#undef KERAUNOS_DO

struct KernelTables {
  Kernel kernels[kIsas][kNumOps][kNumDTypes] = {};

  KernelTables() {
    for (const auto& family : kFamilies) {
      for (int isa = 0; isa < kIsas; ++isa) Add(isa, *family[isa]);
    }
#if defined(KERAUNOS_BFLOAT16)
    Add(static_cast<int>(Isa::kV4Bf16), keraunos_gemm_bfloat16_v4bf16);
#endif
  }

  void Add(int isa, const KernelFamily& family) {
    for (int64_t i = 0; i < family.count; ++i) {
      const KernelEntry& entry = family.entries[i];
      kernels[isa][entry.op][entry.dtype] = entry.kernel;
    }
  }
};

}  // namespace

Kernel FindKernel(Isa isa, uint32_t op, uint32_t dtype) {
  static const KernelTables tables;
  return tables.kernels[static_cast<int>(isa)][op][dtype];
}

}  // namespace keraunos

#include "cuda/program/kernel_table.h"

namespace keraunos::cuda {

#define KERAUNOS_CUDA_ROW(family) KernelFamily GetFamily_##family();
#include "cuda/kernels/families.inc"

namespace {

struct Table {
  const KernelEntry* entries[kNumOps][kNumDTypes] = {};

  Table() {
#define KERAUNOS_CUDA_ROW(family) Add(GetFamily_##family());
#include "cuda/kernels/families.inc"
  }

  void Add(const KernelFamily& family) {
    for (int64_t i = 0; i < family.count; ++i) {
      entries[family.entries[i].op][family.entries[i].dtype] = &family.entries[i];
    }
  }
};

}  // namespace

const KernelEntry* FindKernel(uint32_t op, uint32_t dtype) {
  static const Table table;
  return table.entries[op][dtype];
}

}  // namespace keraunos::cuda

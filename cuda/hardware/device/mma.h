// Products of fragments on tensor cores (sm_80): ldmatrix and mma.sync. With g = lane / 4 and t = lane % 4, registers
// hold, as the PTX ISA has it ("Matrix fragments for mma.m16n8k16" and "mma.m16n8k8"), for elements of
//   2 bytes (16 x 16 of A, 16 x 8 of B; two neighbours along k per register)   4 bytes (16 x 8 of A, 8 x 8 of B)
//   a[0] = A[g][2t, 2t + 1]       a[1] = A[g + 8][2t, 2t + 1]                   a[0] = A[g][t]      a[1] = A[g + 8][t]
//   a[2] = A[g][2t + 8, 2t + 9]   a[3] = A[g + 8][2t + 8, 2t + 9]               a[2] = A[g][t + 4]  a[3] = A[g + 8][t +
//   4] b[0] = B[2t, 2t + 1][g]       b[1] = B[2t + 8, 2t + 9][g]                   b[0] = B[t][g]      b[1] = B[t +
//   4][g]
// and of float32 sums, 16 x 8: c[0], c[1] = C[g][2t], C[g][2t + 1] and c[2], c[3] = C[g + 8][2t], C[g + 8][2t + 1].
#pragma once
#include <cstdint>

#include "device/async_copy.h"
#include "device/half.h"
#include "device/thread.h"

namespace keraunos::cuda {

// Four matrices of 8 rows of 16 bytes. Lane l names row l % 8 of matrix l / 8; of matrix i, register i holds 4 bytes:
// those at 4 * (lane % 4) of row lane / 4.
__device__ __forceinline__ void LoadMatrices(uint32_t (&out)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
               : "r"(SharedAddress(row))
               : "memory");
}
// The same of the matrices' transposes, in elements of 2 bytes.
__device__ __forceinline__ void LoadMatricesTransposed(uint32_t (&out)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
               : "r"(SharedAddress(row))
               : "memory");
}

// float32 rounded to 11 significant bits, ties away from zero.
__device__ __forceinline__ uint32_t RoundTf32(uint32_t bits) {
  uint32_t rounded;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(__uint_as_float(bits)));
  return rounded;
}

template <class T>
__device__ __forceinline__ void MultiplyFragment(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]);
template <>
__device__ __forceinline__ void MultiplyFragment<float>(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
      "%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
template <>
__device__ __forceinline__ void MultiplyFragment<BFloat16>(float (&c)[4], const uint32_t (&a)[4],
                                                           const uint32_t (&b)[2]) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
      "%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
template <>
__device__ __forceinline__ void MultiplyFragment<Float16>(float (&c)[4], const uint32_t (&a)[4],
                                                          const uint32_t (&b)[2]) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
      "%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// c += a * b for kRows x kColumns fragments of the warp; float32 factors are TF32.
template <class T, int kRows, int kColumns>
__device__ __forceinline__ void MultiplyFragments(float (&c)[kRows][kColumns][4], const uint32_t (&a)[kRows][4],
                                                  const uint32_t (&b)[kColumns][2]) {
#pragma unroll
  for (int i = 0; i < kRows; ++i) {
#pragma unroll
    for (int j = 0; j < kColumns; ++j) MultiplyFragment<T>(c[i][j], a[i], b[j]);
  }
}

}  // namespace keraunos::cuda

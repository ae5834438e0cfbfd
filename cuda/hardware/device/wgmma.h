// Products of warpgroups (sm_90a): wgmma on tiles in shared memory, 32 bytes deep, sums in the registers of 128
// threads. float32 factors are TF32 (what lies below their 11 bits is ignored) and cannot be transposed.
//
// A descriptor names a tile by its address and two distances, all in units of 16 bytes (PTX ISA, "Matrix descriptor"):
//   bits 0-13 address, 16-29 leading distance, 32-45 stride, 62-63 permutation: 1 for that of 128 bytes (transfer.h).
// Tiles come in boxes with rows of 128 bytes:
//   along k:    a row is a row of A (column of B), 128 bytes of k; the stride leads to the next 8 rows. Inside a row
//               the address alone moves, by 32 bytes.
//   transposed: a row is one k, 64 rows of A (columns of B); the stride leads to the next 8 k, the leading distance
//               to the next 64 rows of A (columns of B).
// (CUTLASS, mma_traits_sm90_gmma.hpp: ((8,n),2):((8,SBO),1) and ((8,n),(8,k)):((1,LBO),(8,SBO)) under Swizzle<3,4,3>.)
//
// With w = warp % 4, g = lane / 4 and t = lane % 4, c[4 j + 2 h + e] is the sum of row 16 w + g + 8 h and column
// 8 j + 2 t + e.
#pragma once
#include <cstdint>

#include "device/async_copy.h"
#include "device/half.h"
#include "device/thread.h"

namespace keraunos::cuda {

__device__ __forceinline__ uint64_t TileDescriptor(const void* shared, int leading_bytes, int stride_bytes) {
  return static_cast<uint64_t>((SharedAddress(shared) & 0x3ffff) >> 4) |
         static_cast<uint64_t>(leading_bytes >> 4) << 16 | static_cast<uint64_t>(stride_bytes >> 4) << 32 |
         uint64_t{1} << 62;
}

// Before the first product, and whenever other instructions wrote sums.
__device__ __forceinline__ void BeginProducts() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
// Closes a group of products.
__device__ __forceinline__ void CommitProducts() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
// Waits until at most `kPending` groups are under way.
template <int kPending>
__device__ __forceinline__ void WaitProducts() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(kPending) : "memory");
}

// Registers per thread that the warpgroup gives back, or takes from what others gave.
template <int kRegisters>
__device__ __forceinline__ void ReleaseRegisters() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(kRegisters));
}
template <int kRegisters>
__device__ __forceinline__ void ClaimRegisters() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(kRegisters));
}

#define KERAUNOS_SUMS4(i) "+f"(c[i]), "+f"(c[i + 1]), "+f"(c[i + 2]), "+f"(c[i + 3])
#define KERAUNOS_SUMS16(i) KERAUNOS_SUMS4(i), KERAUNOS_SUMS4(i + 4), KERAUNOS_SUMS4(i + 8), KERAUNOS_SUMS4(i + 12)

template <class T, int kColumns, bool kTransA, bool kTransB>
struct GroupProduct;

template <bool kTransA, bool kTransB>
struct GroupProduct<BFloat16, 128, kTransA, kTransB> {
  static __device__ __forceinline__ void Run(float (&c)[64], uint64_t a, uint64_t b) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
        "%64, %65, 1, 1, 1, %66, %67;"
        : KERAUNOS_SUMS16(0), KERAUNOS_SUMS16(16), KERAUNOS_SUMS16(32), KERAUNOS_SUMS16(48)
        : "l"(a), "l"(b), "n"(int(kTransA)), "n"(int(kTransB)));
  }
};

template <bool kTransA, bool kTransB>
struct GroupProduct<Float16, 128, kTransA, kTransB> {
  static __device__ __forceinline__ void Run(float (&c)[64], uint64_t a, uint64_t b) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
        "%64, %65, 1, 1, 1, %66, %67;"
        : KERAUNOS_SUMS16(0), KERAUNOS_SUMS16(16), KERAUNOS_SUMS16(32), KERAUNOS_SUMS16(48)
        : "l"(a), "l"(b), "n"(int(kTransA)), "n"(int(kTransB)));
  }
};

template <bool kTransA, bool kTransB>
struct GroupProduct<BFloat16, 256, kTransA, kTransB> {
  static __device__ __forceinline__ void Run(float (&c)[128], uint64_t a, uint64_t b) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
        "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
        "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
        "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
        "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
        "%128, %129, 1, 1, 1, %130, %131;"
        : KERAUNOS_SUMS16(0), KERAUNOS_SUMS16(16), KERAUNOS_SUMS16(32), KERAUNOS_SUMS16(48), KERAUNOS_SUMS16(64),
          KERAUNOS_SUMS16(80), KERAUNOS_SUMS16(96), KERAUNOS_SUMS16(112)
        : "l"(a), "l"(b), "n"(int(kTransA)), "n"(int(kTransB)));
  }
};

template <bool kTransA, bool kTransB>
struct GroupProduct<Float16, 256, kTransA, kTransB> {
  static __device__ __forceinline__ void Run(float (&c)[128], uint64_t a, uint64_t b) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n256k16.f32.f16.f16 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
        "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
        "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
        "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
        "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
        "%128, %129, 1, 1, 1, %130, %131;"
        : KERAUNOS_SUMS16(0), KERAUNOS_SUMS16(16), KERAUNOS_SUMS16(32), KERAUNOS_SUMS16(48), KERAUNOS_SUMS16(64),
          KERAUNOS_SUMS16(80), KERAUNOS_SUMS16(96), KERAUNOS_SUMS16(112)
        : "l"(a), "l"(b), "n"(int(kTransA)), "n"(int(kTransB)));
  }
};

template <>
struct GroupProduct<float, 128, false, false> {
  static __device__ __forceinline__ void Run(float (&c)[64], uint64_t a, uint64_t b) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n128k8.f32.tf32.tf32 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
        "%64, %65, 1, 1, 1;"
        : KERAUNOS_SUMS16(0), KERAUNOS_SUMS16(16), KERAUNOS_SUMS16(32), KERAUNOS_SUMS16(48)
        : "l"(a), "l"(b));
  }
};

template <>
struct GroupProduct<float, 256, false, false> {
  static __device__ __forceinline__ void Run(float (&c)[128], uint64_t a, uint64_t b) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n256k8.f32.tf32.tf32 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
        "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
        "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
        "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
        "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
        "%128, %129, 1, 1, 1;"
        : KERAUNOS_SUMS16(0), KERAUNOS_SUMS16(16), KERAUNOS_SUMS16(32), KERAUNOS_SUMS16(48), KERAUNOS_SUMS16(64),
          KERAUNOS_SUMS16(80), KERAUNOS_SUMS16(96), KERAUNOS_SUMS16(112)
        : "l"(a), "l"(b));
  }
};

#undef KERAUNOS_SUMS16
#undef KERAUNOS_SUMS4

// c += A * B for 64 rows and kColumns columns, 32 bytes deep; all threads of the warpgroup. c may be used after
// WaitProducts.
template <class T, int kColumns, bool kTransA, bool kTransB>
__device__ __forceinline__ void MultiplyTiles(float (&c)[kColumns / 2], uint64_t a, uint64_t b) {
  GroupProduct<T, kColumns, kTransA, kTransB>::Run(c, a, b);
}

}  // namespace keraunos::cuda

// Transfers of whole tiles by the tensor memory accelerator (sm_90): tensor maps, barriers that count bytes, copies.
#pragma once
#include <cuda.h>
#include <cudaTypedefs.h>
#include <cuda_runtime.h>

#include <cstdint>
#include <string>

#include "cuda/base/error.h"
#include "device/async_copy.h"
#include "device/half.h"

namespace keraunos::cuda {

// A tensor of three dimensions in global memory and the box that one copy brings. Rows of a box are 128 bytes, which
// arrive with their 16-byte chunks permuted: chunk c of row r lies at c ^ (r % 8) (CU_TENSOR_MAP_SWIZZLE_128B). What a
// box has outside of the tensor arrives as zeros.
struct TensorMap {
  CUtensorMap map;
};

template <class T>
inline constexpr CUtensorMapDataType kTensorMapType = CU_TENSOR_MAP_DATA_TYPE_FLOAT32;
template <>
inline constexpr CUtensorMapDataType kTensorMapType<BFloat16> = CU_TENSOR_MAP_DATA_TYPE_BFLOAT16;
template <>
inline constexpr CUtensorMapDataType kTensorMapType<Float16> = CU_TENSOR_MAP_DATA_TYPE_FLOAT16;

// extents from the innermost; strides in elements, of dimensions 1 and 2, multiples of 16 bytes as the address is. The
// box is 128 bytes x box_rows x 1.
template <class T>
TensorMap MakeTensorMap(const T* data, const int64_t (&extents)[3], const int64_t (&strides)[2], int box_rows) {
  // Through the runtime: linking the driver's library would keep the package from machines without it.
  static const auto encode = [] {
    void* found = nullptr;
    cudaDriverEntryPointQueryResult result;
    Check(cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &found, 12000, cudaEnableDefault, &result),
          "cudaGetDriverEntryPointByVersion");
    if (!found) throw CudaError("[cuda] the driver has no cuTensorMapEncodeTiled; it must be 525 or later");
    return reinterpret_cast<PFN_cuTensorMapEncodeTiled_v12000>(found);
  }();
  const cuuint64_t dims[3] = {static_cast<cuuint64_t>(extents[0]), static_cast<cuuint64_t>(extents[1]),
                              static_cast<cuuint64_t>(extents[2])};
  const cuuint64_t bytes[2] = {strides[0] * sizeof(T), strides[1] * sizeof(T)};
  const cuuint32_t box[3] = {128 / sizeof(T), static_cast<cuuint32_t>(box_rows), 1}, steps[3] = {1, 1, 1};
  TensorMap map;
  const CUresult status = encode(&map.map, kTensorMapType<T>, 3, const_cast<T*>(data), dims, bytes, box, steps,
                                 CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                                 CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (status != CUDA_SUCCESS) throw CudaError("[cuda] cuTensorMapEncodeTiled: error " + std::to_string(status));
  return map;
}

// A barrier in shared memory. A phase ends when all arrivals and all bytes that it expects have come.
struct TransferBarrier {
  uint64_t state;
};

__device__ __forceinline__ void InitBarrier(TransferBarrier* barrier, int arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(SharedAddress(barrier)), "r"(arrivals) : "memory");
}
// After the last InitBarrier, before the barrier of the block that lets others use them.
__device__ __forceinline__ void PublishBarriers() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}
__device__ __forceinline__ void Arrive(TransferBarrier* barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(SharedAddress(barrier)) : "memory");
}
__device__ __forceinline__ void ArriveExpecting(TransferBarrier* barrier, int bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(SharedAddress(barrier)), "r"(bytes)
               : "memory");
}
// Waits for the end of the phase of that parity: the first phase has parity 0, and the one before it counts as ended.
__device__ __forceinline__ void WaitBarrier(TransferBarrier* barrier, int parity) {
  uint32_t ended;
  do {
    asm volatile(
        "{\n.reg .pred p;\n"
        "mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n"
        "selp.u32 %0, 1, 0, p;\n}"
        : "=r"(ended)
        : "r"(SharedAddress(barrier)), "r"(parity)
        : "memory");
  } while (!ended);
}

// Makes the thread's own writes to shared memory visible to the units that multiply and transfer.
__device__ __forceinline__ void PublishWrites() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
// A barrier of `threads` threads of the block, numbered 1 to 15.
__device__ __forceinline__ void GroupBarrier(int number, int threads) {
  asm volatile("bar.sync %0, %1;" ::"r"(number), "r"(threads) : "memory");
}

// Brings the box at (c0, c1, c2), innermost first, to shared memory (a multiple of 1024); its bytes count at `barrier`.
__device__ __forceinline__ void CopyBox(void* shared, const TensorMap* map, int c0, int c1, int c2,
                                        TransferBarrier* barrier) {
  asm volatile(
      "cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4}], [%5];" ::
          "r"(SharedAddress(shared)),
      "l"(map), "r"(c0), "r"(c1), "r"(c2), "r"(SharedAddress(barrier))
      : "memory");
}

}  // namespace keraunos::cuda

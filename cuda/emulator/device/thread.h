// The language of kernels for the host: CUDA's qualifiers, indices, barriers and shuffles over emulator/fibers.h.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "cuda/emulator/fibers.h"

#define __global__ static
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__
// One block runs at a time.
#define __shared__ static
#define __constant__ static const
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(bytes) alignas(bytes)
#define __restrict__ __restrict

using dim3 = keraunos::emulator::Index;

#define threadIdx (::keraunos::emulator::Current().thread)
#define blockIdx (::keraunos::emulator::Current().block)
#define blockDim (::keraunos::emulator::Current().block_dim)
#define gridDim (::keraunos::emulator::Current().grid_dim)

struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) int2 {
  int x, y;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) double2 {
  double x, y;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline double2 make_double2(double x, double y) { return {x, y}; }

inline void __syncthreads() { keraunos::emulator::BlockBarrier(); }
inline void __syncwarp(uint32_t mask = 0xffffffffu) { keraunos::emulator::WarpBarrier(mask); }
inline void __threadfence() {}
inline void __threadfence_block() {}

namespace keraunos::emulator {

template <class T>
T Exchange(uint32_t mask, T value, int source) {
  static_assert(sizeof(T) <= sizeof(Slot));
  std::memcpy(LaneSlot(Lane()).bytes, &value, sizeof(T));
  WarpBarrier(mask);
  T other;
  std::memcpy(&other, LaneSlot(source).bytes, sizeof(T));
  WarpBarrier(mask);
  return other;
}

}  // namespace keraunos::emulator

template <class T>
T __shfl_sync(uint32_t mask, T value, int lane, int width = 32) {
  const int base = keraunos::emulator::Lane() / width * width;
  return keraunos::emulator::Exchange(mask, value, base + (lane & (width - 1)));
}
template <class T>
T __shfl_xor_sync(uint32_t mask, T value, int bits, int width = 32) {
  const int lane = keraunos::emulator::Lane(), base = lane / width * width;
  const int other = lane ^ bits;
  return keraunos::emulator::Exchange(mask, value, other < base + width ? other : lane);
}
template <class T>
T __shfl_down_sync(uint32_t mask, T value, unsigned delta, int width = 32) {
  const int lane = keraunos::emulator::Lane(), other = lane % width + static_cast<int>(delta);
  return keraunos::emulator::Exchange(mask, value, other < width ? lane + static_cast<int>(delta) : lane);
}
template <class T>
T __shfl_up_sync(uint32_t mask, T value, unsigned delta, int width = 32) {
  const int lane = keraunos::emulator::Lane(), other = lane % width - static_cast<int>(delta);
  return keraunos::emulator::Exchange(mask, value, other >= 0 ? lane - static_cast<int>(delta) : lane);
}
inline uint32_t __ballot_sync(uint32_t mask, bool truth) {
  using namespace keraunos::emulator;
  std::memcpy(LaneSlot(Lane()).bytes, &truth, 1);
  WarpBarrier(mask);
  uint32_t found = 0;
  for (int lane = 0; lane < kWarp; ++lane) {
    if (mask >> lane & 1 && LaneSlot(lane).bytes[0]) found |= 1u << lane;
  }
  WarpBarrier(mask);
  return found;
}
inline bool __any_sync(uint32_t mask, bool truth) { return __ballot_sync(mask, truth) != 0; }
inline bool __all_sync(uint32_t mask, bool truth) { return __ballot_sync(mask, truth) == mask; }

template <class T>
T __ldg(const T* address) {
  return *address;
}
inline uint32_t __float_as_uint(float value) { return std::bit_cast<uint32_t>(value); }
inline float __uint_as_float(uint32_t bits) { return std::bit_cast<float>(bits); }
inline int64_t __double_as_longlong(double value) { return std::bit_cast<int64_t>(value); }
inline uint32_t __umulhi(uint32_t a, uint32_t b) { return static_cast<uint32_t>(uint64_t{a} * b >> 32); }
inline int __popc(uint32_t bits) { return std::popcount(bits); }
inline int __ffs(uint32_t bits) { return bits ? std::countr_zero(bits) + 1 : 0; }
inline int __clz(uint32_t bits) { return std::countl_zero(bits); }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fsqrt_rn(float a) { return std::sqrt(a); }
inline float rsqrtf(float a) { return 1 / std::sqrt(a); }
inline double rsqrt(double a) { return 1 / std::sqrt(a); }
inline uint32_t atomicAdd(uint32_t* address, uint32_t value) {
  const uint32_t old = *address;
  *address += value;
  return old;
}
inline int atomicAdd(int* address, int value) {
  const int old = *address;
  *address += value;
  return old;
}
using std::max;
using std::min;

namespace keraunos::cuda {

inline unsigned char* DynamicShared() { return emulator::SharedMemory(); }

}  // namespace keraunos::cuda

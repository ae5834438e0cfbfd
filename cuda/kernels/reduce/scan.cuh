// cumsum: running sums along count of (outer, count, inner). Long runs are cut into parts: sums of the parts, their own
// running sums, then every part from where the ones before it ended. May be in place.
#pragma once
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "cuda/kernels/reduce/plan.h"
#include "cuda/kernels/reduce/rows.cuh"

namespace keraunos::cuda {
namespace {

constexpr int kScanItems = 4;
constexpr int kScanTile = kReduceThreads * kScanItems;

struct ScanShape {
  int64_t outer, count, inner, parts, part;
};

// The sum of what the threads before this one gave, and of all of them.
template <class C>
__device__ __forceinline__ C ScanBlock(C value, C& total) {
  __shared__ C warps[kReduceWarps];
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  C sum = value;
#pragma unroll
  for (int distance = 1; distance < 32; distance *= 2) {
    const C before = static_cast<C>(__shfl_up_sync(0xffffffffu, sum, static_cast<unsigned>(distance)));
    if (lane >= distance) sum = static_cast<C>(sum + before);
  }
  const C exclusive = static_cast<C>(__shfl_up_sync(0xffffffffu, sum, 1u));
  __syncthreads();  // until all have read the former tile's
  if (lane == 31) warps[warp] = sum;
  __syncthreads();
  C before = 0;
  total = 0;
#pragma unroll
  for (int w = 0; w < kReduceWarps; ++w) {
    if (w == warp) before = total;
    total = static_cast<C>(total + warps[w]);
  }
  return static_cast<C>(lane == 0 ? before : before + exclusive);
}

// One block for each part of a row (inner == 1), tile after tile. `bases`: of the parts, null: zeros.
template <class T>
__global__ void __launch_bounds__(kReduceThreads)
    ScanRows(const T* in, T* out, const Compute<T>* bases, const __grid_constant__ ScanShape shape) {
  using C = Compute<T>;
  const int64_t row = blockIdx.x / shape.parts, part = blockIdx.x - row * shape.parts;
  const int64_t end = (part + 1) * shape.part < shape.count ? (part + 1) * shape.part : shape.count;
  in += row * shape.count;
  out += row * shape.count;
  C base = bases ? bases[blockIdx.x] : C(0);
  for (int64_t tile = part * shape.part; tile < end; tile += kScanTile) {
    const int64_t at = tile + threadIdx.x * kScanItems;
    C sums[kScanItems];
    C sum = 0;
#pragma unroll
    for (int i = 0; i < kScanItems; ++i) {
      if (at + i < end) sum = static_cast<C>(sum + Widen(in[at + i]));
      sums[i] = sum;
    }
    C total;
    const C before = static_cast<C>(base + ScanBlock<C>(sum, total));
#pragma unroll
    for (int i = 0; i < kScanItems; ++i) {
      if (at + i < end) out[at + i] = Narrow<T>(static_cast<C>(before + sums[i]));
    }
    base = static_cast<C>(base + total);
  }
}

// A thread for each part of a column.
template <class T>
__global__ void __launch_bounds__(kReduceThreads)
    ScanColumns(const T* in, T* out, const Compute<T>* bases, const __grid_constant__ ScanShape shape) {
  using C = Compute<T>;
  const int64_t number = static_cast<int64_t>(blockIdx.x) * kReduceThreads + threadIdx.x;
  if (number >= shape.outer * shape.parts * shape.inner) return;
  const int64_t rest = number / shape.inner, column = number - rest * shape.inner;
  const int64_t outer = rest / shape.parts, begin = (rest - outer * shape.parts) * shape.part;
  const int64_t end = begin + shape.part < shape.count ? begin + shape.part : shape.count;
  const int64_t offset = outer * shape.count * shape.inner + column;
  C sum = bases ? bases[number] : C(0);
  constexpr int kLoads = 8;
  for (int64_t row = begin; row < end; row += kLoads) {
    T values[kLoads];
#pragma unroll
    for (int l = 0; l < kLoads; ++l) {
      if (row + l < end) values[l] = in[offset + (row + l) * shape.inner];
    }
#pragma unroll
    for (int l = 0; l < kLoads; ++l) {
      if (row + l >= end) continue;
      sum = static_cast<C>(sum + Widen(values[l]));
      out[offset + (row + l) * shape.inner] = Narrow<T>(sum);
    }
  }
}

// The sums of parts (outer, parts, inner), and then their exclusive running sums in their place.
template <class T>
__global__ void __launch_bounds__(kReduceThreads)
    SumParts(const T* in, Compute<T>* sums, const __grid_constant__ ScanShape shape) {
  using C = Compute<T>;
  using R = Fold<T, SumOp>;
  if (shape.inner == 1) {
    const int64_t row = blockIdx.x / shape.parts, begin = (blockIdx.x - row * shape.parts) * shape.part;
    const int64_t end = begin + shape.part < shape.count ? begin + shape.part : shape.count;
    const C sum = JoinBlock<R>(
        ReduceStretch<R>(in + row * shape.count, begin, end, false, static_cast<int>(threadIdx.x), kReduceThreads));
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
    return;
  }
  const int64_t number = static_cast<int64_t>(blockIdx.x) * kReduceThreads + threadIdx.x;
  if (number >= shape.outer * shape.parts * shape.inner) return;
  const int64_t rest = number / shape.inner, column = number - rest * shape.inner;
  const int64_t outer = rest / shape.parts, begin = (rest - outer * shape.parts) * shape.part;
  const int64_t end = begin + shape.part < shape.count ? begin + shape.part : shape.count;
  C sum = 0;
  for (int64_t row = begin; row < end; ++row) {
    sum = static_cast<C>(sum + Widen(in[(outer * shape.count + row) * shape.inner + column]));
  }
  sums[number] = sum;
}

template <class C>
__global__ void __launch_bounds__(kReduceThreads) ScanParts(C* sums, const __grid_constant__ ScanShape shape) {
  const int64_t number = static_cast<int64_t>(blockIdx.x) * kReduceThreads + threadIdx.x;
  if (number >= shape.outer * shape.inner) return;
  const int64_t outer = number / shape.inner, column = number - outer * shape.inner;
  C sum = 0;
  for (int64_t part = 0; part < shape.parts; ++part) {
    C& here = sums[(outer * shape.parts + part) * shape.inner + column];
    const C next = static_cast<C>(sum + here);
    here = sum;
    sum = next;
  }
}

// Parts are at least 64 rows of columns, or 8 tiles of a row; a few hundred thousand threads are enough.
inline ScanShape PlanScan(const Reduce& p) {
  ScanShape shape = {p.outer, p.count, p.inner, 1, p.count};
  if (p.outer * p.inner == 0 || p.count == 0) return shape;
  const int64_t fewest = p.inner == 1 ? 8 * kScanTile : 64;
  const int64_t enough = p.inner == 1 ? kEnoughBlocks : kEnoughBlocks * kReduceThreads;
  int64_t parts = CeilDivide(enough, p.outer * p.inner);
  if (parts > CeilDivide(p.count, fewest)) parts = CeilDivide(p.count, fewest);
  if (parts > kMostParts) parts = kMostParts;
  shape.part = CeilDivide(CeilDivide(p.count, parts), kScanTile) * kScanTile;
  if (p.inner != 1) shape.part = CeilDivide(p.count, parts);
  shape.parts = CeilDivide(p.count, shape.part);
  return shape;
}

template <class T>
int64_t ScanWorkspace(const Call& call) {
  const ScanShape shape = PlanScan(call.as<Reduce>());
  return shape.parts > 1 ? shape.outer * shape.parts * shape.inner * static_cast<int64_t>(sizeof(Compute<T>)) : 0;
}

template <class T>
void LaunchScan(const Call& call) {
  using C = Compute<T>;
  const ScanShape shape = PlanScan(call.as<Reduce>());
  const T* in = call.operand<const T>(0);
  T* out = call.operand<T>(1);
  if (shape.count == 0) return;
  const auto blocks = [](int64_t number) { return Shape{{static_cast<uint32_t>(number)}, {kReduceThreads}}; };
  const int64_t columns = shape.outer * shape.inner;
  const Shape cover =
      blocks(shape.inner == 1 ? shape.outer * shape.parts : CeilDivide(columns * shape.parts, kReduceThreads));
  C* bases = nullptr;
  if (shape.parts > 1) {
    bases = static_cast<C*>(call.workspace);
    Launch(call.queue, "cumsum_sums", SumParts<T>, cover, in, bases, shape);
    Launch(call.queue, "cumsum_parts", ScanParts<C>, blocks(CeilDivide(columns, kReduceThreads)), bases, shape);
  }
  if (shape.inner == 1) {
    Launch(call.queue, "cumsum", ScanRows<T>, cover, in, out, bases, shape);
  } else {
    Launch(call.queue, "cumsum", ScanColumns<T>, cover, in, out, bases, shape);
  }
}

template <class T>
constexpr KernelEntry kScan = {kOp_cumsum, kDTypeOf<T>, LaunchScan<T>, ScanWorkspace<T>};

}  // namespace
}  // namespace keraunos::cuda

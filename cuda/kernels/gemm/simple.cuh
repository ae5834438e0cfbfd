// C = A * B element by element: products of float64, exact products of float32, and whatever the tiles of tensor cores
// cannot hold. A Problem says where elements are:
//
//   using Element;                        // stored type; sums are in Compute<Element>
//   int64_t m, n, depth;                  // of the matrix that Open chose
//   bool a_along_k, b_along_k;            // neighbours in memory are neighbours along k (else along m, n)
//   void Open(int64_t matrix);
//   Compute<Element> A(int64_t i, int64_t k), B(int64_t k, int64_t j);
//   void Store(int64_t i, int64_t j, Compute<Element> sum);
//
// A block of 256 threads makes 64 x 64 elements, 4 x 4 per thread, each as one chain of fused multiply-adds over
// ascending k.
#pragma once
#include "cuda/kernels/gemm/grid.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/types.h"
#include "device/thread.h"

namespace keraunos::cuda {
namespace {

inline constexpr int kSimpleTile = 64, kSimpleDepth = 16, kSimpleThreads = 256;

__device__ __forceinline__ float MultiplyAdd(float a, float b, float c) { return fmaf(a, b, c); }
__device__ __forceinline__ double MultiplyAdd(double a, double b, double c) { return fma(a, b, c); }

template <class Problem>
__global__ void __launch_bounds__(kSimpleThreads)
    SimpleProduct(const __grid_constant__ Problem parameter, int64_t tiles_m, int64_t tiles_n) {
  using V = Compute<typename Problem::Element>;
  __shared__ V as[kSimpleDepth][kSimpleTile + 1], bs[kSimpleDepth][kSimpleTile + 1];
  Problem problem = parameter;
  const int64_t block = blockIdx.x;
  problem.Open(block / (tiles_n * tiles_m));
  const int64_t row = block / tiles_n % tiles_m * kSimpleTile, column = block % tiles_n * kSimpleTile;
  const int t = static_cast<int>(threadIdx.x), tx = t % 16, ty = t / 16;
  V sum[4][4] = {};
  for (int64_t k0 = 0; k0 < problem.depth; k0 += kSimpleDepth) {
    for (int e = t; e < kSimpleTile * kSimpleDepth; e += kSimpleThreads) {
      const int ka = problem.a_along_k ? e % kSimpleDepth : e / kSimpleTile;
      const int i = problem.a_along_k ? e / kSimpleDepth : e % kSimpleTile;
      as[ka][i] = row + i < problem.m && k0 + ka < problem.depth ? problem.A(row + i, k0 + ka) : V(0);
      const int kb = problem.b_along_k ? e % kSimpleDepth : e / kSimpleTile;
      const int j = problem.b_along_k ? e / kSimpleDepth : e % kSimpleTile;
      bs[kb][j] = column + j < problem.n && k0 + kb < problem.depth ? problem.B(k0 + kb, column + j) : V(0);
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < kSimpleDepth; ++k) {
      V a[4], b[4];
#pragma unroll
      for (int r = 0; r < 4; ++r) a[r] = as[k][ty * 4 + r];
#pragma unroll
      for (int c = 0; c < 4; ++c) b[c] = bs[k][tx + 16 * c];
#pragma unroll
      for (int r = 0; r < 4; ++r) {
#pragma unroll
        for (int c = 0; c < 4; ++c) sum[r][c] = MultiplyAdd(a[r], b[c], sum[r][c]);
      }
    }
    __syncthreads();
  }
#pragma unroll
  for (int r = 0; r < 4; ++r) {
    const int64_t i = row + ty * 4 + r;
#pragma unroll
    for (int c = 0; c < 4; ++c) {
      const int64_t j = column + tx + 16 * c;
      if (i < problem.m && j < problem.n) problem.Store(i, j, sum[r][c]);
    }
  }
}

// All `matrices` of a problem whose largest has m x n elements.
template <class Problem>
void LaunchSimple(const Call& call, const char* name, const Problem& problem, int64_t m, int64_t n, int64_t matrices) {
  if (m <= 0 || n <= 0 || matrices <= 0) return;
  const int64_t tiles_m = (m + kSimpleTile - 1) / kSimpleTile, tiles_n = (n + kSimpleTile - 1) / kSimpleTile;
  Launch(call.queue, name, SimpleProduct<Problem>, Shape{LinearGrid(tiles_m * tiles_n * matrices), kSimpleThreads},
         problem, tiles_m, tiles_n);
}

}  // namespace
}  // namespace keraunos::cuda

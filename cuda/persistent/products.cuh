// Rows [begin, end) of a product, by one block, in exact float32. Each way of storing the factors has a loop in which
// neighbouring lanes read neighbouring addresses; nothing is staged, because a block reads each weight once.
#pragma once
#include "cuda/persistent/plan.h"
#include "device/math.h"
#include "kernels/params.h"

namespace keraunos::cuda {
namespace {

constexpr int kRows = 4;     // of a tile: sums per lane and column
constexpr int kColumns = 4;  // of a lane, 32 apart
constexpr int kTileColumns = 32 * kColumns;

struct BlockProduct {
  const float *a, *b, *bias;
  float* c;
  float rate;
  bool update;  // c -= rate * sum

  __device__ __forceinline__ void Finish(const Gemm& p, int64_t row, int64_t column, float sum) const {
    float* const to = c + row * p.ldc + column;
    if (update) {
      *to = Fma(-rate, sum, *to);
      return;
    }
    if (bias) sum = Sum(sum, bias[column]);
    if (p.activation == kRelu) sum = sum <= 0 ? 0 : sum;
    if (p.activation == kSigmoid) {
      const float z = exp(-fabs(sum));
      sum = (sum >= 0 ? 1 : z) / (1 + z);
    }
    if (p.activation == kTanh) sum = tanh(sum);
    *to = sum;
  }
};

// A (m, k), B (k, n): warps share k, and the block adds their sums in the order of the warps.
__device__ void MultiplyByDepth(const Gemm& p, const BlockProduct& o, int64_t begin, int64_t end, float* shared) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (int64_t row = begin; row < end; row += kRows) {
    const int rows = static_cast<int>(end - row < kRows ? end - row : kRows);
    for (int64_t column = 0; column < p.n; column += kTileColumns) {
      float sums[kRows][kColumns] = {};
#pragma unroll 4
      for (int64_t k = warp; k < p.k; k += kPersistentWarps) {
        float b[kColumns];
#pragma unroll
        for (int c = 0; c < kColumns; ++c) {
          const int64_t at = column + lane + 32 * c;
          b[c] = at < p.n ? o.b[k * p.ldb + at] : 0;
        }
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
          const float a = o.a[(row + (r < rows ? r : 0)) * p.lda + k];
#pragma unroll
          for (int c = 0; c < kColumns; ++c) sums[r][c] = Fma(a, b[c], sums[r][c]);
        }
      }
      __syncthreads();
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
#pragma unroll
        for (int c = 0; c < kColumns; ++c) shared[(warp * kRows + r) * kTileColumns + lane + 32 * c] = sums[r][c];
      }
      __syncthreads();
      for (int at = threadIdx.x; at < rows * kTileColumns; at += kPersistentThreads) {
        const int64_t to = column + at % kTileColumns;
        if (to >= p.n) continue;
        float sum = shared[at];
        for (int w = 1; w < kPersistentWarps; ++w) sum += shared[w * kRows * kTileColumns + at];
        o.Finish(p, row + at / kTileColumns, to, sum);
      }
    }
  }
}

// A (m, k), B stored (n, k): a warp for each column, its lanes share k.
__device__ void MultiplyByColumns(const Gemm& p, const BlockProduct& o, int64_t begin, int64_t end) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (int64_t row = begin; row < end; row += kRows) {
    const int rows = static_cast<int>(end - row < kRows ? end - row : kRows);
    for (int64_t column = warp; column < p.n; column += kPersistentWarps) {
      float sums[kRows] = {};
#pragma unroll 2
      for (int64_t k = lane; k < p.k; k += 32) {
        const float b = o.b[column * p.ldb + k];
#pragma unroll
        for (int r = 0; r < kRows; ++r) sums[r] = Fma(o.a[(row + (r < rows ? r : 0)) * p.lda + k], b, sums[r]);
      }
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        for (int bits = 16; bits; bits /= 2) sums[r] += __shfl_xor_sync(0xffffffffu, sums[r], bits);
        if (lane == r && r < rows) o.Finish(p, row + r, column, sums[r]);
      }
    }
  }
}

// A stored (k, m), B (k, n): gradients of weights. k is the batch, short; a warp for each row.
__device__ void MultiplyByRows(const Gemm& p, const BlockProduct& o, int64_t begin, int64_t end) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (int64_t row = begin + warp; row < end; row += kPersistentWarps) {
    for (int64_t column = lane; column < p.n; column += kTileColumns) {
      float sums[kColumns] = {};
#pragma unroll 4
      for (int64_t k = 0; k < p.k; ++k) {
        const float a = o.a[k * p.lda + row];
#pragma unroll
        for (int c = 0; c < kColumns; ++c) {
          const int64_t at = column + 32 * c;
          if (at < p.n) sums[c] = Fma(a, o.b[k * p.ldb + at], sums[c]);
        }
      }
#pragma unroll
      for (int c = 0; c < kColumns; ++c) {
        if (column + 32 * c < p.n) o.Finish(p, row, column + 32 * c, sums[c]);
      }
    }
  }
}

__device__ void Multiply(const Gemm& p, const BlockProduct& o, int64_t begin, int64_t end, float* shared) {
  if (p.trans_a) {
    MultiplyByRows(p, o, begin, end);
  } else if (p.trans_b) {
    MultiplyByColumns(p, o, begin, end);
  } else {
    MultiplyByDepth(p, o, begin, end, shared);
  }
}

}  // namespace
}  // namespace keraunos::cuda

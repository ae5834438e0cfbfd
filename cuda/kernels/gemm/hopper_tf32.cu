// Warpgroups take float32 factors along k alone and cut them off below 11 bits. So factors are first rounded, and where
// need be transposed, into the workspace: 8 bytes of traffic for each of their elements.
#include "cuda/kernels/gemm/hopper_tf32.h"

#include "cuda/kernels/gemm/grid.h"
#include "cuda/kernels/gemm/hopper_product.cuh"
#include "device/mma.h"

namespace keraunos::cuda {
namespace {

// A factor as it lies and as it will: (rows, k) with rows of `leading` elements, a multiple of 4, zeros not needed
// behind k.
struct FactorCopy {
  const float* from;
  float* to;
  int rows, k;
  int64_t from_leading, from_stride, leading;
  bool along_k;
};

inline constexpr int kCopyTile = 32, kCopyLines = 8;

// A block rounds 32 x 32 elements: in lines as they lie, out lines along k.
__global__ void __launch_bounds__(kCopyTile* kCopyLines) RoundFactor(const __grid_constant__ FactorCopy p) {
  __shared__ float tile[kCopyTile][kCopyTile + 1];
  const int tiles_k = (p.k + kCopyTile - 1) / kCopyTile, tiles_rows = (p.rows + kCopyTile - 1) / kCopyTile;
  const int block = static_cast<int>(blockIdx.x), matrix = block / tiles_k / tiles_rows;
  const int k0 = block % tiles_k * kCopyTile, row0 = block / tiles_k % tiles_rows * kCopyTile;
  const int x = static_cast<int>(threadIdx.x), y = static_cast<int>(threadIdx.y);
  const float* from = p.from + matrix * p.from_stride;
  for (int line = y; line < kCopyTile; line += kCopyLines) {
    const int row = row0 + (p.along_k ? line : x), k = k0 + (p.along_k ? x : line);
    if (row < p.rows && k < p.k) {
      tile[row - row0][k - k0] = from[p.along_k ? row * p.from_leading + k : k * p.from_leading + row];
    }
  }
  __syncthreads();
  float* to = p.to + (int64_t{matrix} * p.rows + row0) * p.leading + k0;
  for (int line = y; line < kCopyTile; line += kCopyLines) {
    if (row0 + line < p.rows && k0 + x < p.k) {
      to[line * p.leading + x] = __uint_as_float(RoundTf32(__float_as_uint(tile[line][x])));
    }
  }
}

void LaunchRound(const Call& call, const FactorCopy& copy, int64_t matrices) {
  const auto tiles = [](int64_t extent) { return (extent + kCopyTile - 1) / kCopyTile; };
  Launch(call.queue, "round_factor", RoundFactor,
         Shape{LinearGrid(tiles(copy.k) * tiles(copy.rows) * matrices), {kCopyTile, kCopyLines}}, copy);
}

// Rows of the copies begin at multiples of 16 bytes, the second copy at one of 256.
int64_t CopyLeading(const Gemm& g) { return (g.k + 3) / 4 * 4; }
int64_t LeftElements(const Gemm& g) { return (g.batch * g.m * CopyLeading(g) + 63) / 64 * 64; }

}  // namespace

bool SuitsHopperTf32(const Call& call, const Gemm& g) {
  constexpr int64_t kMost = int64_t{1} << 30;
  const int64_t tiles = (g.m + 127) / 128 * ((g.n + 127) / 128) * g.batch;
  // Estimates, from half the peak of 990 TFLOP/s for mma.sync and 80 % of it for wgmma (both halved again for TF32) and
  // 3.5 TB/s for the copies: they pay where a factor's element meets some 640 of the other, and two more launches where
  // there are 2^32 products.
  return call.facts.capability == 90 && g.m <= kMost && g.n <= kMost && g.k <= kMost && g.batch <= kMost &&
         tiles >= 64 && tiles <= kMost && g.m * g.n >= 640 * (g.m + g.n) &&
         static_cast<double>(g.m) * static_cast<double>(g.n) * static_cast<double>(g.k * g.batch) >= 0x1p32;
}

int64_t HopperTf32Workspace(const Gemm& g) {
  return (LeftElements(g) + g.batch * g.n * CopyLeading(g)) * static_cast<int64_t>(sizeof(float));
}

void HopperTf32(const Call& call, const Gemm& g, const float* a, const float* b, const float* bias, const float* rate,
                float* c) {
  const int64_t leading = CopyLeading(g);
  const int k = static_cast<int>(g.k);
  float* const left = static_cast<float*>(call.workspace);
  float* const right = left + LeftElements(g);
  LaunchRound(call, {a, left, static_cast<int>(g.m), k, g.lda, g.stride_a, leading, g.trans_a == 0}, g.batch);
  LaunchRound(call, {b, right, static_cast<int>(g.n), k, g.ldb, g.stride_b, leading, g.trans_b != 0}, g.batch);
  Gemm copied = g;
  copied.lda = copied.ldb = leading;
  copied.stride_a = g.m * leading;
  copied.stride_b = g.n * leading;
  const MatrixOutput<float> output(c, g.ldc, g.batch > 1 ? g.stride_c : 0, {bias, rate, g.activation});
  if (PrefersWide(g)) {
    LaunchHopper<WideTile, false, false>(call, copied, left, right, output);
  } else {
    LaunchHopper<SquareTile, false, false>(call, copied, left, right, output);
  }
}

}  // namespace keraunos::cuda

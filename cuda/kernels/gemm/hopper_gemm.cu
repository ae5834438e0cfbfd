// Products of bfloat16 and float16 by warpgroups, any transposition.
#include "cuda/kernels/gemm/hopper_gemm.h"

#include "cuda/kernels/gemm/hopper_product.cuh"

namespace keraunos::cuda {
namespace {

template <class Tile, class T>
void LaunchTransposed(const Call& call, const Gemm& g, const T* a, const T* b, const MatrixOutput<T>& output) {
  // The instruction takes B as (n, k): what the gemm family calls transposed lies along k.
  if (g.trans_a) {
    g.trans_b ? LaunchHopper<Tile, true, false>(call, g, a, b, output)
              : LaunchHopper<Tile, true, true>(call, g, a, b, output);
  } else {
    g.trans_b ? LaunchHopper<Tile, false, false>(call, g, a, b, output)
              : LaunchHopper<Tile, false, true>(call, g, a, b, output);
  }
}

}  // namespace

template <class T>
bool SuitsHopper(const Call& call, const Gemm& g, const T* a, const T* b) {
  constexpr int64_t kChunk = 16 / static_cast<int64_t>(sizeof(T)), kMost = int64_t{1} << 30;
  // Strides of a tensor map are multiples of each other.
  const auto aligned = [&](const T* data, int64_t leading, int64_t stride) {
    return reinterpret_cast<uintptr_t>(data) % 16 == 0 && leading % kChunk == 0 &&
           (g.batch == 1 || (stride % leading == 0 && stride > 0)) && leading < kMost;
  };
  const int64_t tiles = (g.m + 127) / 128 * ((g.n + 127) / 128) * g.batch;
  return call.facts.capability == 90 && g.m > 64 && g.n > 64 && g.k > 0 && tiles >= 64 && g.m <= kMost &&
         g.n <= kMost && g.k <= kMost && g.batch <= kMost && tiles <= kMost && aligned(a, g.lda, g.stride_a) &&
         aligned(b, g.ldb, g.stride_b);
}

template <class T>
void HopperGemm(const Call& call, const Gemm& g, const T* a, const T* b, const T* bias, const T* rate, T* c) {
  const MatrixOutput<T> output(c, g.ldc, g.batch > 1 ? g.stride_c : 0, {bias, rate, g.activation});
  if (PrefersWide(g)) {
    LaunchTransposed<WideTile>(call, g, a, b, output);
  } else {
    LaunchTransposed<SquareTile>(call, g, a, b, output);
  }
}

#define KERAUNOS_HOPPER_GEMM(T)                                               \
  template bool SuitsHopper<T>(const Call&, const Gemm&, const T*, const T*); \
  template void HopperGemm<T>(const Call&, const Gemm&, const T*, const T*, const T*, const T*, T*);
KERAUNOS_HOPPER_GEMM(BFloat16)
KERAUNOS_HOPPER_GEMM(Float16)

}  // namespace keraunos::cuda

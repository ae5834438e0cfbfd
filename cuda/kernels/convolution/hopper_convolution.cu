// y, and with other axes the gradient with respect to x, on Hopper: the ring and the multiplying warpgroups of
// gemm/hopper_product.cuh with another producer. A stage is 64 channels of one tap. All 128 threads of the producing
// warpgroup copy patches, row by row, to where a box would lie; one of them has the weights' boxes brought. Copies of
// three stages are under way: a thread arrives at a stage's barrier two stages later, when its copies have come and are
// visible to the units that multiply.
#include "cuda/kernels/convolution/hopper_convolution.h"

#include "cuda/kernels/convolution/tensor_correlation.cuh"
#include "cuda/kernels/gemm/hopper_product.cuh"

namespace keraunos::cuda {
namespace {

inline constexpr int kProducers = 128, kLag = 2;

template <class Tile, class T>
__device__ __forceinline__ void ProducePatches(const PatchSource<T>& parameter, const WeightSource<T>& weights,
                                               const TensorMap& map, const HopperShape& shape, const Ring<Tile>& ring,
                                               void* table) {
  using B = HopperFactor<true, Tile::kN>;
  static_assert(Tile::kStages > kLag + 1);
  PatchSource<T> patches = parameter;
  RingPosition<Tile::kStages> at, arrived;
  int waiting = 0;  // stages whose copies are under way
  const auto arrive = [&] {
    PublishWrites();
    Arrive(ring.full(arrived.stage));
    arrived.Advance();
  };
  for (int number = static_cast<int>(blockIdx.x); number < shape.tiles; number += static_cast<int>(gridDim.x)) {
    const TileOfC tile = LocateTile<Tile>(number, shape);
    GroupBarrier(1, kProducers);  // the last tile's points are no longer needed
    patches.Prepare(table, tile.row, kHopperRows, kProducers);
    GroupBarrier(1, kProducers);
    for (int k = 0; k < shape.k; k += kHopperDepth<T>, at.Advance()) {
      WaitBarrier(ring.empty(at.stage), at.parity ^ 1);
      unsigned char* const to = ring.stages + at.stage * Tile::kStageBytes;
      if (threadIdx.x == 0) {
        TransferBarrier* const full = ring.full(at.stage);
        ArriveExpecting(full, Tile::kBBytes);
        const int row = weights.Row(k);
#pragma unroll
        for (int box = 0; box < B::kBoxes; ++box) {
          CopyBox(to + Tile::kABytes + box * B::kBoxBytes, &map, tile.column + 64 * box, row, 0, full);
        }
      }
      FillTile<kHopperRows, kProducers, true>(patches, to, tile.row, shape.m, k, shape.k);
      CommitCopies();
      if (waiting == kLag) {
        WaitCopies<kLag>();
        arrive();
      } else {
        ++waiting;
      }
    }
  }
  WaitCopies<0>();
  for (; waiting > 0; --waiting) arrive();
}

template <class Tile, class T>
__global__ void __launch_bounds__(kHopperThreads, 1)
    HopperCorrelation(const __grid_constant__ PatchSource<T> patches, const __grid_constant__ WeightSource<T> weights,
                      const __grid_constant__ TensorMap map, const __grid_constant__ TargetOutput<T> output,
                      const __grid_constant__ HopperShape shape) {
  const Ring<Tile> ring = {DynamicShared()};
  InitRing(ring, kProducers + 1);
  const int group = static_cast<int>(threadIdx.x) / 128;
  if (group == 0) {
    ReleaseRegisters<72>();
    ProducePatches(patches, weights, map, shape, ring, DynamicShared() + Tile::kBytes);
  } else {
    ClaimRegisters<216>();
    Consume<Tile, false, true>(output, shape, ring, group - 1);
  }
}

template <class Tile, class T>
void LaunchCorrelation(const Call& call, const char* name, const Correlation& p, int64_t weight_rows, const T* source,
                       const T* weights, T* target, const T* bias, int64_t activation) {
  const int tiles_m = static_cast<int>((p.rows() + kHopperRows - 1) / kHopperRows);
  const int tiles_n = static_cast<int>((p.columns + Tile::kN - 1) / Tile::kN);
  const TensorMap map =
      MakeTensorMap<T>(weights, {p.columns, weight_rows, 1}, {p.row, p.row * weight_rows}, kHopperDepth<T>);
  Launch(call.queue, name, HopperCorrelation<Tile, T>,
         Shape{static_cast<uint32_t>(std::min(tiles_m * tiles_n, call.facts.multiprocessors)), kHopperThreads,
               Tile::kBytes + kHopperRows * PatchSource<T>::kTableBytes},
         PatchSource<T>(p, source), WeightSource<T>(p, weights), map, TargetOutput<T>(p, target, bias, activation),
         HopperShape{static_cast<int>(p.rows()), static_cast<int>(p.columns), static_cast<int>(Terms(p)), tiles_m,
                     tiles_n, tiles_m * tiles_n});
}

template <class T>
bool Suits(const Call& call, const Correlation& p, const T* source, const T* weights) {
  const int64_t tiles = (p.rows() + 127) / 128 * ((p.columns + 127) / 128);
  return call.facts.capability == 90 && p.groups == 1 && p.depth % kHopperDepth<T> == 0 && p.columns > 64 &&
         tiles >= 64 && FitsTensor(p) && IsWide(p, source, weights);
}

template <class T>
void Correlate(const Call& call, const char* name, const Correlation& p, int64_t weight_rows, const T* source,
               const T* weights, T* target, const T* bias, int64_t activation) {
  const int64_t wide_tiles = (p.rows() + 127) / 128 * ((p.columns + 255) / 256);
  if (p.columns > 128 && wide_tiles >= 256) {
    LaunchCorrelation<WideTile>(call, name, p, weight_rows, source, weights, target, bias, activation);
  } else {
    LaunchCorrelation<SquareTile>(call, name, p, weight_rows, source, weights, target, bias, activation);
  }
}

int64_t Taps(const Convolution& p) { return p.kernel[0] * p.kernel[1] * p.kernel[2]; }

}  // namespace

template <class T>
bool HopperForward(const Call& call, const Convolution& p, const T* x, const T* w, const T* bias, T* y) {
  const Correlation correlation = ForwardCorrelation(p);
  if (!Suits(call, correlation, x, w)) return false;
  Correlate(call, "conv_hopper", correlation, Taps(p) * p.channels, x, w, y, bias, p.activation);
  return true;
}

template <class T>
bool HopperInputGradient(const Call& call, const Convolution& p, const T* dy, const T* w, T* dx) {
  bool suits = true;
  ForResidues(p, [&](const Correlation& c) { suits = suits && Suits(call, c, dy, w); });
  if (!suits) return false;
  ForResidues(p, [&](const Correlation& c) {
    Correlate<T>(call, "conv_input_grad_hopper", c, Taps(p) * p.filters, dy, w, dx, nullptr, kLinear);
  });
  return true;
}

#define KERAUNOS_HOPPER_CONVOLUTION(T)                                                               \
  template bool HopperForward<T>(const Call&, const Convolution&, const T*, const T*, const T*, T*); \
  template bool HopperInputGradient<T>(const Call&, const Convolution&, const T*, const T*, T*);
KERAUNOS_HOPPER_CONVOLUTION(BFloat16)
KERAUNOS_HOPPER_CONVOLUTION(Float16)

}  // namespace keraunos::cuda

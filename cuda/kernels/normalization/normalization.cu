// Family normalization: batch normalization in two passes forward and two back (params.h: ChannelNorm), layer
// normalization in one each (LayerNorm). Halves are normalized in float32, by casts around these.
#include "cuda/kernels/normalization/channels.cuh"
#include "cuda/kernels/normalization/layer.cuh"

namespace keraunos::cuda {
namespace {

template <class T>
constexpr int kNormItems = kAccessBytes / static_cast<int>(sizeof(T));
// Threads beside each other: 16 bytes each make whole lines; fewer where columns are only merged, for more blocks.
constexpr int kWide = 32, kNarrow = 8;

// The plan must not depend on addresses, so packs need only the number of columns; what is not aligned is read singly
// with the same plan but for the tiles, which changes no sum.
template <class T>
bool InPacks(int64_t columns, const void* a, const void* b, const void* c) {
  return columns % kNormItems<T> == 0 && IsAligned(a, kAccessBytes) && IsAligned(b, kAccessBytes) &&
         IsAligned(c, kAccessBytes);
}

template <class T>
ColumnBlocks PlanOf(int64_t rows, int64_t columns, int64_t block, bool packs) {
  const int items = columns % kNormItems<T> == 0 ? kNormItems<T> : 1;
  ColumnBlocks shape = PlanColumns(rows, columns, block, items, kWide);
  if (!packs && columns > 0) shape.tiles = CeilDivide(columns, shape.across);
  return shape;
}

int64_t ColumnsOf(const ChannelNorm& p) { return p.channels; }
int64_t ColumnsOf(const LayerNorm& p) { return p.cols; }

template <class T, template <class, int> class Body, class Params>
int64_t BlocksWorkspace(const Call& call) {
  const auto& p = call.as<Params>();
  return ColumnsWorkspace<Body<T, 1>>(PlanOf<T>(p.rows, ColumnsOf(p), p.block, true));
}

template <class T>
void ChannelMomentsOf(const Call& call) {
  const auto& p = call.as<ChannelNorm>();
  using C = Compute<T>;
  const T* x = call.operand<const T>(0);
  C* out = call.operand<C>(1);
  const bool packs = InPacks<T>(p.channels, x, x, x);
  const ColumnBlocks shape = PlanOf<T>(p.rows, p.channels, p.block, packs);
  if (packs) {
    LaunchColumns<MomentsOfRows<T, kNormItems<T>>>(call, {x, p.channels, out}, shape);
  } else {
    LaunchColumns<MomentsOfRows<T, 1>>(call, {x, p.channels, out}, shape);
  }
}

template <class T>
void ChannelMomentsMerge(const Call& call) {
  const auto& p = call.as<ChannelNorm>();
  using C = Compute<T>;
  if (p.rows == 0) return;
  const int64_t blocks = CeilDivide(p.rows, p.block);
  ColumnBlocks shape = PlanColumns(blocks, p.channels, blocks, 1, kNarrow);
  shape.parts = 1;
  shape.part = blocks;
  LaunchColumns<MomentsOfBlocks<C>>(
      call, {call.operand<const C>(0), p.rows, p.block, p.channels, call.operand<C>(1), call.operand<C>(2)}, shape);
}

template <class T>
void ChannelNormSums(const Call& call) {
  const auto& p = call.as<ChannelNorm>();
  using C = Compute<T>;
  const T *dy = call.operand<const T>(0), *x = call.operand<const T>(1);
  const bool packs = InPacks<T>(p.channels, dy, x, x);
  const ColumnBlocks shape = PlanOf<T>(p.rows, p.channels, p.block, packs);
  const auto run = [&]<class Body>(Body) {
    LaunchColumns<Body>(call,
                        {dy, x, call.operand<const C>(2), call.operand<const C>(3), call.operand<const C>(4),
                         call.operand<const C>(5), p.channels, p.epsilon, p.activation == kRelu, call.operand<C>(6)},
                        shape);
  };
  if (packs) {
    run(ChannelSums<T, kNormItems<T>>());
  } else {
    run(ChannelSums<T, 1>());
  }
}

template <class T>
void ChannelNormSumsMerge(const Call& call) {
  const auto& p = call.as<ChannelNorm>();
  using C = Compute<T>;
  if (p.rows == 0) return;
  const int64_t blocks = CeilDivide(p.rows, p.block);
  ColumnBlocks shape = PlanColumns(blocks, p.channels, blocks, 1, kNarrow);
  shape.parts = 1;
  shape.part = blocks;
  LaunchColumns<SumsOfBlocks<C>>(call,
                                 {call.operand<const C>(0), call.operand<const C>(1), p.channels, p.epsilon,
                                  call.operand<C>(2), call.operand<C>(3)},
                                 shape);
}

template <bool gradient, class T>
void ChannelNormalize(const Call& call) {
  const auto& p = call.as<ChannelNorm>();
  using C = Compute<T>;
  ChannelOperands<T> o = {};
  int next = 0;
  if (gradient) o.dy = call.operand<const T>(next++);
  o.x = call.operand<const T>(next++);
  o.mean = call.operand<const C>(next++);
  o.variance = call.operand<const C>(next++);
  o.gamma = call.operand<const C>(next++);
  o.beta = call.operand<const C>(next++);
  if (gradient) o.dgamma = call.operand<const C>(next++);
  if (gradient) o.dbeta = call.operand<const C>(next++);
  o.out = call.operand<T>(next);
  o.rows = p.rows;
  o.channels = p.channels;
  o.relu = p.activation == kRelu;
  o.epsilon = p.epsilon;
  if (InPacks<T>(p.channels, o.dy, o.x, o.out)) {
    LaunchChannels<gradient, T, kNormItems<T>>(call, o);
  } else {
    LaunchChannels<gradient, T, 1>(call, o);
  }
}

template <class T>
void LayerNormalize(const Call& call) {
  const auto& p = call.as<LayerNorm>();
  using C = Compute<T>;
  LayerOperands<T> o = {};
  o.x = call.operand<const T>(0);
  o.gamma = call.operand<const C>(1);
  o.beta = call.operand<const C>(2);
  o.out = call.operand<T>(3);
  o.mean_out = call.operand<C>(4);
  o.scale_out = call.operand<C>(5);
  o.rows = p.rows;
  o.cols = p.cols;
  o.centered = p.centered != 0;
  o.epsilon = p.epsilon;
  LaunchLayer<false>(call, o);
}

template <class T>
void LayerNormGrad(const Call& call) {
  const auto& p = call.as<LayerNorm>();
  using C = Compute<T>;
  LayerOperands<T> o = {};
  o.dy = call.operand<const T>(0);
  o.x = call.operand<const T>(1);
  o.gamma = call.operand<const C>(2);
  o.mean = call.operand<const C>(3);
  o.scale = call.operand<const C>(4);
  o.out = call.operand<T>(5);
  o.rows = p.rows;
  o.cols = p.cols;
  o.centered = p.centered != 0;
  if (p.cols > 0) LaunchLayer<true>(call, o);
}

template <class T>
void LayerNormSums(const Call& call) {
  const auto& p = call.as<LayerNorm>();
  using C = Compute<T>;
  const T *dy = call.operand<const T>(0), *x = call.operand<const T>(1);
  const bool packs = InPacks<T>(p.cols, dy, x, x);
  const ColumnBlocks shape = PlanOf<T>(p.rows, p.cols, p.block, packs);
  const auto run = [&]<class Body>(Body) {
    LaunchColumns<Body>(
        call,
        {dy, x, call.operand<const C>(2), call.operand<const C>(3), p.cols, call.operand<C>(4), call.operand<C>(5)},
        shape);
  };
  if (packs) {
    run(LayerSums<T, kNormItems<T>>());
  } else {
    run(LayerSums<T, 1>());
  }
}

#define ALL_OPS(T)                                                                                              \
  {kOp_channel_moments, kDTypeOf<T>, ChannelMomentsOf<T>, BlocksWorkspace<T, MomentsOfRows, ChannelNorm>},      \
      {kOp_channel_moments_merge, kDTypeOf<T>, ChannelMomentsMerge<T>},                                         \
      {kOp_channel_norm, kDTypeOf<T>, ChannelNormalize<false, T>},                                              \
      {kOp_channel_norm_sums, kDTypeOf<T>, ChannelNormSums<T>, BlocksWorkspace<T, ChannelSums, ChannelNorm>},   \
      {kOp_channel_norm_sums_merge, kDTypeOf<T>, ChannelNormSumsMerge<T>},                                      \
      {kOp_channel_norm_grad, kDTypeOf<T>, ChannelNormalize<true, T>},                                          \
      {kOp_layer_norm, kDTypeOf<T>, LayerNormalize<T>}, {kOp_layer_norm_grad, kDTypeOf<T>, LayerNormGrad<T>}, { \
    kOp_layer_norm_sums, kDTypeOf<T>, LayerNormSums<T>, BlocksWorkspace<T, LayerSums, LayerNorm>                \
  }
constexpr KernelEntry kEntries[] = {ALL_OPS(float), ALL_OPS(double)};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(normalization, keraunos::cuda::kEntries)

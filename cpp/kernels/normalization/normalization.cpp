// Family normalization: batch normalization in two passes forward and two back (params.h: ChannelNorm), layer
// normalization in one each (LayerNorm). Sums have a tree that depends on shapes and blocks alone.
#include "kernels/normalization/channels.h"
#include "kernels/normalization/layer.h"
#include "kernels/types.h"

namespace keraunos {
namespace {

template <class T>
KERAUNOS_INLINE const T* In(void* const* operands, int index) {
  return static_cast<const T*>(operands[index]);
}
template <class T>
KERAUNOS_INLINE T* Out(void* const* operands, int index) {
  return static_cast<T*>(operands[index]);
}

template <class T>
void ChannelMoments(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const ChannelNorm*>(params);
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t first = RowsFrom(p, unit);
    BlockMoments(In<T>(o, 0) + first * p.channels, RowsFrom(p, unit + 1) - first, p.channels,
                 Out<T>(o, 1) + unit * 2 * p.channels);
  }
}

template <class T>
void ChannelMomentsMerge(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  MergeMoments(*static_cast<const ChannelNorm*>(params), In<T>(o, 0), Out<T>(o, 1), Out<T>(o, 2), begin, end);
}

template <class T>
void ChannelNormalize(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const auto& p = *static_cast<const ChannelNorm*>(params);
  const int64_t first = RowsFrom(p, begin);
  const auto run = p.activation == kRelu ? NormalizeRows<true, T> : NormalizeRows<false, T>;
  run(p, In<T>(o, 0) + first * p.channels, In<T>(o, 1), In<T>(o, 2), In<T>(o, 3), In<T>(o, 4),
      Out<T>(o, 5) + first * p.channels, RowsFrom(p, end) - first, static_cast<T*>(scratch));
}

template <class T>
void ChannelNormSums(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const auto& p = *static_cast<const ChannelNorm*>(params);
  const bool relu = p.activation == kRelu;
  T* const factor = static_cast<T*>(scratch);
  if (relu) Factors(p, In<T>(o, 3), In<T>(o, 4), factor);
  const auto run = relu ? BlockSums<true, T> : BlockSums<false, T>;
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t first = RowsFrom(p, unit);
    run(In<T>(o, 0) + first * p.channels, In<T>(o, 1) + first * p.channels, In<T>(o, 2), factor, In<T>(o, 5),
        RowsFrom(p, unit + 1) - first, p.channels, Out<T>(o, 6) + unit * 2 * p.channels);
  }
}

template <class T>
void ChannelNormSumsMerge(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  MergeSums(*static_cast<const ChannelNorm*>(params), In<T>(o, 0), In<T>(o, 1), Out<T>(o, 2), Out<T>(o, 3), begin, end);
}

template <class T>
void ChannelNormGrad(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const auto& p = *static_cast<const ChannelNorm*>(params);
  const NormalizedRows<T> rows = {In<T>(o, 0), In<T>(o, 1), In<T>(o, 2), In<T>(o, 3), In<T>(o, 4),
                                  In<T>(o, 5), In<T>(o, 6), In<T>(o, 7), Out<T>(o, 8)};
  const auto run = p.activation == kRelu ? NormalizeRowsGrad<true, T> : NormalizeRowsGrad<false, T>;
  run(p, rows, RowsFrom(p, begin), RowsFrom(p, end), static_cast<T*>(scratch));
}

template <class T>
void LayerNormalize(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const LayerNorm*>(params);
  for (int64_t r = begin; r < end; ++r) {
    LayerNormRow(p, In<T>(o, 0) + r * p.cols, In<T>(o, 1), In<T>(o, 2), Out<T>(o, 3) + r * p.cols, Out<T>(o, 4) + r,
                 Out<T>(o, 5) + r);
  }
}

template <class T>
void LayerNormGrad(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const LayerNorm*>(params);
  for (int64_t r = begin; r < end; ++r) {
    LayerNormGradRow(p, In<T>(o, 0) + r * p.cols, In<T>(o, 1) + r * p.cols, In<T>(o, 2), In<T>(o, 3)[r], In<T>(o, 4)[r],
                     Out<T>(o, 5) + r * p.cols);
  }
}

template <class T>
void LayerNormSums(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const LayerNorm*>(params);
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t first = unit * p.block, rows = p.rows - first < p.block ? p.rows - first : p.block;
    LayerNormBlock(In<T>(o, 0) + first * p.cols, In<T>(o, 1) + first * p.cols, In<T>(o, 2) + first, In<T>(o, 3) + first,
                   rows, p.cols, Out<T>(o, 4) + unit * p.cols, Out<T>(o, 5) + unit * p.cols);
  }
}

#define KERAUNOS_FLOATS(op, Kernel) \
  {kOp_##op, kFloat32, Kernel<float>}, { kOp_##op, kFloat64, Kernel<double> }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_FLOATS(channel_moments, ChannelMoments),
    KERAUNOS_FLOATS(channel_moments_merge, ChannelMomentsMerge),
    KERAUNOS_FLOATS(channel_norm, ChannelNormalize),
    KERAUNOS_FLOATS(channel_norm_sums, ChannelNormSums),
    KERAUNOS_FLOATS(channel_norm_sums_merge, ChannelNormSumsMerge),
    KERAUNOS_FLOATS(channel_norm_grad, ChannelNormGrad),
    KERAUNOS_FLOATS(layer_norm, LayerNormalize),
    KERAUNOS_FLOATS(layer_norm_grad, LayerNormGrad),
    KERAUNOS_FLOATS(layer_norm_sums, LayerNormSums),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(normalization, keraunos::kEntries)

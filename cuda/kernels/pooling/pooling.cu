// Family pooling: maxima and means over windows of one, two or three spatial dimensions, and their gradients
// (params.h: Pooling). Sums run in the processor's order. Cost: one pass over input and output; windows that overlap
// are read again from the caches.
#include "cuda/kernels/pooling/backward.cuh"
#include "cuda/kernels/pooling/forward.cuh"

namespace keraunos::cuda {
namespace {

template <class T>
constexpr int kPoolItems = kAccessBytes / static_cast<int>(sizeof(T));

// Channels come in packs where they divide by them and all operands are aligned; the index has a byte per channel.
template <class T>
bool InPacks(const Call& call, int operands, int index_operand) {
  bool packs = call.as<Pooling>().channels % kPoolItems<T> == 0;
  for (int i = 0; i < operands; ++i) {
    packs = packs && IsAligned(call.operands[i], i == index_operand ? kPoolItems<T> : kAccessBytes);
  }
  return packs;
}

template <PoolKind kind, class T>
void LaunchForward(const Call& call) {
  const auto& params = call.as<Pooling>();
  const T* in = call.operand<const T>(0);
  T* out = call.operand<T>(1);
  uint8_t* index = kind == PoolKind::kMaxIndex ? call.operand<uint8_t>(2) : nullptr;
  const bool packs = InPacks<T>(call, index ? 3 : 2, 2);
  ForImages(params, params.out, packs ? kPoolItems<T> : 1, [&](const PoolShape& shape, const Shape& blocks) {
    const auto kernel = packs ? PoolForward<kind, T, kPoolItems<T>> : PoolForward<kind, T, 1>;
    Launch(call.queue, "pool", kernel, blocks, in, out, index, shape);
  });
}

template <Receiver receiver, class T>
void LaunchBackward(const Call& call) {
  const auto& params = call.as<Pooling>();
  const bool two = receiver != Receiver::kAll;
  const T* dy = call.operand<const T>(0);
  const uint8_t* index = receiver == Receiver::kIndexed ? call.operand<const uint8_t>(1) : nullptr;
  const T* x = receiver == Receiver::kMaximum ? call.operand<const T>(1) : nullptr;
  T* dx = call.operand<T>(two ? 2 : 1);
  const bool packs = InPacks<T>(call, two ? 3 : 2, index ? 1 : -1);
  ForImages(params, params.in, packs ? kPoolItems<T> : 1, [&](const PoolShape& shape, const Shape& blocks) {
    const auto kernel = packs ? PoolBackward<receiver, T, kPoolItems<T>> : PoolBackward<receiver, T, 1>;
    Launch(call.queue, "pool_grad", kernel, blocks, dy, index, x, dx, shape);
  });
}

#define ALL_OPS(T)                                                               \
  {kOp_max_pool, kDTypeOf<T>, LaunchForward<PoolKind::kMax, T>},                 \
      {kOp_max_pool_index, kDTypeOf<T>, LaunchForward<PoolKind::kMaxIndex, T>},  \
      {kOp_average_pool, kDTypeOf<T>, LaunchForward<PoolKind::kMean, T>},        \
      {kOp_max_unpool, kDTypeOf<T>, LaunchBackward<Receiver::kIndexed, T>},      \
      {kOp_max_pool_grad, kDTypeOf<T>, LaunchBackward<Receiver::kMaximum, T>}, { \
    kOp_average_pool_grad, kDTypeOf<T>, LaunchBackward<Receiver::kAll, T>        \
  }
constexpr KernelEntry kEntries[] = {ALL_OPS(float), ALL_OPS(double), ALL_OPS(BFloat16), ALL_OPS(Float16)};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(pooling, keraunos::cuda::kEntries)

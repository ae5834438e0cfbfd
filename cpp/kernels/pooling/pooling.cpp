// Family pooling: maxima and means over windows of one, two or three spatial dimensions, and their gradients
// (params.h: Pooling). Everything runs on vectors of channels. Results do not depend on how units are cut.
#include "kernels/pooling/backward.h"
#include "kernels/types.h"

namespace keraunos {
namespace {

template <class T>
void MaxPool(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Pooling*>(params);
  Pool(p, static_cast<const T*>(o[0]), begin, end, MaxOfWindow<T>{static_cast<T*>(o[1]), p.activation == kRelu});
}

template <class T>
void MaxPoolIndex(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Pooling*>(params);
  Pool(p, static_cast<const T*>(o[0]), begin, end,
       IndexOfWindow<T>{static_cast<T*>(o[1]), static_cast<uint8_t*>(o[2]), p.activation == kRelu});
}

template <class T>
void AveragePool(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  Pool(*static_cast<const Pooling*>(params), static_cast<const T*>(o[0]), begin, end,
       MeanOfWindow<T>{static_cast<T*>(o[1])});
}

template <class T>
void MaxUnpool(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const ToElement<T> sent = {static_cast<const T*>(o[0]), static_cast<const uint8_t*>(o[1])};
  Unpool(*static_cast<const Pooling*>(params), sent, static_cast<T*>(o[2]), begin, end);
}

template <class T>
void AveragePoolGrad(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  Unpool(*static_cast<const Pooling*>(params), ToAll<T>{static_cast<const T*>(o[0])}, static_cast<T*>(o[1]), begin,
         end);
}

template <class T>
void MaxPoolGrad(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Pooling*>(params);
  const int64_t inputs = p.in[0] * p.in[1] * p.in[2] * p.channels;
  const int64_t outputs = p.out[0] * p.out[1] * p.out[2] * p.channels;
  for (int64_t image = begin; image < end; ++image) {
    MaxPoolGradImage(p, static_cast<const T*>(o[0]) + image * outputs, static_cast<const T*>(o[1]) + image * inputs,
                     static_cast<T*>(o[2]) + image * inputs);
  }
}

#define KERAUNOS_FLOATS(op, Kernel) \
  {kOp_##op, kFloat32, Kernel<float>}, { kOp_##op, kFloat64, Kernel<double> }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_FLOATS(max_pool, MaxPool),          KERAUNOS_FLOATS(max_pool_index, MaxPoolIndex),
    KERAUNOS_FLOATS(average_pool, AveragePool),  KERAUNOS_FLOATS(max_unpool, MaxUnpool),
    KERAUNOS_FLOATS(max_pool_grad, MaxPoolGrad), KERAUNOS_FLOATS(average_pool_grad, AveragePoolGrad),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(pooling, keraunos::kEntries)

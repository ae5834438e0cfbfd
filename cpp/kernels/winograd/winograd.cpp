// The winograd family: F(4x4, 3x3), F(2x2, 3x3) and F(2x2, 5x5).
#include "kernels/kernel.h"
#include "kernels/winograd/convolve.h"
#include "kernels/winograd/gradient.h"

namespace keraunos {
namespace {

// Calls visit.operator()<n, m, r>() for the transform that params name.
template <typename Visit>
KERAUNOS_INLINE void WithTransform(const Winograd& p, const Visit& visit) {
  if (p.kernel == 5) {
    visit.template operator()<6, 2, 5>();
  } else if (p.tile == 4) {
    visit.template operator()<6, 4, 3>();
  } else {
    visit.template operator()<4, 2, 3>();
  }
}

// The first tile of a unit: `split` units per image, cut by lines of tiles.
KERAUNOS_INLINE int64_t FirstTile(const Winograd& p, int64_t unit) {
  const int64_t down = (p.out[0] + p.tile - 1) / p.tile, across = (p.out[1] + p.tile - 1) / p.tile;
  return (unit / p.split * down + unit % p.split * down / p.split) * across;
}

template <typename T>
void Convolve(const void* params, void* const* o, const void* bias, void* y, int64_t begin, int64_t end,
              void* scratch) {
  const Winograd& p = *static_cast<const Winograd*>(params);
  WithTransform(p, [&]<int n, int m, int r>() {
    ConvolveTiles<n, m>(p, static_cast<const T*>(o[0]), static_cast<const T*>(o[1]), static_cast<const T*>(bias),
                        static_cast<T*>(y), FirstTile(p, begin), FirstTile(p, end), static_cast<T*>(scratch));
  });
}

template <typename T>
void WinogradConv(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  Convolve<T>(params, o, nullptr, o[2], begin, end, scratch);
}

template <typename T>
void WinogradConvBias(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  Convolve<T>(params, o, o[2], o[3], begin, end, scratch);
}

template <typename T>
void WinogradKernels(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const Winograd& p = *static_cast<const Winograd*>(params);
  WithTransform(p, [&]<int n, int m, int r>() {
    TransformKernels<n, r>(p, static_cast<const T*>(o[0]), static_cast<T*>(o[1]), begin, end);
  });
}

template <typename T>
void WinogradInputs(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const Winograd& p = *static_cast<const Winograd*>(params);
  WithTransform(p, [&]<int n, int m, int r>() {
    TransformInputs<n>(p, static_cast<const T*>(o[0]), static_cast<T*>(o[1]), FirstTile(p, begin), FirstTile(p, end));
  });
}

template <typename T>
void WinogradOutputGrads(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const Winograd& p = *static_cast<const Winograd*>(params);
  WithTransform(p, [&]<int n, int m, int r>() {
    TransformOutputGradients<n, m>(p, static_cast<const T*>(o[0]), static_cast<T*>(o[1]), FirstTile(p, begin),
                                   FirstTile(p, end));
  });
}

template <typename T>
void WinogradKernelGrads(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const Winograd& p = *static_cast<const Winograd*>(params);
  WithTransform(p, [&]<int n, int m, int r>() {
    TransformKernelGradients<n, r>(p, static_cast<const T*>(o[0]), static_cast<T*>(o[1]), begin, end);
  });
}

#define KERAUNOS_BOTH(op, Kernel) \
  {kOp_##op, kFloat32, Kernel<float>}, { kOp_##op, kFloat64, Kernel<double> }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_BOTH(winograd_conv, WinogradConv),
    KERAUNOS_BOTH(winograd_conv_bias, WinogradConvBias),
    KERAUNOS_BOTH(winograd_kernels, WinogradKernels),
    KERAUNOS_BOTH(winograd_inputs, WinogradInputs),
    KERAUNOS_BOTH(winograd_output_grads, WinogradOutputGrads),
    KERAUNOS_BOTH(winograd_kernel_grads, WinogradKernelGrads),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(winograd, keraunos::kEntries)

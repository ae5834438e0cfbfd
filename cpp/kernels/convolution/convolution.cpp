// The convolution family: params and unit ranges turned into lines of images.
#include "kernels/convolution/direct.h"
#include "kernels/convolution/kernel_gradient.h"
#include "kernels/kernel.h"

namespace keraunos {
namespace {

// Units are runs of lines: `split` per image, line l of `lines` begins unit l * split / lines.
template <typename Visit>
void ForLines(const Convolution& p, int64_t lines, int64_t begin, int64_t end, const Visit& visit) {
  for (int64_t unit = begin; unit < end;) {
    const int64_t image = unit / p.split;
    const int64_t stop = smaller(end, (image + 1) * p.split);
    visit(image, (unit - image * p.split) * lines / p.split, (stop - image * p.split) * lines / p.split);
    unit = stop;
  }
}

template <typename T>
void Forward(const void* params, void* const* o, const void* bias, void* y, int64_t begin, int64_t end, void* scratch) {
  const Convolution& p = *static_cast<const Convolution*>(params);
  const int64_t depth = p.channels / p.groups, columns = p.filters / p.groups;
  const int64_t image = p.in[0] * p.in[1] * p.in[2] * p.channels,
                out_image = p.out[0] * p.out[1] * p.out[2] * p.filters;
  const Direct<T> direct = {ForwardAxis(p, 0),
                            ForwardAxis(p, 1),
                            ForwardAxis(p, 2),
                            p.kernel[1],
                            p.kernel[2],
                            p.groups,
                            depth,
                            columns,
                            depth,
                            0,
                            columns,
                            p.filters,
                            nullptr,
                            static_cast<const T*>(o[1]),
                            static_cast<const T*>(bias),
                            nullptr,
                            p.activation};
  ForLines(p, p.out[0] * p.out[1], begin, end, [&](int64_t n, int64_t first, int64_t last) {
    Correlate(direct, static_cast<const T*>(o[0]) + n * image, static_cast<T*>(y) + n * out_image, first, last,
              static_cast<T*>(scratch));
  });
}

template <typename T>
void Conv(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  Forward<T>(params, o, nullptr, o[2], begin, end, scratch);
}

template <typename T>
void ConvBias(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  Forward<T>(params, o, o[2], o[3], begin, end, scratch);
}

// Weights are stored (taps, filters, channels / groups). Units cut the input's images by lines of each residue in turn.
template <typename T>
void ConvInputGrad(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const Convolution& p = *static_cast<const Convolution*>(params);
  const int64_t depth = p.filters / p.groups, columns = p.channels / p.groups;
  const int64_t image = p.in[0] * p.in[1] * p.in[2] * p.channels,
                out_image = p.out[0] * p.out[1] * p.out[2] * p.filters;
  for (int64_t rz = 0; rz < smaller(p.stride[0], p.in[0]); ++rz) {
    for (int64_t ry = 0; ry < smaller(p.stride[1], p.in[1]); ++ry) {
      for (int64_t rx = 0; rx < smaller(p.stride[2], p.in[2]); ++rx) {
        const Direct<T> direct = {InputGradientAxis(p, 0, rz),
                                  InputGradientAxis(p, 1, ry),
                                  InputGradientAxis(p, 2, rx),
                                  p.kernel[1],
                                  p.kernel[2],
                                  p.groups,
                                  depth,
                                  columns,
                                  p.filters,
                                  depth,
                                  0,
                                  columns,
                                  nullptr,
                                  static_cast<const T*>(o[1]),
                                  nullptr,
                                  nullptr,
                                  kLinear};
        ForLines(p, direct.z.count * direct.y.count, begin, end, [&](int64_t n, int64_t first, int64_t last) {
          Correlate(direct, static_cast<const T*>(o[0]) + n * out_image, static_cast<T*>(o[2]) + n * image, first, last,
                    static_cast<T*>(scratch));
        });
      }
    }
  }
}

template <typename T>
void ConvKernelGrad(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const Convolution& p = *static_cast<const Convolution*>(params);
  const int64_t size = p.kernel[0] * p.kernel[1] * p.kernel[2] * (p.channels / p.groups) * p.filters;
  for (int64_t unit = begin; unit < end; ++unit) {
    KernelGradient(p, static_cast<const T*>(o[0]), static_cast<const T*>(o[1]), unit * p.batch / p.split,
                   (unit + 1) * p.batch / p.split, static_cast<T*>(o[2]) + unit * size, static_cast<T*>(scratch));
  }
}

#define KERAUNOS_BOTH(op, Kernel) \
  {kOp_##op, kFloat32, Kernel<float>}, { kOp_##op, kFloat64, Kernel<double> }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_BOTH(conv, Conv),
    KERAUNOS_BOTH(conv_bias, ConvBias),
    KERAUNOS_BOTH(conv_input_grad, ConvInputGrad),
    KERAUNOS_BOTH(conv_kernel_grad, ConvKernelGrad),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(convolution, keraunos::kEntries)

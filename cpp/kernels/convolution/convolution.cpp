// The convolution family: params and unit ranges turned into lines of images.
#include "kernels/convolution/depthwise.h"
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

int64_t InputImage(const Convolution& p) { return p.in[0] * p.in[1] * p.in[2] * p.channels; }
int64_t OutputImage(const Convolution& p) { return p.out[0] * p.out[1] * p.out[2] * p.filters; }

// Calls visit(z, y, x) with the axes of an input gradient, residue by residue.
template <typename Visit>
void ForResidues(const Convolution& p, const Visit& visit) {
  for (int64_t z = 0; z < smaller(p.stride[0], p.in[0]); ++z) {
    for (int64_t y = 0; y < smaller(p.stride[1], p.in[1]); ++y) {
      for (int64_t x = 0; x < smaller(p.stride[2], p.in[2]); ++x) {
        visit(InputGradientAxis(p, 0, z), InputGradientAxis(p, 1, y), InputGradientAxis(p, 2, x));
      }
    }
  }
}

template <typename T>
void Forward(const void* params, void* const* o, const void* bias, void* y, int64_t begin, int64_t end, void* scratch) {
  const Convolution& p = *static_cast<const Convolution*>(params);
  const int64_t depth = p.channels / p.groups, columns = p.filters / p.groups;
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
                            p.panel ? p.kernel[0] * p.kernel[1] * p.kernel[2] * depth : 0,
                            static_cast<const T*>(o[1]),
                            static_cast<const T*>(bias),
                            p.activation};
  ForLines(p, p.out[0] * p.out[1], begin, end, [&](int64_t n, int64_t first, int64_t last) {
    Correlate(direct, static_cast<const T*>(o[0]) + n * InputImage(p), static_cast<T*>(y) + n * OutputImage(p), first,
              last, static_cast<T*>(scratch));
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
  ForResidues(p, [&](const Axis& az, const Axis& ay, const Axis& ax) {
    const Direct<T> direct = {az,
                              ay,
                              ax,
                              p.kernel[1],
                              p.kernel[2],
                              p.groups,
                              depth,
                              columns,
                              p.filters,
                              depth,
                              0,
                              columns,
                              p.panel ? p.kernel[0] * p.kernel[1] * p.kernel[2] * p.filters : 0,
                              static_cast<const T*>(o[1]),
                              nullptr,
                              kLinear};
    ForLines(p, az.count * ay.count, begin, end, [&](int64_t n, int64_t first, int64_t last) {
      Correlate(direct, static_cast<const T*>(o[0]) + n * OutputImage(p), static_cast<T*>(o[2]) + n * InputImage(p),
                first, last, static_cast<T*>(scratch));
    });
  });
}

// Images with output gradients: none when these have no element, however many images there are.
int64_t GradientImages(const Convolution& p) { return OutputImage(p) ? p.batch : 0; }

template <typename T>
void ConvKernelGrad(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const Convolution& p = *static_cast<const Convolution*>(params);
  const int64_t size = p.kernel[0] * p.kernel[1] * p.kernel[2] * (p.channels / p.groups) * p.filters;
  const int64_t images = GradientImages(p);
  for (int64_t unit = begin; unit < end; ++unit) {
    KernelGradient(p, static_cast<const T*>(o[0]), static_cast<const T*>(o[1]), unit * images / p.split,
                   (unit + 1) * images / p.split, static_cast<T*>(o[2]) + unit * size, static_cast<T*>(scratch));
  }
}

template <typename T>
void DepthwiseForward(const void* params, void* const* o, const void* bias, void* y, int64_t begin, int64_t end,
                      void* scratch) {
  const Convolution& p = *static_cast<const Convolution*>(params);
  const Axis az = ForwardAxis(p, 0), ay = ForwardAxis(p, 1), ax = ForwardAxis(p, 2);
  ForLines(p, az.count * ay.count, begin, end, [&](int64_t n, int64_t first, int64_t last) {
    DepthwiseCorrelate(az, ay, ax, p.kernel, p.channels, p.filters / p.channels, 1,
                       static_cast<const T*>(o[0]) + n * InputImage(p), static_cast<const T*>(o[1]),
                       static_cast<const T*>(bias), p.activation == kRelu, static_cast<T*>(y) + n * OutputImage(p),
                       first, last, static_cast<T*>(scratch));
  });
}

template <typename T>
void DepthwiseConv(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  DepthwiseForward<T>(params, o, nullptr, o[2], begin, end, scratch);
}

template <typename T>
void DepthwiseConvBias(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  DepthwiseForward<T>(params, o, o[2], o[3], begin, end, scratch);
}

template <typename T>
void DepthwiseConvInputGrad(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const Convolution& p = *static_cast<const Convolution*>(params);
  ForResidues(p, [&](const Axis& az, const Axis& ay, const Axis& ax) {
    ForLines(p, az.count * ay.count, begin, end, [&](int64_t n, int64_t first, int64_t last) {
      DepthwiseCorrelate<T>(az, ay, ax, p.kernel, p.filters, 1, p.filters / p.channels,
                            static_cast<const T*>(o[0]) + n * OutputImage(p), static_cast<const T*>(o[1]), nullptr,
                            false, static_cast<T*>(o[2]) + n * InputImage(p), first, last, static_cast<T*>(scratch));
    });
  });
}

template <typename T>
void DepthwiseConvKernelGrad(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const Convolution& p = *static_cast<const Convolution*>(params);
  const int64_t size = p.kernel[0] * p.kernel[1] * p.kernel[2] * p.filters, images = GradientImages(p);
  for (int64_t unit = begin; unit < end; ++unit) {
    DepthwiseKernelGradient(p, static_cast<const T*>(o[0]), static_cast<const T*>(o[1]), unit * images / p.split,
                            (unit + 1) * images / p.split, static_cast<T*>(o[2]) + unit * size,
                            static_cast<T*>(scratch));
  }
}

#define KERAUNOS_BOTH(op, Kernel) \
  {kOp_##op, kFloat32, Kernel<float>}, { kOp_##op, kFloat64, Kernel<double> }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_BOTH(conv, Conv),
    KERAUNOS_BOTH(conv_bias, ConvBias),
    KERAUNOS_BOTH(conv_input_grad, ConvInputGrad),
    KERAUNOS_BOTH(conv_kernel_grad, ConvKernelGrad),
    KERAUNOS_BOTH(depthwise_conv, DepthwiseConv),
    KERAUNOS_BOTH(depthwise_conv_bias, DepthwiseConvBias),
    KERAUNOS_BOTH(depthwise_conv_input_grad, DepthwiseConvInputGrad),
    KERAUNOS_BOTH(depthwise_conv_kernel_grad, DepthwiseConvKernelGrad),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(convolution, keraunos::kEntries)

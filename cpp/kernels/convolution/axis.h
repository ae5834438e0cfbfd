// One spatial axis of a correlation, as the kernels walk it. Target positions first + t * target_step, t in [0, count),
// read source positions t * source_step + offset + j * dilation for the taps j in [0, taps), whose weights are
// tap + j * tap_step.
//
// The forward pass is one such axis. The gradient with respect to the input of a convolution with stride s is s of
// them: input positions that are equal modulo s meet the same taps, so nothing is multiplied by inserted zeros.
#pragma once
#include "base/compiler.h"
#include "kernels/params.h"

namespace keraunos {
namespace {

struct Axis {
  int64_t first, target_step, count;
  int64_t source_step, offset, dilation;
  int64_t taps, tap, tap_step;
  int64_t source, target;  // extents
};

inline Axis ForwardAxis(const Convolution& p, int d) {
  return {0, 1, p.out[d], p.stride[d], -p.low[d], p.dilation[d], p.kernel[d], 0, 1, p.in[d], p.out[d]};
}

inline int64_t GreatestDivisor(int64_t a, int64_t b) {
  while (b) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// Input positions i = residue + stride * t: tap k sends them output (i + low - k * dilation) / stride, if that is
// whole. Taps are walked from the last to the first, so that the positions ascend.
inline Axis InputGradientAxis(const Convolution& p, int d, int64_t residue) {
  const int64_t stride = p.stride[d], divisor = GreatestDivisor(stride, p.dilation[d]);
  Axis axis = {residue,  stride, (p.in[d] - residue + stride - 1) / stride,
               1,        0,      p.dilation[d] / divisor,
               0,        0,      -(stride / divisor),
               p.out[d], p.in[d]};
  for (int64_t k = p.kernel[d] - 1; k >= 0; --k) {
    const int64_t position = residue + p.low[d] - k * p.dilation[d];
    if (position % stride != 0) continue;
    if (axis.taps == 0) {
      axis.tap = k;
      axis.offset = position / stride;
    }
    ++axis.taps;
  }
  return axis;
}

// Source positions that `count` target positions span, padding included.
KERAUNOS_INLINE int64_t Span(const Axis& axis, int64_t count) {
  return axis.taps == 0 ? 0 : (count - 1) * axis.source_step + (axis.taps - 1) * axis.dilation + 1;
}

}  // namespace
}  // namespace keraunos

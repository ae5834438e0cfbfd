// Gradient with respect to the kernel: dw[tap] = sum over images and output positions of x[position of tap]^T * dy.
//
// A is x stored (k, m): k counts pixels of an output line, m the taps and channels of a kernel row, which lie in one
// piece. Lines are the runs of a tile, so that dw is touched once per block of some 256 pixels.
#pragma once
#include "kernels/convolution/tile.h"
#include "kernels/convolution/window.h"
#include "kernels/gemm/product.h"

namespace keraunos {
namespace {

inline constexpr int64_t kGradientDepth = 256;        // pixels of a block: 256 x 48 floats of dy are 48 KB
inline constexpr int64_t kGradientBytes = 512 << 10;  // of x in a block: half of L2

// dw (taps, channels / groups, filters) (+)= what output lines [line, line + lines) of plane z of one image give.
template <typename T>
void AddKernelGradient(const Convolution& p, const T* x, const T* dy, int64_t z, int64_t line, int64_t lines,
                       int64_t pixel, int64_t pixels, int64_t tz, bool accumulate, T* dw, T* scratch) {
  const int64_t depth = p.channels / p.groups, columns = p.filters / p.groups;
  const Axis ay = ForwardAxis(p, 1), ax = ForwardAxis(p, 2);
  const int64_t source_z = z * p.stride[0] - p.low[0] + tz * p.dilation[0];
  if (source_z < 0 || source_z >= p.in[0]) {
    const int64_t size = ay.taps * ax.taps * depth * p.filters;
    if (!accumulate) __builtin_memset(dw + tz * size, 0, static_cast<size_t>(size) * sizeof(T));
    return;
  }
  const T* plane = x + source_z * p.in[1] * p.in[2] * p.channels;
  const T* gradient = dy + ((z * p.out[1] + line) * p.out[2] + pixel) * p.filters;
  Run<T> runs[kMostRuns];
  for (int64_t group = 0; group < p.groups; ++group) {
    const Window<T> window =
        OpenWindow(plane, p.in[1], p.in[2], p.channels, line * ay.source_step + ay.offset, Span(ay, lines),
                   pixel * ax.source_step + ax.offset, Span(ax, pixels), group * depth, depth, scratch);
    const bool whole_rows = ax.dilation == 1 && window.pixel_stride == depth;
    const int64_t runs_in_row = whole_rows ? 1 : ax.taps;
    const int64_t rows = whole_rows ? ax.taps * depth : depth;
    Tile<T> tile = {};
    tile.a_stride = ax.source_step * window.pixel_stride;
    tile.b_stride = tile.c_stride = p.filters;
    tile.accumulate = accumulate;
    for (int64_t i = 0; i < lines; ++i) {
      runs[i] = {i * ay.source_step * window.line_stride, i * p.out[2] * p.filters, pixels};
    }
    ForPanels<T>(columns, [&](int64_t column, int64_t width, int64_t vectors) {
      tile.last_lanes = width - (vectors - 1) * kVecLanes<T>;
      const bool partial = tile.last_lanes < kVecLanes<T>;
      tile.b = gradient + group * columns + column;
      for (int64_t row = 0; row < ay.taps * runs_in_row; ++row) {
        const int64_t ty = row / runs_in_row, tx = row % runs_in_row;
        const T* a = window.data + ty * ay.dilation * window.line_stride + tx * ax.dilation * window.pixel_stride;
        T* c = dw + (((tz * ay.taps + ty) * ax.taps + tx) * depth) * p.filters + group * columns + column;
        ForTiles(rows, MaxRows(static_cast<int>(vectors)), [&](int64_t i, int64_t size) {
          tile.a = a + i;
          tile.c = c + i * p.filters;
          kRunsKernels<T, true>.at[partial][vectors - 1][size - 1](tile, runs, lines);
        });
      }
    });
  }
}

// dw of images [begin, end).
template <typename T>
void KernelGradient(const Convolution& p, const T* source, const T* dy, int64_t begin, int64_t end, T* dw, T* scratch) {
  const int64_t image = p.in[0] * p.in[1] * p.in[2] * p.channels,
                out_image = p.out[0] * p.out[1] * p.out[2] * p.filters;
  const Axis y = ForwardAxis(p, 1), x = ForwardAxis(p, 2);
  const int64_t pixels = smaller(p.out[2], kGradientDepth);
  const int64_t lines = smaller(kMostRuns, pixels ? (kGradientDepth + pixels - 1) / pixels : 1);
  const BlockShape most =
      ChooseBlock(y, x, p.channels / p.groups * static_cast<int64_t>(sizeof(T)), kGradientBytes, lines, pixels);
  const int64_t taps = p.kernel[0] * p.kernel[1] * p.kernel[2];
  bool any = false;
  for (int64_t n = begin; n < end; ++n) {
    for (int64_t z = 0; z < p.out[0]; ++z) {
      for (int64_t line = 0; line < p.out[1]; line += most.lines) {
        for (int64_t x0 = 0; x0 < p.out[2]; x0 += most.pixels) {
          for (int64_t tz = 0; tz < p.kernel[0]; ++tz) {
            AddKernelGradient(p, source + n * image, dy + n * out_image, z, line, smaller(most.lines, p.out[1] - line),
                              x0, smaller(most.pixels, p.out[2] - x0), tz, any, dw, scratch);
          }
          any = true;
        }
      }
    }
  }
  if (!any) __builtin_memset(dw, 0, static_cast<size_t>(taps * (p.channels / p.groups) * p.filters) * sizeof(T));
}

}  // namespace
}  // namespace keraunos

// Depthwise convolution (groups == channels): vectors run over channels and there is no product to tile. Four pixels
// share each load of a weight. With a multiplier m, input channel c feeds outputs c * m and up: its pixels are repeated
// m times in scratch, and m neighbours of an input gradient are added up; the rest is the case m == 1.
#pragma once
#include "kernels/convolution/window.h"
#include "kernels/gemm/tile.h"
#include "kernels/kernel.h"

namespace keraunos {
namespace {

inline constexpr int64_t kDepthwiseBytes = 256 << 10;  // of a block's source
inline constexpr int kPixelsTogether = 4;

// The window with every channel repeated `multiplier` times, in scratch.
template <typename T>
Window<T> OpenRepeated(const T* source, const Axis& y, const Axis& x, int64_t channels, int64_t multiplier,
                       int64_t line, int64_t lines, int64_t pixel, int64_t pixels, T* scratch) {
  const Window<T> window =
      OpenWindow(source, y.source, x.source, channels, line, lines, pixel, pixels, 0, channels, scratch);
  if (multiplier == 1) return window;
  T* const out = scratch + lines * pixels * channels;
  const int64_t wide = channels * multiplier;
  for (int64_t i = 0; i < lines; ++i) {
    for (int64_t j = 0; j < pixels; ++j) {
      const T* in = window.data + i * window.line_stride + j * window.pixel_stride;
      T* to = out + (i * pixels + j) * wide;
      for (int64_t c = 0; c < channels; ++c) {
        for (int64_t m = 0; m < multiplier; ++m) to[c * multiplier + m] = in[c];
      }
    }
  }
  return {out, pixels * wide, wide};
}

// `kCount` neighbouring pixels of one target line, all `wide` channels.
template <typename T, int kCount>
void DepthwisePixels(const Axis& y, const Axis& x, int64_t kernel_x, int64_t first_tap, const Window<T>& window,
                     const T* source, const T* weights, const T* bias, bool relu, bool accumulate, int64_t wide, T* out,
                     int64_t out_stride) {
  const int64_t step = x.source_step * window.pixel_stride;
  for (int64_t c = 0; c < wide; c += kVecLanes<T>) {
    const int64_t lanes = smaller(kVecLanes<T>, wide - c);
    Vec<T> sum[kCount];
    KERAUNOS_UNROLL for (int i = 0; i < kCount; ++i) {
      sum[i] = accumulate ? LoadLanes(out + i * out_stride + c, lanes) : Vec<T>{};
    }
    for (int64_t ty = 0; ty < y.taps; ++ty) {
      const T* in = source + ty * y.dilation * window.line_stride + c;
      const T* w = weights + (first_tap + (y.tap + ty * y.tap_step) * kernel_x + x.tap) * wide + c;
      for (int64_t tx = 0; tx < x.taps; ++tx, in += x.dilation * window.pixel_stride, w += x.tap_step * wide) {
        const Vec<T> weight = LoadLanes(w, lanes);
        KERAUNOS_UNROLL for (int i = 0; i < kCount; ++i) {
          sum[i] = fma(LoadLanes(in + i * step, lanes), weight, sum[i]);
        }
      }
    }
    KERAUNOS_UNROLL for (int i = 0; i < kCount; ++i) {
      if (bias) sum[i] = sum[i] + LoadLanes(bias + c, lanes);
      if (relu) sum[i] = max(Vec<T>{}, sum[i]);
      StoreLanes(out + i * out_stride + c, sum[i], lanes);
    }
  }
}

// Target lines [begin, end) of one image, counted over z and y together; `repeat`: channels of the source per channel
// of x, `reduce`: neighbours of the sum that make one target channel (one of the two is 1).
template <typename T>
void DepthwiseCorrelate(const Axis& z, const Axis& y, const Axis& x, const int64_t* kernel, int64_t source_channels,
                        int64_t repeat, int64_t reduce, const T* source, const T* weights, const T* bias, bool relu,
                        T* target, int64_t begin, int64_t end, T* scratch) {
  const int64_t wide = source_channels * repeat, target_channels = wide / reduce;
  const BlockShape most =
      ChooseBlock(y, x, (source_channels + (repeat > 1 ? wide : 0)) * static_cast<int64_t>(sizeof(T)), kDepthwiseBytes,
                  y.count, x.count);
  for (int64_t line = begin, lines; line < end; line += lines) {
    const int64_t tz = line / y.count, ty = line % y.count;
    lines = smaller(most.lines, smaller(end - line, y.count - ty));
    T* plane = target + (z.first + tz * z.target_step) * y.target * x.target * target_channels;
    for (int64_t tx = 0; tx < x.count; tx += most.pixels) {
      const int64_t pixels = smaller(most.pixels, x.count - tx);
      bool any = false;
      for (int64_t k = 0; k < z.taps || k == 0; ++k) {
        const bool last = k + 1 >= z.taps;
        const int64_t source_z = tz * z.source_step + z.offset + k * z.dilation;
        const bool outside = z.taps == 0 || source_z < 0 || source_z >= z.source;
        if (outside && !last) continue;
        Axis rows = y;
        if (outside) rows.taps = 0;
        const Window<T> window =
            outside ? Window<T>{source, 0, wide}
                    : OpenRepeated(source + source_z * y.source * x.source * source_channels, y, x, source_channels,
                                   repeat, ty * y.source_step + y.offset, Span(y, lines), tx * x.source_step + x.offset,
                                   Span(x, pixels), scratch);
        const int64_t first_tap = (z.tap + k * z.tap_step) * kernel[1] * kernel[2];
        T* const sums = scratch + kScratchBytes / 2 / static_cast<int64_t>(sizeof(T));
        for (int64_t i = 0; i < lines; ++i) {
          const T* in = window.data + i * y.source_step * window.line_stride;
          T* out = plane +
                   ((y.first + (ty + i) * y.target_step) * x.target + x.first + tx * x.target_step) * target_channels;
          for (int64_t j = 0; j < pixels;) {
            const int64_t count = reduce == 1 && pixels - j >= kPixelsTogether ? kPixelsTogether : 1;
            const T* from = in + j * x.source_step * window.pixel_stride;
            T* to = reduce == 1 ? out + j * x.target_step * target_channels : sums;
            const auto run = count == 1 ? DepthwisePixels<T, 1> : DepthwisePixels<T, kPixelsTogether>;
            run(rows, x, kernel[2], first_tap, window, from, weights, last ? bias : nullptr, relu && last,
                any && reduce == 1, wide, to, x.target_step * target_channels);
            if (reduce > 1) {
              T* pixel = out + j * x.target_step * target_channels;
              for (int64_t c = 0; c < target_channels; ++c) {
                T sum = any ? pixel[c] : T(0);
                for (int64_t m = 0; m < reduce; ++m) sum += sums[c * reduce + m];
                pixel[c] = sum;
              }
            }
            j += count;
          }
        }
        any = true;
      }
    }
  }
}

// Gradient of kRows x kTaps taps over lines of output gradients: dw += sum of x * dy. Nine sums share each dy and hide
// each other's latency.
template <typename T, int kRows, int kTaps>
void DepthwiseTapGradients(const Axis& y, const Axis& x, const Window<T>& window, const T* source, const T* dy,
                           int64_t dy_line, int64_t lines, int64_t pixels, int64_t wide, T* dw) {
  const int64_t step = x.source_step * window.pixel_stride, tap = x.dilation * window.pixel_stride;
  const int64_t row = y.dilation * window.line_stride, dw_row = x.taps * wide;
  for (int64_t c = 0; c < wide; c += kVecLanes<T>) {
    const int64_t lanes = smaller(kVecLanes<T>, wide - c);
    Vec<T> sum[kRows][kTaps];
    KERAUNOS_UNROLL for (int r = 0; r < kRows; ++r) {
      KERAUNOS_UNROLL for (int k = 0; k < kTaps; ++k) sum[r][k] = LoadLanes(dw + r * dw_row + k * wide + c, lanes);
    }
    for (int64_t i = 0; i < lines; ++i) {
      const T* in = source + i * y.source_step * window.line_stride + c;
      const T* gradient = dy + i * dy_line + c;
      for (int64_t j = 0; j < pixels; ++j, in += step, gradient += wide) {
        const Vec<T> value = LoadLanes(gradient, lanes);
        KERAUNOS_UNROLL for (int r = 0; r < kRows; ++r) {
          KERAUNOS_UNROLL for (int k = 0; k < kTaps; ++k) {
            sum[r][k] = fma(LoadLanes(in + r * row + k * tap, lanes), value, sum[r][k]);
          }
        }
      }
    }
    KERAUNOS_UNROLL for (int r = 0; r < kRows; ++r) {
      KERAUNOS_UNROLL for (int k = 0; k < kTaps; ++k) StoreLanes(dw + r * dw_row + k * wide + c, sum[r][k], lanes);
    }
  }
}

// dw (taps, filters) of images [begin, end).
template <typename T>
void DepthwiseKernelGradient(const Convolution& p, const T* source, const T* dy, int64_t begin, int64_t end, T* dw,
                             T* scratch) {
  const Axis y = ForwardAxis(p, 1), x = ForwardAxis(p, 2);
  const int64_t multiplier = p.filters / p.channels;
  const int64_t image = p.in[0] * p.in[1] * p.in[2] * p.channels, out_line = p.out[2] * p.filters;
  const BlockShape most =
      ChooseBlock(y, x, (p.channels + (multiplier > 1 ? p.filters : 0)) * static_cast<int64_t>(sizeof(T)),
                  kDepthwiseBytes, y.count, x.count);
  const int64_t taps = p.kernel[0] * p.kernel[1] * p.kernel[2];
  __builtin_memset(dw, 0, static_cast<size_t>(taps * p.filters) * sizeof(T));
  for (int64_t n = begin; n < end; ++n) {
    for (int64_t z = 0; z < p.out[0]; ++z) {
      for (int64_t line = 0; line < p.out[1]; line += most.lines) {
        const int64_t lines = smaller(most.lines, p.out[1] - line);
        for (int64_t pixel = 0; pixel < p.out[2]; pixel += most.pixels) {
          const int64_t pixels = smaller(most.pixels, p.out[2] - pixel);
          const T* gradient = dy + (((n * p.out[0] + z) * p.out[1] + line) * p.out[2] + pixel) * p.filters;
          for (int64_t tz = 0; tz < p.kernel[0]; ++tz) {
            const int64_t source_z = z * p.stride[0] - p.low[0] + tz * p.dilation[0];
            if (source_z < 0 || source_z >= p.in[0]) continue;
            const Window<T> window =
                OpenRepeated(source + n * image + source_z * p.in[1] * p.in[2] * p.channels, y, x, p.channels,
                             multiplier, line * y.source_step + y.offset, Span(y, lines),
                             pixel * x.source_step + x.offset, Span(x, pixels), scratch);
            for (int64_t ty = 0, rows; ty < y.taps; ty += rows) {
              rows = y.taps - ty >= 3 ? 3 : 1;
              for (int64_t tx = 0, count; tx < x.taps; tx += count) {
                count = x.taps - tx >= 3 ? 3 : 1;
                const T* from =
                    window.data + ty * y.dilation * window.line_stride + tx * x.dilation * window.pixel_stride;
                const auto run = rows == 3
                                     ? (count == 3 ? DepthwiseTapGradients<T, 3, 3> : DepthwiseTapGradients<T, 3, 1>)
                                     : (count == 3 ? DepthwiseTapGradients<T, 1, 3> : DepthwiseTapGradients<T, 1, 1>);
                run(y, x, window, from, gradient, out_line, lines, pixels, p.filters,
                    dw + ((tz * y.taps + ty) * x.taps + tx) * p.filters);
              }
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace keraunos

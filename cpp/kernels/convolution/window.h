// The part of a source tensor (lines, pixels, channels) that a block of target positions reads: where it lies when all
// of it exists, else copied to scratch with zeros for padding. A pixel is copied once and multiplied with every
// tap and filter, and every inner loop is spared the question where the picture ends.
#pragma once
#include <stddef.h>

#include "kernels/convolution/axis.h"

namespace keraunos {
namespace {

template <typename T>
struct Window {
  const T* data;        // of the first line's first pixel
  int64_t line_stride;  // elements
  int64_t pixel_stride;
};

KERAUNOS_INLINE int64_t Clamp(int64_t value, int64_t low, int64_t high) {
  return value < low ? low : value > high ? high : value;
}

// Lines [line, line + lines) and pixels [pixel, pixel + pixels), which may lie outside [0, source_lines) and [0,
// source_pixels); channels [channel, channel + channels) of all_channels. `scratch` holds lines * pixels * channels.
template <typename T>
Window<T> OpenWindow(const T* source, int64_t source_lines, int64_t source_pixels, int64_t all_channels, int64_t line,
                     int64_t lines, int64_t pixel, int64_t pixels, int64_t channel, int64_t channels, T* scratch) {
  const bool inside = line >= 0 && line + lines <= source_lines && pixel >= 0 && pixel + pixels <= source_pixels;
  if (inside) {
    return {source + (line * source_pixels + pixel) * all_channels + channel, source_pixels * all_channels,
            all_channels};
  }
  const int64_t row = pixels * channels;
  const int64_t left = Clamp(-pixel, 0, pixels), right = Clamp(source_pixels - pixel, left, pixels);
  for (int64_t i = 0; i < lines; ++i) {
    T* out = scratch + i * row;
    if (line + i < 0 || line + i >= source_lines || left == right) {
      __builtin_memset(out, 0, static_cast<size_t>(row) * sizeof(T));
      continue;
    }
    const T* in = source + ((line + i) * source_pixels + pixel + left) * all_channels + channel;
    __builtin_memset(out, 0, static_cast<size_t>(left * channels) * sizeof(T));
    if (channels == all_channels) {
      __builtin_memcpy(out + left * channels, in, static_cast<size_t>((right - left) * channels) * sizeof(T));
    } else {
      for (int64_t x = left; x < right; ++x, in += all_channels) {
        __builtin_memcpy(out + x * channels, in, static_cast<size_t>(channels) * sizeof(T));
      }
    }
    __builtin_memset(out + right * channels, 0, static_cast<size_t>((pixels - right) * channels) * sizeof(T));
  }
  return {scratch, row, channels};
}

// The lines and pixels of target positions whose window (with `bytes` per source pixel) stays within `budget`: whole
// lines unless one is too long, at least 8 pixels of one line.
struct BlockShape {
  int64_t lines, pixels;
};

inline BlockShape ChooseBlock(const Axis& y, const Axis& x, int64_t bytes, int64_t budget, int64_t most_lines,
                              int64_t most_pixels) {
  BlockShape block = {1, x.count < most_pixels ? x.count : most_pixels};
  while (block.pixels > 8 && Span(x, block.pixels) * Span(y, 1) * bytes > budget) block.pixels = (block.pixels + 1) / 2;
  const int64_t line_bytes = Span(x, block.pixels) * bytes;
  if (most_lines > y.count) most_lines = y.count;
  while (block.lines < most_lines && Span(y, block.lines + 1) * line_bytes <= budget) ++block.lines;
  return block;
}

}  // namespace
}  // namespace keraunos

// Resampling on a grid: every output row is a weighted sum of a few neighbouring input rows, every output column of a
// few neighbouring columns. Rows first, into scratch, where the sum runs over whole contiguous rows; then columns.
#pragma once
#include <stddef.h>

#include "base/compiler.h"
#include "kernels/kernel.h"

namespace keraunos {
namespace {

// A run of input rows or columns: spans hold (first, count) of each output, clipped so that no table reads out of
// bounds.
struct Span {
  int64_t first, count;
};

KERAUNOS_INLINE Span span_of(const int32_t* spans, int64_t i, int64_t extent, int64_t taps) {
  const int64_t first = spans[2 * i], count = spans[2 * i + 1];
  if (first < 0 || first > extent || count < 0) return {0, 0};
  const int64_t left = extent - first < taps ? extent - first : taps;
  return {first, count < left ? count : left};
}

// sum_k weights[k] * rows[first + k][0 : n] -> out; rows lie `stride` elements apart.
template <class In, class Out>
KERAUNOS_INLINE void blend_rows(const In* rows, int64_t stride, Span span, const Out* weights, int64_t n,
                                Out* __restrict out) {
  if (span.count == 0) __builtin_memset(out, 0, static_cast<size_t>(n) * sizeof(Out));
  for (int64_t k = 0; k < span.count; ++k) {
    const In* __restrict row = rows + (span.first + k) * stride;
    const Out w = weights[k];
    if (k == 0) {
      for (int64_t i = 0; i < n; ++i) out[i] = w * static_cast<Out>(row[i]);
    } else {
      for (int64_t i = 0; i < n; ++i) out[i] += w * static_cast<Out>(row[i]);
    }
  }
}

// kChannels 0: as many as `channels` says.
template <class Out, int kChannels>
KERAUNOS_INLINE void blend_pixel(const Out* pixels, int64_t count, const Out* weights, int64_t channels, Out* out) {
  if constexpr (kChannels > 0) {
    Out sum[kChannels] = {};
    for (int64_t k = 0; k < count; ++k) {
      for (int c = 0; c < kChannels; ++c) sum[c] += weights[k] * pixels[k * kChannels + c];
    }
    for (int c = 0; c < kChannels; ++c) out[c] = sum[c];
  } else {
    blend_rows(pixels, channels, {0, count}, weights, channels, out);
  }
}

// Output columns [begin, end) and the input columns [first, last) that they read.
struct Columns {
  int64_t begin, end, first, last;
};

// The longest run of output columns from `begin` on whose input fits into a line of `room` pixels.
KERAUNOS_INLINE Columns columns_from(const Resize& p, const int32_t* spans, int64_t begin, int64_t room) {
  Columns columns = {begin, begin, p.width, 0};
  for (; columns.end < p.out_width; ++columns.end) {
    const Span span = span_of(spans, columns.end, p.width, p.column_taps);
    if (span.count == 0) continue;
    const int64_t first = span.first < columns.first ? span.first : columns.first;
    const int64_t last = span.first + span.count > columns.last ? span.first + span.count : columns.last;
    if (last - first > room) break;
    columns.first = first;
    columns.last = last;
  }
  if (columns.first > columns.last) columns.first = columns.last;
  return columns;
}

template <class In, class Out, int kChannels>
void ResizeImages(const Resize& p, void* const* operands, int64_t begin, int64_t end, void* scratch) {
  const int32_t* row_spans = static_cast<const int32_t*>(operands[1]);
  const Out* row_weights = static_cast<const Out*>(operands[2]);
  const int32_t* column_spans = static_cast<const int32_t*>(operands[3]);
  const Out* column_weights = static_cast<const Out*>(operands[4]);
  Out* const line = static_cast<Out*>(scratch);
  const int64_t channels = kChannels > 0 ? kChannels : p.channels;
  if (channels == 0) return;
  const int64_t room = kScratchBytes / static_cast<int64_t>(sizeof(Out)) / channels;
  for (int64_t image = begin; image < end; ++image) {
    const In* in = static_cast<const In*>(operands[0]) + image * p.height * p.width * channels;
    Out* out = static_cast<Out*>(operands[5]) + image * p.out_height * p.out_width * channels;
    for (int64_t x0 = 0; x0 < p.out_width;) {
      const Columns columns = columns_from(p, column_spans, x0, room);
      const int64_t n = (columns.last - columns.first) * channels;
      for (int64_t y = 0; y < p.out_height; ++y) {
        blend_rows(in + columns.first * channels, p.width * channels, span_of(row_spans, y, p.height, p.row_taps),
                   row_weights + y * p.row_taps, n, line);
        for (int64_t x = columns.begin; x < columns.end; ++x) {
          const Span span = span_of(column_spans, x, p.width, p.column_taps);
          const Out* pixels = line + (span.count ? span.first - columns.first : 0) * channels;
          blend_pixel<Out, kChannels>(pixels, span.count, column_weights + x * p.column_taps, channels,
                                      out + (y * p.out_width + x) * channels);
        }
      }
      x0 = columns.end;
    }
  }
}

template <class In, class Out>
void ResizeKernel(const void* raw, void* const* operands, int64_t begin, int64_t end, void* scratch) {
  const auto& params = *static_cast<const Resize*>(raw);
  switch (params.channels) {
    case 1:
      return ResizeImages<In, Out, 1>(params, operands, begin, end, scratch);
    case 3:
      return ResizeImages<In, Out, 3>(params, operands, begin, end, scratch);
    case 4:
      return ResizeImages<In, Out, 4>(params, operands, begin, end, scratch);
    default:
      return ResizeImages<In, Out, 0>(params, operands, begin, end, scratch);
  }
}

}  // namespace
}  // namespace keraunos

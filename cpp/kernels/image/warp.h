// Projective warps: output pixel (x, y) is read at
//   ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1,
// of the input, with `transform` = {a0, a1, a2, b0, b1, b2, c0, c1}. Coordinates, fill modes and interpolation are
// those of TensorFlow's ImageProjectiveTransformV3, in float32, with plain multiplications and additions: where a pixel
// is read is the same on every ISA.
#pragma once
#include <stddef.h>

#include "base/compiler.h"
#include "kernels/kernel.h"

namespace keraunos {
namespace {

// Far enough for any image, small enough to be a whole number in either type.
constexpr float kFarAway = 1e15f;

KERAUNOS_INLINE float clip(float x, float low, float high) { return x > low ? (x < high ? x : high) : low; }

// The whole number towards zero; `x` lies within kFarAway.
KERAUNOS_INLINE float truncate(float x) { return static_cast<float>(static_cast<int64_t>(x)); }

// The largest whole number that is not above `x`, within kFarAway. (Adding 1 and cutting off would round 4 - 2^-22 up.)
KERAUNOS_INLINE int64_t floor_of(float x) {
  const int64_t whole = static_cast<int64_t>(x);
  return whole - (x < static_cast<float>(whole));
}

// dcba|abcd|dcba
KERAUNOS_INLINE float reflect(float x, float n) {
  const float period = 2 * n;
  if (x < 0) {
    if (x < period) x += period * truncate(-x / period);
    return x < -n ? x + period : -x - 1;
  }
  x -= period * truncate(x / period);
  return x >= n ? period - x - 1 : x;
}

// abcd|abcd|abcd; between the last pixel and the first of the next copy the last one goes on, as in TensorFlow.
KERAUNOS_INLINE float wrap_around(float x, float n) {
  if (x < 0) return x + n * (truncate(-x / (n - 1)) + 1);
  return x - n * truncate(x / (n - 1));
}

// A coordinate for fill mode `mode` on an axis of n pixels: inside [0, n - 1], but for kFillConstant unchanged. NaN: 0.
KERAUNOS_INLINE float map_coordinate(float x, int64_t extent, int64_t mode) {
  const float n = static_cast<float>(extent), last = static_cast<float>(extent - 1);
  if (mode == kFillConstant) return x;
  if (mode != kFillNearest && extent > 1 && (x < 0 || x > last) && x > -kFarAway && x < kFarAway) {
    x = mode == kFillReflect ? reflect(x, n) : wrap_around(x, n);
  }
  return clip(x, 0, last);
}

// What a pixel is made of: four neighbours and the share of the right and the lower ones. A place outside has index -1.
struct Tap {
  int64_t index[4];
  float right, lower;
};

KERAUNOS_INLINE Tap nearest_tap(const Warp& p, float x, float y) {
  Tap tap = {{-1, -1, -1, -1}, 0, 0};
  // Halves away from zero; NaN fails the comparison.
  if (x > -0.5f && y > -0.5f && x < static_cast<float>(p.width) && y < static_cast<float>(p.height)) {
    const int64_t whole_x = static_cast<int64_t>(x), whole_y = static_cast<int64_t>(y);
    const int64_t column = whole_x + (x - static_cast<float>(whole_x) >= 0.5f);
    const int64_t row = whole_y + (y - static_cast<float>(whole_y) >= 0.5f);
    if (column < p.width && row < p.height) tap.index[0] = row * p.width + column;
  }
  return tap;
}

KERAUNOS_INLINE Tap bilinear_tap(const Warp& p, float x, float y) {
  Tap tap = {{-1, -1, -1, -1}, 0, 0};
  if (!(x > -1 && y > -1 && x < static_cast<float>(p.width) && y < static_cast<float>(p.height))) return tap;
  const int64_t column = floor_of(x), row = floor_of(y);
  tap.right = x - static_cast<float>(column);
  tap.lower = y - static_cast<float>(row);
  const bool left = column >= 0, right = column + 1 < p.width, upper = row >= 0, lower = row + 1 < p.height;
  const int64_t corner = row * p.width + column;
  if (upper & left) tap.index[0] = corner;
  if (upper & right) tap.index[1] = corner + 1;
  if (lower & left) tap.index[2] = corner + p.width;
  if (lower & right) tap.index[3] = corner + p.width + 1;
  return tap;
}

// Where the pixels of a block of one output row are read.
constexpr int64_t kBlock = 64;
struct Places {
  float x[kBlock], y[kBlock];
};

KERAUNOS_INLINE void find_places(const float* t, int64_t first, int64_t count, int64_t row, Places& places) {
  const float y = static_cast<float>(row);
  for (int64_t i = 0; i < count; ++i) {
    const float x = static_cast<float>(static_cast<int32_t>(first + i));
    places.x[i] = t[0] * x + t[1] * y + t[2];
    places.y[i] = t[3] * x + t[4] * y + t[5];
  }
  if (t[6] == 0 && t[7] == 0) return;
  for (int64_t i = 0; i < count; ++i) {
    const float k = t[6] * static_cast<float>(static_cast<int32_t>(first + i)) + t[7] * y + 1;
    places.x[i] /= k;
    places.y[i] /= k;
  }
}

// Whether all places have four neighbours inside the image; a straight line lies between its ends, a projected one need
// not. NaN: no.
KERAUNOS_INLINE bool all_inside(const Warp& p, const float* t, const Places& places, int64_t count) {
  if (t[6] != 0 || t[7] != 0) return false;
  const float right = static_cast<float>(p.width - 1), lower = static_cast<float>(p.height - 1);
  const float* x = places.x;
  const float* y = places.y;
  const int64_t last = count - 1;
  return (x[0] >= 0) & (x[0] < right) & (x[last] >= 0) & (x[last] < right) & (y[0] >= 0) & (y[0] < lower) &
         (y[last] >= 0) & (y[last] < lower);
}

KERAUNOS_INLINE const float* transform_of(const Warp& p, const void* transforms, int64_t image) {
  return static_cast<const float*>(transforms) + image / p.images_per_transform % p.transforms * 8;
}

template <class In, class Out>
KERAUNOS_INLINE Out value_at(const In* image, int64_t index, int64_t channels, int64_t c, Out fill) {
  return index < 0 ? fill : static_cast<Out>(image[index * channels + c]);
}

template <class Out>
KERAUNOS_INLINE Out blend(Out a, Out b, Out share) {
  return (1 - share) * a + share * b;
}

// A block whose places may lie anywhere.
template <class In, class Out>
KERAUNOS_INLINE void warp_anywhere(const Warp& p, const In* in, const Places& places, int64_t count, int64_t channels,
                                   Out* out) {
  const Out fill = static_cast<Out>(p.fill_value);
  for (int64_t i = 0; i < count; ++i) {
    const float x = map_coordinate(places.x[i], p.width, p.fill_mode);
    const float y = map_coordinate(places.y[i], p.height, p.fill_mode);
    const Tap tap = p.bilinear ? bilinear_tap(p, x, y) : nearest_tap(p, x, y);
    const Out right = static_cast<Out>(tap.right), lower = static_cast<Out>(tap.lower);
    for (int64_t c = 0; c < channels; ++c) {
      Out value = value_at(in, tap.index[0], channels, c, fill);
      if (p.bilinear) {
        const Out upper = blend(value, value_at(in, tap.index[1], channels, c, fill), right);
        const Out under =
            blend(value_at(in, tap.index[2], channels, c, fill), value_at(in, tap.index[3], channels, c, fill), right);
        value = blend(upper, under, lower);
      }
      out[i * channels + c] = value;
    }
  }
}

// A block whose places all lie inside: no fill mode, no test per pixel.
template <class In, class Out>
KERAUNOS_INLINE void warp_inside(const Warp& p, const In* in, const Places& places, int64_t count, int64_t channels,
                                 Out* out) {
  int32_t columns[kBlock], rows[kBlock];
  for (int64_t i = 0; i < count; ++i) {
    columns[i] = static_cast<int32_t>(places.x[i]);
    rows[i] = static_cast<int32_t>(places.y[i]);
  }
  if (!p.bilinear) {
    for (int64_t i = 0; i < count; ++i) {
      columns[i] += places.x[i] - static_cast<float>(columns[i]) >= 0.5f;
      rows[i] += places.y[i] - static_cast<float>(rows[i]) >= 0.5f;
    }
    for (int64_t i = 0; i < count; ++i) {
      const In* pixel = in + (rows[i] * p.width + columns[i]) * channels;
      for (int64_t c = 0; c < channels; ++c) out[i * channels + c] = static_cast<Out>(pixel[c]);
    }
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    const Out right = static_cast<Out>(places.x[i] - static_cast<float>(columns[i]));
    const Out lower = static_cast<Out>(places.y[i] - static_cast<float>(rows[i]));
    const In* corner = in + (rows[i] * p.width + columns[i]) * channels;
    const In* under = corner + p.width * channels;
    for (int64_t c = 0; c < channels; ++c) {
      const Out high = blend(static_cast<Out>(corner[c]), static_cast<Out>(corner[channels + c]), right);
      const Out low = blend(static_cast<Out>(under[c]), static_cast<Out>(under[channels + c]), right);
      out[i * channels + c] = blend(high, low, lower);
    }
  }
}

// Whole pixels to the right and down: rows are copied.
KERAUNOS_INLINE bool is_shift(const float* t) {
  return t[0] == 1 && t[1] == 0 && t[3] == 0 && t[4] == 1 && t[6] == 0 && t[7] == 0 &&
         t[2] == truncate(clip(t[2], -1e9f, 1e9f)) && t[5] == truncate(clip(t[5], -1e9f, 1e9f));
}

// kChannels 0: as many as params say.
template <class In, class Out, int kChannels>
void WarpImages(const Warp& p, void* const* operands, int64_t begin, int64_t end) {
  const int64_t channels = kChannels > 0 ? kChannels : p.channels;
  for (int64_t image = begin; image < end; ++image) {
    const In* in = static_cast<const In*>(operands[0]) + image * p.height * p.width * channels;
    Out* out = static_cast<Out*>(operands[2]) + image * p.out_height * p.out_width * channels;
    const float* t = transform_of(p, operands[1], image);
    const bool shift =
        is_shift(t) && t[2] >= 0 && t[2] + static_cast<float>(p.out_width) <= static_cast<float>(p.width);
    for (int64_t y = 0; y < p.out_height; ++y, out += p.out_width * channels) {
      const float row = static_cast<float>(y) + (shift ? t[5] : 0.0f);
      if (shift && row >= 0 && row < static_cast<float>(p.height)) {
        const In* from = in + (static_cast<int64_t>(row) * p.width + static_cast<int64_t>(t[2])) * channels;
        for (int64_t i = 0; i < p.out_width * channels; ++i) out[i] = static_cast<Out>(from[i]);
        continue;
      }
      for (int64_t first = 0; first < p.out_width; first += kBlock) {
        const int64_t count = p.out_width - first < kBlock ? p.out_width - first : kBlock;
        Places places;
        find_places(t, first, count, y, places);
        if (all_inside(p, t, places, count)) {
          warp_inside(p, in, places, count, channels, out + first * channels);
        } else {
          warp_anywhere(p, in, places, count, channels, out + first * channels);
        }
      }
    }
  }
}

template <class In, class Out>
void WarpKernel(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  const auto& params = *static_cast<const Warp*>(raw);
  switch (params.channels) {
    case 1:
      return WarpImages<In, Out, 1>(params, operands, begin, end);
    case 3:
      return WarpImages<In, Out, 3>(params, operands, begin, end);
    default:
      return WarpImages<In, Out, 0>(params, operands, begin, end);
  }
}

// The transpose in the images: what a pixel gave to the output comes back with the same weight, output row by output
// row.
template <class T>
void WarpGradKernel(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Warp*>(raw);
  const int64_t channels = p.channels, elements = p.height * p.width * channels;
  for (int64_t image = begin; image < end; ++image) {
    const T* dy = static_cast<const T*>(operands[0]) + image * p.out_height * p.out_width * channels;
    T* dx = static_cast<T*>(operands[2]) + image * elements;
    __builtin_memset(dx, 0, static_cast<size_t>(elements) * sizeof(T));
    const float* t = transform_of(p, operands[1], image);
    for (int64_t y = 0; y < p.out_height; ++y) {
      for (int64_t first = 0; first < p.out_width; first += kBlock) {
        const int64_t count = p.out_width - first < kBlock ? p.out_width - first : kBlock;
        Places places;
        find_places(t, first, count, y, places);
        for (int64_t i = 0; i < count; ++i, dy += channels) {
          const float x = map_coordinate(places.x[i], p.width, p.fill_mode);
          const float y_in = map_coordinate(places.y[i], p.height, p.fill_mode);
          const Tap tap = p.bilinear ? bilinear_tap(p, x, y_in) : nearest_tap(p, x, y_in);
          const T right = static_cast<T>(tap.right), lower = static_cast<T>(tap.lower);
          const T shares[4] = {(1 - lower) * (1 - right), (1 - lower) * right, lower * (1 - right), lower * right};
          for (int corner = 0; corner < 4; ++corner) {
            if (tap.index[corner] < 0) continue;
            for (int64_t c = 0; c < channels; ++c) dx[tap.index[corner] * channels + c] += shares[corner] * dy[c];
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace keraunos

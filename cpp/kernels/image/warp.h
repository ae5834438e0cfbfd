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
  const int64_t column = static_cast<int64_t>(x + 1) - 1, row = static_cast<int64_t>(y + 1) - 1;
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

// visit(pixel, tap) for every output pixel of a row, in order.
template <class Visit>
KERAUNOS_INLINE void ForPixels(const Warp& p, const float* t, int64_t y, Visit visit) {
  constexpr int64_t kBlock = 64;
  float xs[kBlock], ys[kBlock];
  const float row = static_cast<float>(y);
  const bool projective = t[6] != 0 || t[7] != 0;
  for (int64_t first = 0; first < p.out_width; first += kBlock) {
    const int64_t count = p.out_width - first < kBlock ? p.out_width - first : kBlock;
    for (int64_t i = 0; i < count; ++i) {
      const float x = static_cast<float>(static_cast<int32_t>(first + i));
      xs[i] = t[0] * x + t[1] * row + t[2];
      ys[i] = t[3] * x + t[4] * row + t[5];
    }
    if (projective) {
      for (int64_t i = 0; i < count; ++i) {
        const float k = t[6] * static_cast<float>(static_cast<int32_t>(first + i)) + t[7] * row + 1;
        xs[i] /= k;
        ys[i] /= k;
      }
    }
    for (int64_t i = 0; i < count; ++i) {
      const float x = map_coordinate(xs[i], p.width, p.fill_mode), y_in = map_coordinate(ys[i], p.height, p.fill_mode);
      visit(first + i, p.bilinear ? bilinear_tap(p, x, y_in) : nearest_tap(p, x, y_in));
    }
  }
}

KERAUNOS_INLINE const float* transform_of(const Warp& p, const void* transforms, int64_t image) {
  return static_cast<const float*>(transforms) + image / p.images_per_transform % p.transforms * 8;
}

template <class In, class Out>
KERAUNOS_INLINE Out value_at(const In* image, int64_t index, int64_t channels, int64_t c, Out fill) {
  return index < 0 ? fill : static_cast<Out>(image[index * channels + c]);
}

template <class In, class Out>
void WarpKernel(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Warp*>(raw);
  const int64_t channels = p.channels;
  const Out fill = static_cast<Out>(p.fill_value);
  for (int64_t image = begin; image < end; ++image) {
    const In* in = static_cast<const In*>(operands[0]) + image * p.height * p.width * channels;
    Out* out = static_cast<Out*>(operands[2]) + image * p.out_height * p.out_width * channels;
    const float* transform = transform_of(p, operands[1], image);
    for (int64_t y = 0; y < p.out_height; ++y, out += p.out_width * channels) {
      ForPixels(p, transform, y, [&](int64_t x, const Tap& tap) {
        const Out right = static_cast<Out>(tap.right), lower = static_cast<Out>(tap.lower);
        for (int64_t c = 0; c < channels; ++c) {
          Out value = value_at(in, tap.index[0], channels, c, fill);
          if (p.bilinear) {
            const Out upper = (1 - right) * value + right * value_at(in, tap.index[1], channels, c, fill);
            const Out under = (1 - right) * value_at(in, tap.index[2], channels, c, fill) +
                              right * value_at(in, tap.index[3], channels, c, fill);
            value = (1 - lower) * upper + lower * under;
          }
          out[x * channels + c] = value;
        }
      });
    }
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
    const float* transform = transform_of(p, operands[1], image);
    for (int64_t y = 0; y < p.out_height; ++y, dy += p.out_width * channels) {
      ForPixels(p, transform, y, [&](int64_t x, const Tap& tap) {
        const T right = static_cast<T>(tap.right), lower = static_cast<T>(tap.lower);
        const T shares[4] = {(1 - lower) * (1 - right), (1 - lower) * right, lower * (1 - right), lower * right};
        for (int corner = 0; corner < 4; ++corner) {
          if (tap.index[corner] < 0) continue;
          for (int64_t c = 0; c < channels; ++c) {
            dx[tap.index[corner] * channels + c] += shares[corner] * dy[x * channels + c];
          }
        }
      });
    }
  }
}

}  // namespace
}  // namespace keraunos

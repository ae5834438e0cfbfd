// Where a warp reads: coordinates, fill modes and taps as on the processor (cpp/kernels/image/warp.h), in float32 with
// plain multiplications and additions, so that the places are the same to the bit.
#pragma once
#include <cstdint>

#include "cuda/kernels/kernel.h"
#include "device/math.h"

namespace keraunos::cuda {
namespace {

// Far enough for any image, small enough to be a whole number in either type.
constexpr float kFarAway = 1e15f;

__device__ __forceinline__ float Clip(float x, float low, float high) { return x > low ? (x < high ? x : high) : low; }
// The whole number towards zero; `x` lies within kFarAway.
__device__ __forceinline__ float Truncate(float x) { return static_cast<float>(static_cast<int64_t>(x)); }
// The largest whole number that is not above `x`, within kFarAway.
__device__ __forceinline__ int64_t FloorOf(float x) {
  const int64_t whole = static_cast<int64_t>(x);
  return whole - (x < static_cast<float>(whole));
}

// dcba|abcd|dcba
__device__ __forceinline__ float Reflect(float x, float n) {
  const float period = 2 * n;
  if (x < 0) {
    if (x < period) x = Sum(x, Product(period, Truncate(-x / period)));
    return x < -n ? Sum(x, period) : Sum(-x, -1);
  }
  x = Sum(x, -Product(period, Truncate(x / period)));
  return x >= n ? Sum(Sum(period, -x), -1) : x;
}
// abcd|abcd|abcd; between the last pixel and the first of the next copy the last one goes on, as in TensorFlow.
__device__ __forceinline__ float WrapAround(float x, float n) {
  if (x < 0) return Sum(x, Product(n, Sum(Truncate(-x / (n - 1)), 1)));
  return Sum(x, -Product(n, Truncate(x / (n - 1))));
}

// A coordinate for fill mode `mode` on an axis of n pixels: inside [0, n - 1], but for kFillConstant unchanged. NaN: 0.
__device__ __forceinline__ float MapCoordinate(float x, int64_t extent, int64_t mode) {
  const float n = static_cast<float>(extent), last = static_cast<float>(extent - 1);
  if (mode == kFillConstant) return x;
  if (mode != kFillNearest && extent > 1 && (x < 0 || x > last) && x > -kFarAway && x < kFarAway) {
    x = mode == kFillReflect ? Reflect(x, n) : WrapAround(x, n);
  }
  return Clip(x, 0, last);
}

// What a pixel is made of: four neighbours and the share of the right and the lower ones. A place outside has index -1.
struct Tap {
  int64_t index[4];
  float right, lower;
};

__device__ __forceinline__ Tap NearestTap(const Warp& p, float x, float y) {
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

__device__ __forceinline__ Tap BilinearTap(const Warp& p, float x, float y) {
  Tap tap = {{-1, -1, -1, -1}, 0, 0};
  if (!(x > -1 && y > -1 && x < static_cast<float>(p.width) && y < static_cast<float>(p.height))) return tap;
  const int64_t column = FloorOf(x), row = FloorOf(y);
  tap.right = x - static_cast<float>(column);
  tap.lower = y - static_cast<float>(row);
  const bool left = column >= 0, right = column + 1 < p.width, upper = row >= 0, lower = row + 1 < p.height;
  const int64_t corner = row * p.width + column;
  if (upper && left) tap.index[0] = corner;
  if (upper && right) tap.index[1] = corner + 1;
  if (lower && left) tap.index[2] = corner + p.width;
  if (lower && right) tap.index[3] = corner + p.width + 1;
  return tap;
}

struct Place {
  float x, y;
};
// Where output pixel (column, row) is read, before the fill mode.
__device__ __forceinline__ Place PlaceOf(const float* t, float column, float row) {
  Place place = {Sum(Sum(Product(t[0], column), Product(t[1], row)), t[2]),
                 Sum(Sum(Product(t[3], column), Product(t[4], row)), t[5])};
  if (t[6] == 0 && t[7] == 0) return place;
  const float k = Sum(Sum(Product(t[6], column), Product(t[7], row)), 1);
  return {place.x / k, place.y / k};
}

__device__ __forceinline__ Tap TapOf(const Warp& p, const float* t, int64_t column, int64_t row) {
  const Place place = PlaceOf(t, static_cast<float>(static_cast<int32_t>(column)), static_cast<float>(row));
  const float x = MapCoordinate(place.x, p.width, p.fill_mode), y = MapCoordinate(place.y, p.height, p.fill_mode);
  return p.bilinear ? BilinearTap(p, x, y) : NearestTap(p, x, y);
}

__device__ __forceinline__ const float* TransformOf(const Warp& p, const float* transforms, int64_t image) {
  return transforms + image / p.images_per_transform % p.transforms * 8;
}

}  // namespace
}  // namespace keraunos::cuda

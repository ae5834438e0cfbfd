// Gradient with respect to the kernel, in the points of convolve.h: inputs and output gradients of all tiles are
// transformed to (points, tiles, channels) and (points, tiles, filters), a batched GEMM sums their products over tiles,
// and the points are transformed back to taps.
#pragma once
#include "kernels/winograd/convolve.h"

namespace keraunos {
namespace {

// Tiles [begin, end), counted from image p.first on, of x to (points, tiles, channels).
template <int n, typename T>
void TransformInputs(const Winograd& p, const T* x, T* out, int64_t begin, int64_t end) {
  const int64_t per_image = ((p.out[0] + p.tile - 1) / p.tile) * ((p.out[1] + p.tile - 1) / p.tile);
  const int64_t plane = p.batch * per_image * p.channels + kWinogradPad, image = p.in[0] * p.in[1] * p.channels;
  for (int64_t tile = begin; tile < end; ++tile) {
    const TilePlace place = PlaceOf(p, tile);
    TransformInput<n>(x + (p.first + place.image) * image, p.in, p.channels, place.y - p.low[0], place.x - p.low[1],
                      out + tile * p.channels, plane);
  }
}

// Likewise A dy A^T of dy to (points, tiles, filters).
template <int n, int m, typename T>
void TransformOutputGradients(const Winograd& p, const T* dy, T* out, int64_t begin, int64_t end) {
  const int64_t per_image = ((p.out[0] + p.tile - 1) / p.tile) * ((p.out[1] + p.tile - 1) / p.tile);
  const int64_t plane = p.batch * per_image * p.filters + kWinogradPad;
  for (int64_t tile = begin; tile < end; ++tile) {
    const TilePlace place = PlaceOf(p, tile);
    const int64_t down = smaller(m, p.out[0] - place.y), across = smaller(m, p.out[1] - place.x);
    const T* corner = dy + (((p.first + place.image) * p.out[0] + place.y) * p.out[1] + place.x) * p.filters;
    for (int64_t f = 0; f < p.filters; f += kVecLanes<T>) {
      const int64_t lanes = smaller(kVecLanes<T>, p.filters - f);
      Vec<T> y[m][m], u[n][n];
      KERAUNOS_UNROLL for (int i = 0; i < m; ++i) {
        KERAUNOS_UNROLL for (int j = 0; j < m; ++j) {
          y[i][j] = i < down && j < across ? LoadLanes(corner + (i * p.out[1] + j) * p.filters + f, lanes) : Vec<T>{};
        }
      }
      Transform2D(y, u,
                  [](const Vec<T>(&a)[m], Vec<T>(&b)[n]) __attribute__((always_inline)) { OutputGradient<T>(a, b); });
      KERAUNOS_UNROLL for (int i = 0; i < n; ++i) {
        KERAUNOS_UNROLL for (int j = 0; j < n; ++j) {
          StoreLanes(out + (i * n + j) * plane + tile * p.filters + f, u[i][j], lanes);
        }
      }
    }
  }
}

// Channels [begin, end): points (points, channels, filters) to dw (r, r, channels, filters).
template <int n, int r, typename T>
void TransformKernelGradients(const Winograd& p, const T* points, T* dw, int64_t begin, int64_t end) {
  const int64_t tap = p.channels * p.filters, plane = tap + kWinogradPad;
  for (int64_t c = begin; c < end; ++c) {
    for (int64_t f = 0; f < p.filters; f += kVecLanes<T>) {
      const int64_t lanes = smaller(kVecLanes<T>, p.filters - f), at = c * p.filters + f;
      Vec<T> u[n][n], g[r][r];
      KERAUNOS_UNROLL for (int i = 0; i < n; ++i) {
        KERAUNOS_UNROLL for (int j = 0; j < n; ++j) u[i][j] = LoadLanes(points + (i * n + j) * plane + at, lanes);
      }
      Transform2D(u, g,
                  [](const Vec<T>(&a)[n], Vec<T>(&b)[r]) __attribute__((always_inline)) { TapGradient<T>(a, b); });
      KERAUNOS_UNROLL for (int i = 0; i < r; ++i) {
        KERAUNOS_UNROLL for (int j = 0; j < r; ++j) StoreLanes(dw + (i * r + j) * tap + at, g[i][j], lanes);
      }
    }
  }
}

}  // namespace
}  // namespace keraunos

// Winograd convolution F(m x m, r x r) with n = m + r - 1: images are cut into tiles of m x m outputs, each tile of
// inputs and each kernel is transformed to n x n points, products over channels are taken point by point (n * n
// products instead of m * m * r * r), and the points of a tile are transformed to its outputs.
//
// A block of tiles goes through all three steps in scratch: its transformed inputs (kTransformedBytes) stay in L2 while
// the transformed kernels, which lie in the order in which they are read, stream past.
#pragma once
#include "kernels/convolution/tile.h"
#include "kernels/kernel.h"
#include "kernels/winograd/transforms.h"

namespace keraunos {
namespace {

inline constexpr int64_t kTransformedBytes = 576 << 10;
// Sums over channels are taken in chains of 32 (16 when there are no more than 32): with one chain the transforms would
// multiply its rounding errors to 1.9 times those of direct convolution, with these it is 1.4 to 1.7.
inline constexpr int64_t kChain = 32;
inline constexpr int64_t kFewestTiles = 16, kMostTiles = 32;

// Tiles of a block: few enough for L2, at least 16, so that a kernel element from L3 is used for 16 products.
template <typename T>
inline int64_t BlockTiles(const Winograd& p, int64_t points) {
  const int64_t fit = kTransformedBytes / (points * p.channels * static_cast<int64_t>(sizeof(T)));
  const int64_t tiles = fit / 8 * 8;
  return tiles < kFewestTiles ? kFewestTiles : tiles > kMostTiles ? kMostTiles : tiles;
}

// Where a tile lies; tiles are counted over images, tile lines and tile columns.
struct TilePlace {
  int64_t image, y, x;
};

KERAUNOS_INLINE TilePlace PlaceOf(const Winograd& p, int64_t tile) {
  const int64_t across = (p.out[1] + p.tile - 1) / p.tile, down = (p.out[0] + p.tile - 1) / p.tile;
  return {tile / (across * down), tile / across % down * p.tile, tile % across * p.tile};
}

// n x n pixels of `image` (extents, channels) from (y, x) on, which may lie outside: B^T d B to out[point * plane].
template <int n, typename T>
void TransformInput(const T* image, const int64_t* extents, int64_t channels, int64_t y, int64_t x, T* out,
                    int64_t plane) {
  const bool inside = y >= 0 && x >= 0 && y + n <= extents[0] && x + n <= extents[1];
  const T* corner = image + (y * extents[1] + x) * channels;
  const int64_t line = extents[1] * channels;
  for (int64_t c = 0; c < channels; c += kVecLanes<T>) {
    const int64_t lanes = smaller(kVecLanes<T>, channels - c);
    Vec<T> half[n][n];  // [column][point]
    KERAUNOS_UNROLL for (int j = 0; j < n; ++j) {
      Vec<T> column[n];
      KERAUNOS_UNROLL for (int i = 0; i < n; ++i) {
        const bool there = inside | ((y + i >= 0) & (y + i < extents[0]) & (x + j >= 0) & (x + j < extents[1]));
        column[i] = there ? LoadLanes(corner + i * line + j * channels + c, lanes) : Vec<T>{};
      }
      InputTransform<T>(column);
      KERAUNOS_UNROLL for (int i = 0; i < n; ++i) half[j][i] = column[i];
    }
    KERAUNOS_UNROLL for (int i = 0; i < n; ++i) {
      Vec<T> row[n];
      KERAUNOS_UNROLL for (int j = 0; j < n; ++j) row[j] = half[j][i];
      InputTransform<T>(row);
      KERAUNOS_UNROLL for (int j = 0; j < n; ++j) StoreLanes(out + (i * n + j) * plane + c, row[j], lanes);
    }
  }
}

// The m x m outputs of a tile from points[point * plane], columns [column, column + width) of `filters`.
template <int n, int m, typename T>
void TransformOutput(const Winograd& p, const T* points, int64_t plane, const TilePlace& place, int64_t column,
                     int64_t width, const T* bias, T* y) {
  const int64_t down = smaller(m, p.out[0] - place.y), across = smaller(m, p.out[1] - place.x);
  T* corner = y + ((place.image * p.out[0] + place.y) * p.out[1] + place.x) * p.filters + column;
  for (int64_t f = 0; f < width; f += kVecLanes<T>) {
    const int64_t lanes = smaller(kVecLanes<T>, width - f);
    Vec<T> u[n][n], out[m][m];
    KERAUNOS_UNROLL for (int i = 0; i < n; ++i) {
      KERAUNOS_UNROLL for (int j = 0; j < n; ++j) u[i][j] = load(points + (i * n + j) * plane + f);
    }
    Transform2D(u, out,
                [](const Vec<T>(&a)[n], Vec<T>(&b)[m]) __attribute__((always_inline)) { OutputTransform<T>(a, b); });
    const Vec<T> add = bias ? LoadLanes(bias + column + f, lanes) : Vec<T>{};
    KERAUNOS_UNROLL for (int i = 0; i < m; ++i) {
      KERAUNOS_UNROLL for (int j = 0; j < m; ++j) {
        if (i >= down || j >= across) continue;
        Vec<T> value = bias ? out[i][j] + add : out[i][j];
        if (p.activation == kRelu) value = max(Vec<T>{}, value);
        StoreLanes(corner + (i * p.out[1] + j) * p.filters + f, value, lanes);
      }
    }
  }
}

// Tiles [first, last).
template <int n, int m, typename T>
void ConvolveTiles(const Winograd& p, const T* x, const T* kernels, const T* bias, T* y, int64_t first, int64_t last,
                   T* scratch) {
  constexpr int64_t kPoints = n * n;
  const int64_t block = BlockTiles<T>(p, kPoints);
  const int64_t in_plane = block * p.channels + kWinogradPad, out_plane = block * p.panel + kWinogradPad;
  T* const inputs = scratch;
  T* const outputs = scratch + kPoints * in_plane;
  const int64_t image = p.in[0] * p.in[1] * p.channels;
  Tile<T> tile = {};
  tile.a_stride = p.channels;
  tile.b_stride = tile.c_stride = p.panel;
  tile.rate = -1;  // chains after the first are added
  const int64_t vectors = p.panel / kVecLanes<T>;
  const int64_t chain = p.channels <= kChain ? kChain / 2 : kChain;
  for (int64_t begin = first; begin < last; begin += block) {
    const int64_t tiles = smaller(block, last - begin);
    for (int64_t i = 0; i < tiles; ++i) {
      const TilePlace place = PlaceOf(p, begin + i);
      TransformInput<n>(x + place.image * image, p.in, p.channels, place.y - p.low[0], place.x - p.low[1],
                        inputs + i * p.channels, in_plane);
    }
    const T* b = kernels;
    for (int64_t column = 0; column < p.filters; column += p.panel) {
      for (int64_t point = 0; point < kPoints; ++point, b += p.channels * p.panel + kWinogradPad) {
        for (int64_t vector = 0; vector < vectors;) {
          const int64_t width = smaller(vectors - vector, vectors % 3 == 0 ? 3 : 2);
          tile.last_lanes = kVecLanes<T>;
          tile.ahead = b + vector * kVecLanes<T> + p.channels * p.panel + kWinogradPad;
          ForTiles(tiles, MaxRows(static_cast<int>(width)), [&](int64_t i, int64_t size) {
            tile.c = outputs + point * out_plane + i * p.panel + vector * kVecLanes<T>;
            for (int64_t k = 0; k < p.channels; k += chain) {
              tile.k = smaller(chain, p.channels - k);
              tile.a = inputs + point * in_plane + i * p.channels + k;
              tile.b = b + k * p.panel + vector * kVecLanes<T>;
              tile.finish = k == 0 ? Finish::kStore : Finish::kUpdate;
              kTileKernels<T>.at[0][0][width - 1][size - 1](tile);
            }
          });
          vector += width;
        }
      }
      for (int64_t i = 0; i < tiles; ++i) {
        TransformOutput<n, m>(p, outputs + i * p.panel, out_plane, PlaceOf(p, begin + i), column,
                              smaller(p.panel, p.filters - column), bias, y);
      }
    }
  }
}

// Kernels of input channels [begin, end): w (r, r, channels, filters) to (panels, points, channels, panel).
template <int n, int r, typename T>
void TransformKernels(const Winograd& p, const T* w, T* out, int64_t begin, int64_t end) {
  const int64_t plane = p.channels * p.panel + kWinogradPad;
  const int64_t tap = p.channels * p.filters, columns = (p.filters + p.panel - 1) / p.panel * p.panel;
  for (int64_t c = begin; c < end; ++c) {
    for (int64_t f = 0; f < columns; f += kVecLanes<T>) {
      const int64_t lanes = f < p.filters ? smaller(kVecLanes<T>, p.filters - f) : 0;
      Vec<T> g[r][r], u[n][n];
      KERAUNOS_UNROLL for (int i = 0; i < r; ++i) {
        KERAUNOS_UNROLL for (int j = 0; j < r; ++j) {
          g[i][j] = lanes ? LoadLanes(w + (i * r + j) * tap + c * p.filters + f, lanes) : Vec<T>{};
        }
      }
      Transform2D(g, u,
                  [](const Vec<T>(&a)[r], Vec<T>(&b)[n]) __attribute__((always_inline)) { KernelTransform<T>(a, b); });
      T* const to = out + f / p.panel * n * n * plane + c * p.panel + f % p.panel;
      KERAUNOS_UNROLL for (int i = 0; i < n; ++i) {
        KERAUNOS_UNROLL for (int j = 0; j < n; ++j) store(to + (i * n + j) * plane, u[i][j]);
      }
    }
  }
}

}  // namespace
}  // namespace keraunos

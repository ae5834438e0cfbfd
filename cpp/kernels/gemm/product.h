// C = A * B by tiles: loops over K blocks, row chunks, column panels and row tiles, with B row-major or in panels, read
// in place.
//
// Panels are up to three vectors wide and split evenly (7 vectors: 3 + 2 + 2), rows likewise (9: 5 + 4). Which loop is
// outermost is a matter of what must stay near: with few rows B is the big operand and is read once, panel by panel, K
// block by K block (a block of B, 24 KB, stays in L1 over all row tiles); with a short k (weight gradients) C is the
// big one and is written once, row by row.
#pragma once
#include "kernels/gemm/tile.h"
#include "kernels/params.h"

namespace keraunos {
namespace {

KERAUNOS_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// What a product works on. Rows and columns are counted from the pointers.
template <typename T>
struct Product {
  const T* a;
  int64_t a_stride;
  bool a_stored_km;
  const T* b;
  int64_t b_stride;
  int64_t panel;         // columns per panel of a packed B, 0 when B is row-major
  int64_t panel_stride;  // elements from panel to panel
  T* c;
  int64_t c_stride;
  int64_t m, n, k;
  const T* bias;
  T rate;
  bool accumulate;       // C already holds a part of the sum
  Finish first, finish;  // what K blocks before the last and the last one do
};

inline constexpr int64_t kPanelColumns = 48;  // of gemm_pack's panels, whatever the vector width
inline constexpr int64_t kShortK = 64;        // up to here one K block, C written row by row
inline constexpr int64_t kBlockK = 128;       // 128 x 48 floats = 24 KB of B
inline constexpr int64_t kChunkRows = 128;

template <typename T>
inline void MultiplyChunk(const Product<T>& p, Tile<T>& tile, int64_t row, int64_t rows, int64_t k0) {
  constexpr int64_t kLanes = kVecLanes<T>;
  const auto& kernels = kTileKernels<T>.at[p.a_stored_km];
  const T* a = p.a + (p.a_stored_km ? k0 * p.a_stride + row : row * p.a_stride + k0);
  const int64_t a_row = p.a_stored_km ? 1 : p.a_stride;
  const int64_t group = p.panel ? p.panel : p.n;  // columns that share one base and stride of B
  for (int64_t first = 0; first < p.n; first += group) {
    const int64_t columns = smaller(group, p.n - first);
    const T* b = p.b + (p.panel ? first / p.panel * p.panel_stride : 0) + k0 * p.b_stride;
    int64_t vectors_left = (columns + kLanes - 1) / kLanes;
    int64_t panels_left = (vectors_left + 2) / 3;
    for (int64_t column = 0; column < columns; --panels_left) {
      const int64_t vectors = (vectors_left + panels_left - 1) / panels_left;
      const int64_t width = smaller(vectors * kLanes, columns - column);
      tile.last_lanes = width - (vectors - 1) * kLanes;
      const bool partial = tile.last_lanes < kLanes;
      tile.b = b + column;
      tile.bias = p.bias + first + column;
      const int64_t max = MaxRows(static_cast<int>(vectors));
      int64_t tiles_left = (rows + max - 1) / max;
      for (int64_t i = 0, size; i < rows; i += size, --tiles_left) {
        size = (rows - i + tiles_left - 1) / tiles_left;
        tile.a = a + i * a_row;
        tile.c = p.c + (row + i) * p.c_stride + first + column;
        tile.ahead = tile.b + width + i * 2;
        kernels[partial][vectors - 1][size - 1](tile);
      }
      vectors_left -= vectors;
      column += width;
    }
  }
}

template <typename T>
inline void Multiply(const Product<T>& p) {
  const bool short_k = p.k <= kShortK;
  const int64_t block_k = short_k ? p.k : kBlockK;
  const int64_t chunk_rows = short_k && p.m > 64 ? 8 : kChunkRows;
  Tile<T> tile;
  tile.a_stride = p.a_stride;
  tile.b_stride = p.b_stride;
  tile.c_stride = p.c_stride;
  tile.rate = p.rate;
  int64_t k0 = 0;
  do {
    tile.k = smaller(block_k, p.k - k0);
    tile.accumulate = p.accumulate || (k0 > 0 && p.first != Finish::kUpdate);
    tile.finish = k0 + tile.k < p.k ? p.first : p.finish;
    for (int64_t row = 0; row < p.m; row += chunk_rows) {
      MultiplyChunk(p, tile, row, smaller(chunk_rows, p.m - row), k0);
    }
    k0 += tile.k;
  } while (k0 < p.k);
}

}  // namespace
}  // namespace keraunos

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
#include "kernels/simd/transpose.h"

namespace keraunos {
namespace {

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
  T* a_scratch;  // kPackedRows * kBlockK elements, or null: A is never packed
  T rate;
  int64_t chain;         // terms that are summed before they are added to C (kUpdate), 0: as blocking has it
  bool accumulate;       // C already holds a part of the sum
  Finish first, finish;  // what K blocks before the last and the last one do
};

inline constexpr int64_t kPanelColumns = 48;  // of gemm_pack's panels, whatever the vector width
inline constexpr int64_t kShortK = 64;        // up to here one K block, C written row by row
inline constexpr int64_t kBlockK = 256;  // 256 x 48 floats of B are 48 KB: L1, and what spills comes from L2 in time
inline constexpr int64_t kChunkRows = 128;
// Packed A: groups of [k][8], a line more than that apart, so that they start in different cache sets.
inline constexpr int64_t kGroupRows = 8;
KERAUNOS_INLINE int64_t group_stride(int64_t k) { return kGroupRows * k + 16; }
template <typename T>
inline constexpr int64_t kPackedRows = 2048 / static_cast<int64_t>(sizeof(T));  // x kBlockK: 512 KB, half of L2

// Packing pays where rows of A would fight for the same cache sets (long rows, many of them) or lie pages apart (stored
// (k, m)).
template <typename T>
inline bool ShouldPack(const Product<T>& p) {
  if (!p.a_scratch || p.k <= kBlockK / 2) return false;
  return p.a_stored_km ? p.m * p.n > 64 * 64 : p.m > 64 && p.n > 4 * kPanelColumns;
}

// kDepth rows of A as stored (k, m), from `a` on, into all groups. Four at a time fill two lines per group and
// visit: 1.6 times faster than one, which returns to every line when it has left L1.
template <int kDepth, typename T>
KERAUNOS_INLINE void PackDepth(const T* a, int64_t stride, int64_t rows, int64_t k, T* out) {
  int64_t i = 0;
  for (; i + kGroupRows <= rows; i += kGroupRows, out += group_stride(k)) {
    KERAUNOS_UNROLL for (int d = 0; d < kDepth; ++d) {
      __builtin_memcpy(out + d * kGroupRows, a + d * stride + i, kGroupRows * sizeof(T));
    }
  }
  for (int d = 0; d < kDepth; ++d) {
    for (int64_t last = i; last < rows; ++last) out[d * kGroupRows + last - i] = a[d * stride + last];
  }
}

// a: first element of the block, (rows, k) in Product's storage.
template <typename T>
__attribute__((noinline)) void PackRows(const T* a, int64_t stride, bool stored_km, int64_t rows, int64_t k, T* out) {
  if (!stored_km) {
    for (int64_t i = 0; i < rows; i += kGroupRows, out += group_stride(k)) {
      transpose(a + i * stride, stride, out, kGroupRows, smaller(kGroupRows, rows - i), k);
    }
    return;
  }
  int64_t depth = 0;
  for (; depth + 4 <= k; depth += 4) PackDepth<4>(a + depth * stride, stride, rows, k, out + depth * kGroupRows);
  for (; depth < k; ++depth) PackDepth<1>(a + depth * stride, stride, rows, k, out + depth * kGroupRows);
}

// Rows [row, row + rows) of C and one K block; `a` is where these rows begin, packed or not.
template <typename T>
inline void MultiplyChunk(const Product<T>& p, Tile<T>& tile, const T* a, bool stored_km, bool packed, int64_t row,
                          int64_t rows, int64_t k0) {
  constexpr int64_t kLanes = kVecLanes<T>;
  constexpr int64_t kLine = 64 / sizeof(T);
  const auto& kernels = kTileKernels<T>.at[stored_km];
  const int64_t a_row = stored_km ? 1 : p.a_stride;
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
      tile.c_ahead = packed ? kGroupRows * p.c_stride : tile.finish == Finish::kUpdate ? width : 0;
      // After the last panel comes the next K block of the first (past the end of B a prefetch does nothing).
      const T* next_b =
          column + width < columns ? tile.b + width : b + (p.panel ? p.panel_stride : tile.k * p.b_stride);
      const int64_t max = MaxRows(static_cast<int>(vectors));
      const int64_t packed_rows = max == 8 ? 8 : 4;  // a tile stays within a group
      int64_t tiles_left = (rows + max - 1) / max;
      for (int64_t i = 0, size, lines = 0; i < rows; i += size, --tiles_left, lines += kLine) {
        size = packed ? smaller(packed_rows, rows - i) : (rows - i + tiles_left - 1) / tiles_left;
        tile.a = packed ? a + i / kGroupRows * group_stride(tile.k) + i % kGroupRows : a + i * a_row;
        tile.c = p.c + (row + i) * p.c_stride + first + column;
        tile.ahead = lines <= width ? next_b + lines : tile.b;
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
  const bool packed = ShouldPack(p);
  const int64_t block_k = p.chain                                ? p.chain
                          : short_k                              ? p.k
                          : packed || p.first == Finish::kUpdate ? kBlockK
                                                                 : kBlockK / 2;
  const int64_t chunk_rows = packed ? kPackedRows<T> : short_k && p.m > 64 ? 8 : kChunkRows;
  Tile<T> tile;
  tile.a_stride = packed ? kGroupRows : p.a_stride;
  tile.b_stride = p.b_stride;
  tile.c_stride = p.c_stride;
  tile.rate = p.rate;
  int64_t k0 = 0;
  do {
    tile.k = smaller(block_k, p.k - k0);
    tile.accumulate = p.accumulate || (k0 > 0 && p.first != Finish::kUpdate);
    tile.finish = k0 + tile.k < p.k ? p.first : p.finish;
    for (int64_t row = 0; row < p.m; row += chunk_rows) {
      const int64_t rows = smaller(chunk_rows, p.m - row);
      const T* a = p.a + (p.a_stored_km ? k0 * p.a_stride + row : row * p.a_stride + k0);
      if (packed) PackRows(a, p.a_stride, p.a_stored_km, rows, tile.k, p.a_scratch);
      MultiplyChunk(p, tile, packed ? p.a_scratch : a, packed || p.a_stored_km, packed, row, rows, k0);
    }
    k0 += tile.k;
  } while (k0 < p.k);
}

}  // namespace
}  // namespace keraunos

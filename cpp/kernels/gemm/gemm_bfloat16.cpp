// Family gemm_bfloat16: gemm, gemm_bias, gemm_pack, gemm_packed and gemm_packed_bias of bfloat16 with sums in float32;
// bias, activation and one rounding follow. Compiled for machines with AVX512_BF16 alone; elsewhere these products
// compute in float32.
//
// Loops: 2048 columns, 128 rows, K blocks of 512 (a panel of B, 48 KB, then stays in L1 over all row tiles), panels of
// 48 columns, tiles of 8 rows. Partial sums of K blocks wait in scratch. A B that is stored (n, k) and meets few rows
// is multiplied as C^T = B * A^T, so that it is read in place and only A is packed.
#include "kernels/gemm/bfloat16_pack.h"
#include "kernels/gemm/units.h"
#include "kernels/kernel.h"

namespace keraunos {
namespace {

inline constexpr int64_t kColumns = 2048, kRows = 128, kDepth = 512, kTileRows = 8;
inline constexpr int64_t kInPlaceRows = 64;     // up to so many rows a row-major B is read where it lies
inline constexpr int64_t kTransposedRows = 64;  // up to so many rows C^T = B * A^T

struct Scratch {
  BFloat16 panel[kDepth * kPanelColumns];
  BFloat16 a[kRows * kDepth];
  float sums[kRows * kColumns];
};
static_assert(sizeof(Scratch) <= kScratchBytes);

enum class Storage { kRowMajor, kColumnMajor, kPanels };

struct HalfProduct {
  const BFloat16* a;
  int64_t a_stride;
  bool a_stored_km;
  const BFloat16* b;
  int64_t b_stride;
  Storage b_storage;
  int64_t m, n, k;
  const BFloat16* bias;
  int64_t activation;
  BFloat16* c;  // null: the sums are left in scratch, rows of sums_stride(n)
  int64_t c_stride;
};

KERAUNOS_INLINE int64_t sums_stride(int64_t n) { return (n + 15) / 16 * 16; }

KERAUNOS_INLINE VecF32 activate(VecF32 x, int64_t activation) {
  switch (activation) {
    case kRelu:
      return max(VecF32{}, x);
    case kSigmoid:
      return sigmoid(x);
    case kTanh:
      return tanh(x);
    default:
      return x;
  }
}

// `lanes` elements of a row of C from sums and bias.
KERAUNOS_INLINE void FinishVector(VecF32 sum, const BFloat16* bias, int64_t activation, int64_t lanes, BFloat16* c) {
  const VecF32 y = activate(bias ? sum + widen_halves(load_halves(bias, lanes)) : sum, activation);
  _mm256_mask_storeu_epi16(c, lane_mask16(lanes), narrow_halves(y));
}

// Rows [row, row + rows), columns [column, column + width) and K block [k0, k0 + depth); the panel is in `tile` if need
// be.
inline void MultiplyPanel(const HalfProduct& p, HalfTile& tile, const BFloat16* packed_a, int64_t row, int64_t rows,
                          int64_t column, int64_t width, int64_t k0, float* sums) {
  const int64_t vectors = (width + 15) / 16;
  tile.last_lanes = width - 16 * (vectors - 1);
  tile.bias = p.bias ? p.bias + column : nullptr;
  const auto& kernels = kHalfTileKernels[tile.panel != nullptr][vectors - 1];
  for (int64_t i = 0; i < rows; i += kTileRows) {
    tile.a = packed_a ? packed_a + i / 16 * pairs_of(tile.k) * 32 + i % 16 * 2 : p.a + (row + i) * p.a_stride + k0;
    tile.c = p.c ? p.c + (row + i) * p.c_stride + column : nullptr;
    tile.sums = sums + i * tile.sums_stride;
    kernels[smaller(kTileRows, rows - i) - 1](tile);
  }
}

void FinishRows(const HalfProduct& p, int64_t row, int64_t rows, const float* sums) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < p.n; j += 16) {
      FinishVector(load(sums + i * sums_stride(p.n) + j), p.bias ? p.bias + j : nullptr, p.activation,
                   smaller(16, p.n - j), p.c + (row + i) * p.c_stride + j);
    }
  }
}

// All of p, at most kColumns columns.
void MultiplyColumns(const HalfProduct& p, Scratch* scratch) {
  HalfTile tile;
  tile.a_row = p.a_stored_km ? 2 : p.a_stride;
  tile.a_pair = p.a_stored_km ? 32 : 2;
  tile.b_stride = p.b_stride;
  tile.sums_stride = sums_stride(p.n);
  tile.relu = p.activation == kRelu;
  const bool inside = p.c && p.activation <= kRelu;  // whether tiles finish C
  tile.c_stride = p.c_stride;
  for (int64_t row = 0; row < p.m; row += kRows) {
    const int64_t rows = smaller(kRows, p.m - row);
    int64_t k0 = 0;
    do {
      tile.k = smaller(kDepth, p.k - k0);
      tile.accumulate = k0 > 0;
      tile.finish = inside && k0 + tile.k >= p.k;
      if (p.a_stored_km) PackGroups(p.a + k0 * p.a_stride + row, p.a_stride, rows, tile.k, scratch->a);
      int64_t vectors_left = (p.n + 15) / 16, panels_left = (vectors_left + 2) / 3;
      for (int64_t column = 0, width = 0; column < p.n; column += width, --panels_left) {
        // Split evenly (7 vectors: 3 + 2 + 2), but for panels that are there.
        const int64_t even = (vectors_left + panels_left - 1) / panels_left;
        width = smaller(p.b_storage == Storage::kPanels ? kPanelColumns : 16 * even, p.n - column);
        vectors_left -= (width + 15) / 16;
        tile.panel = nullptr;
        tile.b = p.b + k0 * p.b_stride + column;
        if (p.b_storage == Storage::kPanels) {
          tile.panel = p.b + (column / kPanelColumns * pairs_of(p.k) + k0 / 2) * kPanelPair;
        } else if (p.b_storage == Storage::kColumnMajor) {
          PackColumns(p.b + column * p.b_stride + k0, p.b_stride, tile.k, width, scratch->panel);
          tile.panel = scratch->panel;
        } else if (rows > kInPlaceRows) {
          PackRows(tile.b, p.b_stride, tile.k, width, scratch->panel);
          tile.panel = scratch->panel;
        }
        MultiplyPanel(p, tile, p.a_stored_km ? scratch->a : nullptr, row, rows, column, width, k0,
                      scratch->sums + column);
      }
      k0 += tile.k;
    } while (k0 < p.k);
    if (p.c && !inside) FinishRows(p, row, rows, scratch->sums);
  }
}

// C (m, n) from sums of C^T, 16 x 16 at a time.
void FinishTransposed(const HalfProduct& p, const float* sums, int64_t stride, BFloat16* c, const BFloat16* bias,
                      int64_t n) {
  for (int64_t j = 0; j < n; j += 16) {
    const int64_t lanes = smaller(16, n - j);
    for (int64_t i = 0; i < p.m; i += 16) {
      VecF32 block[16];
      KERAUNOS_UNROLL for (int64_t d = 0; d < 16; ++d) {
        block[d] = d < lanes ? load(sums + (j + d) * stride + i) : VecF32{};
      }
      transpose_rounds<8>(block);
      for (int64_t d = 0; d < smaller(16, p.m - i); ++d) {
        FinishVector(block[d], bias ? bias + j : nullptr, p.activation, lanes, c + (i + d) * p.c_stride + j);
      }
    }
  }
}

// p.b is stored (n, k).
void MultiplyTransposed(const HalfProduct& p, Scratch* scratch) {
  for (int64_t column = 0; column < p.n; column += kRows) {
    HalfProduct q = p;
    q.a = p.b + column * p.b_stride;
    q.a_stride = p.b_stride;
    q.a_stored_km = false;
    q.b = p.a;
    q.b_stride = p.a_stride;
    q.b_storage = p.a_stored_km ? Storage::kRowMajor : Storage::kColumnMajor;
    q.m = smaller(kRows, p.n - column);
    q.n = p.m;
    q.bias = nullptr;
    q.c = nullptr;
    MultiplyColumns(q, scratch);
    FinishTransposed(p, scratch->sums, sums_stride(p.m), p.c + column, p.bias ? p.bias + column : nullptr, q.m);
  }
}

void MultiplyRectangle(const Gemm& g, const BFloat16* a, const BFloat16* b, bool packed, const BFloat16* bias,
                       BFloat16* c, const Rectangle& r, Scratch* scratch) {
  HalfProduct p;
  p.m = r.row_end - r.row_begin;
  p.k = g.k;
  p.a = a + (g.trans_a ? r.row_begin : r.row_begin * g.lda);
  p.a_stride = g.lda;
  p.a_stored_km = g.trans_a != 0;
  p.b_stride = g.ldb;
  p.b_storage = packed ? Storage::kPanels : g.trans_b ? Storage::kColumnMajor : Storage::kRowMajor;
  p.activation = g.activation;
  p.c_stride = g.ldc;
  if (p.m <= 0) return;
  for (int64_t column = r.column_begin; column < r.column_end; column += kColumns / kPanelColumns * kPanelColumns) {
    p.n = smaller(kColumns / kPanelColumns * kPanelColumns, r.column_end - column);
    p.b = b + (packed ? column * 2 * pairs_of(g.k) : g.trans_b ? column * g.ldb : column);
    p.bias = bias ? bias + column : nullptr;
    p.c = c + r.row_begin * g.ldc + column;
    if (p.b_storage == Storage::kColumnMajor && p.m <= kTransposedRows) {
      MultiplyTransposed(p, scratch);
    } else {
      MultiplyColumns(p, scratch);
    }
  }
}

template <bool kPacked, bool kBias>
void Run(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const Gemm& g = *static_cast<const Gemm*>(params);
  for_each_rectangle(g, begin, end, [&](int64_t index, const Rectangle& rectangle) {
    MultiplyRectangle(g, static_cast<const BFloat16*>(o[0]) + index * g.stride_a,
                      static_cast<const BFloat16*>(o[1]) + index * g.stride_b, kPacked,
                      kBias ? static_cast<const BFloat16*>(o[2]) : nullptr,
                      static_cast<BFloat16*>(o[kBias ? 3 : 2]) + index * g.stride_c, rectangle,
                      static_cast<Scratch*>(scratch));
  });
}

// Panel u holds columns [48 u, 48 u + 48) of B in pairs along k.
void RunPack(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const Pack& p = *static_cast<const Pack*>(params);
  const BFloat16* b = static_cast<const BFloat16*>(o[0]);
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t column = unit * kPanelColumns, width = smaller(kPanelColumns, p.n - column);
    BFloat16* panel = static_cast<BFloat16*>(o[1]) + unit * pairs_of(p.k) * kPanelPair;
    if (p.trans_b) {
      PackColumns(b + column * p.ldb, p.ldb, p.k, width, panel);
    } else {
      PackRows(b + column, p.ldb, p.k, width, panel);
    }
  }
}

constexpr KernelEntry kEntries[] = {
    {kOp_gemm, kBFloat16, Run<false, false>},
    {kOp_gemm_bias, kBFloat16, Run<false, true>},
    {kOp_gemm_packed, kBFloat16, Run<true, false>},
    {kOp_gemm_packed_bias, kBFloat16, Run<true, true>},
    {kOp_gemm_pack, kBFloat16, RunPack},
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(gemm_bfloat16, keraunos::kEntries)

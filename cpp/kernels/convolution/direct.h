// Direct correlation by batch-reduce products: y and, with other axes, the gradient with respect to x.
//
// Rows of a tile are neighbouring pixels of one target line, columns are filters, and the sum runs over the taps and
// channels of kernel rows, which lie in one piece. Blocks of target positions are cut so that what they read stays in
// half of L2; a block's weights are taken in passes that stay in L1.
#pragma once
#include "kernels/convolution/tile.h"
#include "kernels/convolution/window.h"
#include "kernels/gemm/product.h"

namespace keraunos {
namespace {

inline constexpr int64_t kBlockBytes = 192 << 10;  // of a block's source: with target and weights, half of a 1 MB L2
inline constexpr int64_t kPassDepth = 256;         // 256 x 48 floats of weights: 48 KB

// y (target lines, target pixels, groups * columns) = correlation of x (source ..., groups * depth) with w, whose
// element (tap, depth d, column) of group g is w[(tap * tap_rows + g * group_rows + d) * row + g * group_columns +
// column].
template <typename T>
struct Direct {
  Axis z, y, x;
  int64_t kernel_y, kernel_x;  // taps of all of w, to number them
  int64_t groups, depth, columns;
  int64_t tap_rows, group_rows, group_columns, row;
  int64_t packed_rows;  // rows of w in panels as gemm_pack leaves them; 0: w is as above
  const T* weights;
  const T* bias;  // or null
  int64_t activation;
};

template <typename T>
struct Block {
  int64_t y, lines, x, pixels;  // target positions, in steps of their axes
};

template <typename T>
inline Finish FinishOf(const Direct<T>& p) {
  const bool relu = p.activation == kRelu;
  return p.bias ? (relu ? Finish::kBiasRelu : Finish::kBias) : relu ? Finish::kRelu : Finish::kStore;
}

// One block of one group, one z tap: `window` holds its source lines.
template <typename T>
void MultiplyBlock(const Direct<T>& p, const Block<T>& block, int64_t tz, const Window<T>& window, int64_t group,
                   T* target, bool accumulate, bool last) {
  const bool whole_rows = p.x.tap_step == 1 && p.x.dilation == 1 && window.pixel_stride == p.depth;
  const int64_t runs_in_row = whole_rows ? 1 : p.x.taps;
  const int64_t run_k = whole_rows ? p.x.taps * p.depth : p.depth;
  const int64_t row_runs = p.y.taps * runs_in_row;
  // 1x1 kernels over whole lines: one long line.
  const bool flat = p.x.taps == 1 && p.x.source_step == 1 && p.x.target_step == 1 && p.y.target_step == 1 &&
                    block.pixels == p.x.target &&
                    window.line_stride * p.y.source_step == block.pixels * window.pixel_stride;
  const int64_t lines = flat ? 1 : block.lines, pixels = flat ? block.lines * block.pixels : block.pixels;
  const int64_t all_columns = p.groups * p.columns;
  Tile<T> tile = {};
  tile.a_stride = p.x.source_step * window.pixel_stride;
  const int64_t row = p.packed_rows ? kPanelColumns : p.row;
  tile.b_stride = row;
  tile.c_stride = p.x.target_step * all_columns;
  const T* weights = p.weights + group * (p.group_rows * p.row + p.group_columns);
  const auto panel = [&](const T* b, int64_t column, int64_t width, int64_t vectors) {
    tile.last_lanes = width - (vectors - 1) * kVecLanes<T>;
    tile.bias = p.bias ? p.bias + group * p.columns + column : nullptr;
    tile.b = b;
    const bool partial = tile.last_lanes < kVecLanes<T>;
    bool add = accumulate;
    Run<T> runs[kMostRuns];
    int64_t next = 0, done = 0;  // run, and how much of its k is behind us
    do {
      int64_t count = 0, depth = 0;
      while (next < row_runs && count < kMostRuns && depth < kPassDepth) {
        const int64_t ty = next / runs_in_row, tx = next % runs_in_row;
        const int64_t k = smaller(run_k - done, kPassDepth - depth);
        const int64_t tap = ((p.z.tap + tz * p.z.tap_step) * p.kernel_y + p.y.tap + ty * p.y.tap_step) * p.kernel_x +
                            p.x.tap + tx * p.x.tap_step;
        runs[count++] = {ty * p.y.dilation * window.line_stride + tx * p.x.dilation * window.pixel_stride + done,
                         (tap * p.tap_rows + done) * row, k};
        depth += k;
        done += k;
        if (done == run_k) {
          done = 0;
          ++next;
        }
      }
      tile.accumulate = add;
      tile.finish = last && next == row_runs ? FinishOf(p) : Finish::kStore;
      for (int64_t line = 0; line < lines; ++line) {
        const T* a = window.data + line * p.y.source_step * window.line_stride;
        T* c = target +
               ((p.y.first + (block.y + line) * p.y.target_step) * p.x.target + p.x.first + block.x * p.x.target_step) *
                   all_columns +
               group * p.columns + column;
        ForTiles(pixels, MaxRows(static_cast<int>(vectors)), [&](int64_t i, int64_t size) {
          tile.a = a + i * tile.a_stride;
          tile.c = c + i * tile.c_stride;
          kRunsKernels<T, false>.at[partial][vectors - 1][size - 1](tile, runs, count);
        });
      }
      add = true;
    } while (next < row_runs);
  };
  const int64_t share = p.packed_rows ? kPanelColumns : p.columns;
  for (int64_t first = 0; first < p.columns; first += share) {
    const T* b = weights + (p.packed_rows ? first * p.packed_rows : 0);
    ForPanels<T>(smaller(share, p.columns - first), [&](int64_t column, int64_t width, int64_t vectors) {
      panel(b + column, first + column, width, vectors);
    });
  }
}

// Target lines [begin, end) of one image, counted over z and y together in steps of their axes.
template <typename T>
void Correlate(const Direct<T>& p, const T* source, T* target, int64_t begin, int64_t end, T* scratch) {
  const int64_t channels = p.groups * p.depth;
  const int64_t all_columns = p.groups * p.columns;
  const BlockShape most =
      ChooseBlock(p.y, p.x, p.depth * static_cast<int64_t>(sizeof(T)), kBlockBytes, p.y.count, p.x.count);
  for (int64_t line = begin, lines; line < end; line += lines) {
    const int64_t z = line / p.y.count, y = line % p.y.count;
    lines = smaller(most.lines, smaller(end - line, p.y.count - y));
    T* plane = target + (p.z.first + z * p.z.target_step) * p.y.target * p.x.target * all_columns;
    for (int64_t x = 0; x < p.x.count; x += most.pixels) {
      const Block<T> block = {y, lines, x, smaller(most.pixels, p.x.count - x)};
      for (int64_t group = 0; group < p.groups; ++group) {
        bool any = false;
        for (int64_t tz = 0; tz < p.z.taps || tz == 0; ++tz) {
          const bool last = tz + 1 >= p.z.taps;
          const int64_t source_z = z * p.z.source_step + p.z.offset + tz * p.z.dilation;
          const bool outside = p.z.taps == 0 || source_z < 0 || source_z >= p.z.source;
          if (outside && !last) continue;
          Direct<T> q = p;
          if (outside) q.y.taps = 0;  // nothing to add, but the epilogue is due
          const int64_t plane_size = p.y.source * p.x.source * channels;
          const Window<T> window =
              outside ? Window<T>{source, 0, p.depth}
                      : OpenWindow(source + source_z * plane_size, p.y.source, p.x.source, channels,
                                   y * p.y.source_step + p.y.offset, Span(p.y, lines), x * p.x.source_step + p.x.offset,
                                   Span(p.x, block.pixels), group * p.depth, p.depth, scratch);
          MultiplyBlock(q, block, tz, window, group, plane, any, last);
          any = true;
        }
      }
    }
  }
}

}  // namespace
}  // namespace keraunos

// The unit range of a Gemm as rectangles of C: rows (axis 0) or blocks of columns (axis 1), matrix after matrix.
#pragma once
#include "base/compiler.h"
#include "kernels/params.h"

namespace keraunos {
namespace {

struct Rectangle {
  int64_t row_begin, row_end, column_begin, column_end;
};

// visit(index of the matrix, rectangle)
template <class Visit>
KERAUNOS_INLINE void for_each_rectangle(const Gemm& g, int64_t begin, int64_t end, Visit visit) {
  const int64_t blocks = g.axis == 1 ? (g.n + g.block - 1) / g.block : g.m;
  while (begin < end) {
    const int64_t index = g.axis == 0 && g.batch == 1 ? 0 : begin / blocks;
    const int64_t first = index * blocks;
    const int64_t stop = end < first + blocks ? end : first + blocks;
    if (g.axis == 1) {
      const int64_t last = (stop - first) * g.block;
      visit(index, Rectangle{0, g.m, (begin - first) * g.block, last < g.n ? last : g.n});
    } else {
      visit(index, Rectangle{begin - first, stop - first, 0, g.n});
    }
    begin = stop;
  }
}

}  // namespace
}  // namespace keraunos

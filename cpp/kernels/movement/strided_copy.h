// strided_read and strided_write: slices, padding, transposes, broadcasts. Elements are moved by size, 1, 2, 4 or 8
// bytes.
#pragma once
#include "kernels/movement/transpose.h"
#include "kernels/strided.h"

namespace keraunos {
namespace {

// A dimension other than the last along which the source is contiguous: with the last one it makes a plane to
// transpose.
template <class Loop>
KERAUNOS_INLINE int plane_dim(const Loop& loop) {
  const int64_t last = loop.row_stride(0);
  if (last == 0 || last == 1 || loop.row_stride(1) != 1) return -1;
  for (int d = loop.rank - 2; d >= 0; --d) {
    if (loop.strides[0][d] == 1 && loop.dims[d] > 1) return d;
  }
  return -1;
}

// Operand 0 of the loop is the source, 1 the target.
template <class Word>
void CopyStrided(StridedLoop<2> loop, const Word* in, Word* out) {
  const int plane = plane_dim(loop);
  const int64_t n = loop.row_length(), in_stride = loop.row_stride(0), out_stride = loop.row_stride(1);
  if (plane < 0) {
    for_each_row(loop, [&](const int64_t (&offsets)[2]) {
      copy_row(in + offsets[0], in_stride, out + offsets[1], out_stride, n);
    });
    return;
  }
  const int64_t rows = loop.dims[plane], plane_stride = loop.strides[1][plane];
  loop.dims[plane] = 1;
  for_each_row(loop, [&](const int64_t (&offsets)[2]) {
    transpose_plane(in + offsets[0], in_stride, out + offsets[1], plane_stride, rows, n);
  });
}

template <class Word>
void StridedReadWords(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  if (begin == end) return;
  const auto& params = *static_cast<const StridedRead*>(raw);
  int64_t contiguous[kMaxRank];
  contiguous_strides(params.rank, params.dims, contiguous);
  const auto loop = merge_dims<2>(params.rank, params.dims, {params.strides, contiguous}, begin, end);
  CopyStrided(loop, static_cast<const Word*>(operands[0]) + params.offset, static_cast<Word*>(operands[1]));
}

template <class Word>
void StridedWriteWords(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  if (begin == end) return;
  const auto& params = *static_cast<const StridedWrite*>(raw);
  int64_t contiguous[kMaxRank];
  contiguous_strides(params.rank, params.dims, contiguous);
  const auto loop = merge_dims<2>(params.rank, params.dims, {contiguous, params.strides}, begin, end);
  CopyStrided(loop, static_cast<const Word*>(operands[0]), static_cast<Word*>(operands[1]) + params.offset);
}

}  // namespace
}  // namespace keraunos

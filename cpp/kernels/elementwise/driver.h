// Runs a function of contiguous rows over strided and broadcast operands. A row function sees contiguous inputs only:
// what is broadcast or strided along the last dimension is first copied into a tile that stays in the L1 cache, which
// costs one extra load per element there and keeps one loop per op.
#pragma once
#include "kernels/kernel.h"
#include "kernels/strided.h"
#include "kernels/types.h"

namespace keraunos {
namespace {

// n elements from each input to out; out may be inputs[0].
using RowFunction = void (*)(const void* const* inputs, void* out, int64_t n);

// 3 tiles of 8-byte elements are 12 KB of the 32 KB L1.
constexpr int64_t kTile = 512;

KERAUNOS_INLINE void copy_to_tile(const char* in, int64_t stride, char* tile, int64_t bytes, int64_t n) {
  if (bytes == 4) {
    copy_row(reinterpret_cast<const uint32_t*>(in), stride, reinterpret_cast<uint32_t*>(tile), 1, n);
  } else if (bytes == 8) {
    copy_row(reinterpret_cast<const uint64_t*>(in), stride, reinterpret_cast<uint64_t*>(tile), 1, n);
  } else {
    copy_row(reinterpret_cast<const uint8_t*>(in), stride, reinterpret_cast<uint8_t*>(tile), 1, n);
  }
}

// bytes: element sizes of the inputs, then of the output.
template <int kInputs>
void RunElementwise(const Elementwise& params, void* const* operands, int64_t begin, int64_t end, void* scratch,
                    const int64_t* bytes, RowFunction row) {
  if (begin == end) return;
  int64_t out_strides[kMaxRank];
  contiguous_strides(params.rank, params.dims, out_strides);
  const int64_t* strides[kInputs + 1];
  for (int k = 0; k < kInputs; ++k) strides[k] = params.strides[k];
  strides[kInputs] = out_strides;
  const auto loop = merge_dims<kInputs + 1>(params.rank, params.dims, strides, begin, end);
  const int64_t length = loop.row_length();

  char* tiles[kInputs];
  bool direct = true;
  for (int k = 0; k < kInputs; ++k) {
    tiles[k] = static_cast<char*>(scratch) + k * kTile * 8;
    direct = direct && (loop.row_stride(k) == 1 || length == 1);
  }
  for_each_row(loop, [&](const int64_t (&offsets)[kInputs + 1]) {
    const void* inputs[kInputs];
    for (int k = 0; k < kInputs; ++k) inputs[k] = static_cast<char*>(operands[k]) + offsets[k] * bytes[k];
    char* out = static_cast<char*>(operands[kInputs]) + offsets[kInputs] * bytes[kInputs];
    if (direct) {
      row(inputs, out, length);
      return;
    }
    const void* block[kInputs];
    for (int64_t done = 0; done < length; done += kTile) {
      const int64_t n = length - done < kTile ? length - done : kTile;
      for (int k = 0; k < kInputs; ++k) {
        const int64_t stride = loop.row_stride(k);
        const char* in = static_cast<const char*>(inputs[k]) + done * stride * bytes[k];
        block[k] = stride == 1 ? in : tiles[k];
        // A broadcast element fills its tile once per row.
        if (stride != 1 && (stride != 0 || done == 0)) copy_to_tile(in, stride, tiles[k], bytes[k], n);
      }
      row(block, out + done * bytes[kInputs], n);
    }
  });
}

}  // namespace
}  // namespace keraunos

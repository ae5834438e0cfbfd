// Where a factor's tile lies in shared memory: lines of 16-byte chunks, permuted so that neither the copies in nor the
// fragments out meet a bank twice. A tile is 128 bytes deep along k: 32 float32 or 64 halves.
//
//   kAlongK: a line is one row of A (column of B), its 8 chunks run along k;
//   else:    a line is one k, its chunks run along the rows of A (columns of B).
#pragma once
#include "device/thread.h"

namespace keraunos::cuda {

inline constexpr int kChunkBytes = 16;

template <class T, bool kAlongK, int kExtent>
struct OperandTile {
  static constexpr int kChunk = kChunkBytes / static_cast<int>(sizeof(T));  // elements
  static constexpr int kDepth = 8 * kChunk;
  static constexpr int kLines = kAlongK ? kExtent : kDepth;
  static constexpr int kChunks = kAlongK ? 8 : kExtent / kChunk;  // of a line
  static constexpr int kLineBytes = kChunks * kChunkBytes;

  // ldmatrix reads one chunk of 8 neighbouring lines at a time. Elements of 4 bytes along rows are read one by one, by
  // a warp from 4 lines and 2 chunks.
  __host__ __device__ static constexpr int Offset(int line, int chunk) {
    const int permuted = kAlongK || sizeof(T) == 2 ? chunk ^ (line & 7) : chunk ^ ((line & 3) << 1);
    return line * kLineBytes + permuted * kChunkBytes;
  }
};

}  // namespace keraunos::cuda

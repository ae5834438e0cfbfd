// Brings a tile of a source into shared memory, asynchronously where the hardware can.
#pragma once
#include "cuda/kernels/gemm/operand_tile.h"
#include "device/async_copy.h"

namespace keraunos::cuda {
namespace {

// The tile that begins at row (column of B) `first` and depth `k0`; what lies at `extent` or `k_end` and beyond is
// zero. kWide: whole chunks, whose addresses are multiples of 16 bytes; else element by element.
template <int kExtent, int kThreads, bool kWide, class Source>
__device__ __forceinline__ void FillTile(const Source& source, unsigned char* tile, int first, int extent, int k0,
                                         int k_end) {
  using T = typename Source::Element;
  using Tile = OperandTile<T, Source::kAlongK, kExtent>;
  constexpr int kStep = kThreads / Tile::kChunks;
  static_assert(kThreads % Tile::kChunks == 0 && Tile::kLines % kStep == 0);
  const int t = static_cast<int>(threadIdx.x), chunk = t % Tile::kChunks;
  const int column = (Source::kAlongK ? k0 : first) + chunk * Tile::kChunk;
  const int room = (Source::kAlongK ? k_end : extent) - column;
  const int lines_begin = Source::kAlongK ? first : k0, lines_end = Source::kAlongK ? extent : k_end;
  if constexpr (kWide) {
    const int bytes = static_cast<int>(sizeof(T)) * max(0, min(room, Tile::kChunk));
    const auto at = source.MakeColumn(column, chunk * Tile::kChunk);
#pragma unroll(Source::kTogether)
    for (int pass = 0; pass < Tile::kLines / kStep; ++pass) {
      const int line = t / Tile::kChunks + pass * kStep;
      const T* from = nullptr;
      if (lines_begin + line < lines_end && bytes > 0) from = source.At(source.MakeLine(lines_begin + line, line), at);
      CopyAsync16(tile + Tile::Offset(line, chunk), from ? from : source.data, from ? bytes : 0);
    }
  } else {
#pragma unroll 1
    for (int pass = 0; pass < Tile::kLines / kStep; ++pass) {
      const int line = t / Tile::kChunks + pass * kStep;
      const bool inside = lines_begin + line < lines_end;
      const auto from_line = source.MakeLine(inside ? lines_begin + line : lines_begin, inside ? line : 0);
      unsigned char* to = tile + Tile::Offset(line, chunk);
#pragma unroll
      for (int e = 0; e < Tile::kChunk; ++e) {
        const T* from = inside && e < room
                            ? source.At(from_line, source.MakeColumn(column + e, chunk * Tile::kChunk + e))
                            : nullptr;
        if constexpr (sizeof(T) == 4) {
          CopyAsync4(to + 4 * e, from ? from : source.data, from ? 4 : 0);
        } else {
          reinterpret_cast<T*>(to)[e] = from ? *from : T{};
        }
      }
    }
  }
}

}  // namespace
}  // namespace keraunos::cuda

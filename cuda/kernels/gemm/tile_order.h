// In which order blocks take the tiles of C.
#pragma once
#include "device/thread.h"

namespace keraunos::cuda {

// Tiles in bands of 8 rows, column after column: blocks that run together share factors in L2.
struct TilePosition {
  int row, column;
};
__host__ __device__ inline TilePosition TileAt(int number, int tiles_m, int tiles_n) {
  constexpr int kBand = 8;
  const int band = number / (kBand * tiles_n), rest = number % (kBand * tiles_n);
  const int rows = tiles_m - band * kBand < kBand ? tiles_m - band * kBand : kBand;
  return {band * kBand + rest % rows, rest / rows};
}

}  // namespace keraunos::cuda

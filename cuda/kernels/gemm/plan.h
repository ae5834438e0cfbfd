// How a product is cut into blocks: the tile, and into how many partial sums along k. Decided by extents alone, so that
// results do not depend on the device.
#pragma once
#include <algorithm>
#include <cstdint>

namespace keraunos::cuda {

// Of one product of `matrices` matrices.
struct Plan {
  bool large;  // tiles of 128 x 128, else 64 x 64
  int tiles_m, tiles_n;
  int splits;       // partial sums of each element
  int split_steps;  // tiles along k of each partial sum, the last one may have fewer

  int64_t blocks(int64_t matrices) const { return int64_t{tiles_m} * tiles_n * splits * matrices; }
};

inline constexpr int kFilled = 128;    // blocks that keep a device busy: it has some hundred multiprocessors
inline constexpr int kSplitSteps = 4;  // fewer tiles along k are not worth the second pass
inline constexpr int kMostSplits = 128;

// `depth`: extent of a tile along k. The larger tile reads each factor half as often and pays once it fills the device;
// it takes factors in 16-byte chunks alone (`wide`).
inline Plan MakePlan(int64_t m, int64_t n, int64_t k, int64_t matrices, int64_t depth, bool wide) {
  const auto tiles = [](int64_t extent, int64_t tile) { return (extent + tile - 1) / tile; };
  const int64_t steps = tiles(k, depth);
  Plan plan;
  plan.large = wide && m > 64 && n > 64 && tiles(m, 128) * tiles(n, 128) * matrices >= kFilled;
  const int64_t tile = plan.large ? 128 : 64;
  plan.tiles_m = static_cast<int>(tiles(m, tile));
  plan.tiles_n = static_cast<int>(tiles(n, tile));
  const int64_t blocks = int64_t{plan.tiles_m} * plan.tiles_n * matrices;
  int64_t splits = std::min({kFilled / std::max<int64_t>(blocks, 1), steps / kSplitSteps, int64_t{kMostSplits}});
  splits = std::max<int64_t>(splits, 1);
  plan.split_steps = static_cast<int>(tiles(std::max<int64_t>(steps, 1), splits));
  plan.splits = static_cast<int>(tiles(std::max<int64_t>(steps, 1), plan.split_steps));
  return plan;
}

}  // namespace keraunos::cuda

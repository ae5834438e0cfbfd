// Index arithmetic that products share with the host: tiles in shared memory, their banks, the order of tiles of C, how
// a product is cut, divisions by multiplication.
#include <set>

#include "cuda/kernels/divide.h"
#include "cuda/kernels/gemm/operand_tile.h"
#include "cuda/kernels/gemm/plan.h"
#include "cuda/kernels/gemm/tile_order.h"
#include "device/half.h"
#include "test.h"

namespace keraunos::cuda {
namespace {

// Every chunk has a place of its own inside the tile.
template <class T, bool kAlongK, int kExtent>
void TestPlaces() {
  using Tile = OperandTile<T, kAlongK, kExtent>;
  std::set<int> places;
  for (int line = 0; line < Tile::kLines; ++line) {
    for (int chunk = 0; chunk < Tile::kChunks; ++chunk) {
      const int place = Tile::Offset(line, chunk);
      EXPECT(place >= 0 && place < kExtent * 128 && place % kChunkBytes == 0, line, chunk, place);
      places.insert(place);
    }
  }
  EXPECT(places.size() == static_cast<size_t>(Tile::kLines * Tile::kChunks), "chunks share a place");
}

// What eight lanes read or write at once is 128 bytes from 32 different banks.
template <class T, bool kAlongK, int kExtent>
void TestBanks() {
  using Tile = OperandTile<T, kAlongK, kExtent>;
  const auto conflict_free = [](const std::set<int>& banks) { return banks.size() == 8; };
  for (int line = 0; line < Tile::kLines; line += 8) {
    for (int chunk = 0; chunk < Tile::kChunks; ++chunk) {
      std::set<int> down, along;  // groups of four banks
      for (int i = 0; i < 8; ++i) {
        down.insert(Tile::Offset(line + i, chunk) / 16 % 8);
        along.insert(Tile::Offset(line, chunk / 8 * 8 + i) / 16 % 8);
      }
      EXPECT(conflict_free(along), "copies in", line, chunk);
      if (kAlongK || sizeof(T) == 2) EXPECT(conflict_free(down), "ldmatrix", line, chunk);
    }
  }
  // Four k and eight rows of 4-byte elements, one per lane.
  if (!kAlongK && sizeof(T) == 4) {
    for (int row = 0; row < kExtent; row += 8) {
      std::set<int> banks;
      for (int k = 0; k < 4; ++k) {
        for (int i = row; i < row + 8; ++i) banks.insert((Tile::Offset(k, i / 4) + i % 4 * 4) / 4 % 32);
      }
      EXPECT(banks.size() == 32, "words", row);
    }
  }
}

template <class T>
void TestTiles() {
  TestPlaces<T, true, 128>();
  TestPlaces<T, false, 128>();
  TestPlaces<T, true, 64>();
  TestPlaces<T, false, 64>();
  TestBanks<T, true, 128>();
  TestBanks<T, false, 128>();
  TestBanks<T, true, 64>();
  TestBanks<T, false, 64>();
}

TEST(TilesInSharedMemory) {
  TestTiles<float>();
  TestTiles<BFloat16>();
}

TEST(OrderOfTiles) {
  for (int m = 1; m <= 20; ++m) {
    for (int n = 1; n <= 9; ++n) {
      std::set<int> seen;
      for (int number = 0; number < m * n; ++number) {
        const TilePosition at = TileAt(number, m, n);
        EXPECT(at.row >= 0 && at.row < m && at.column >= 0 && at.column < n, m, n, number);
        seen.insert(at.row * n + at.column);
      }
      EXPECT(seen.size() == static_cast<size_t>(m * n), "tiles are left out", m, n);
    }
  }
}

TEST(Plans) {
  for (int64_t trial = 0; trial < test::Trials(20000); ++trial) {
    const auto extent = [] { return test::RandomBetween(1, int64_t{1} << test::RandomBetween(0, 14)); };
    const int64_t m = extent(), n = extent(), k = extent() - 1, matrices = test::RandomBetween(1, 9);
    const int64_t depth = test::RandomBetween(0, 1) ? 32 : 64;
    const Plan plan = MakePlan(m, n, k, matrices, depth, test::RandomBetween(0, 1));
    const int64_t tile = plan.large ? 128 : 64, steps = (k + depth - 1) / depth;
    EXPECT(plan.tiles_m * tile >= m && (plan.tiles_m - 1) * tile < m && plan.tiles_n * tile >= n &&
               (plan.tiles_n - 1) * tile < n,
           "tiles", m, n);
    EXPECT(int64_t{plan.splits} * plan.split_steps >= steps, "k is not covered", k, plan.splits, plan.split_steps);
    EXPECT(plan.splits == 1 || int64_t{plan.splits - 1} * plan.split_steps < steps, "an empty part", k, plan.splits);
    EXPECT(plan.splits == 1 || plan.split_steps >= kSplitSteps, "parts are too short", k, plan.splits);
  }
}

TEST(Divisions) {
  for (int64_t trial = 0; trial < test::Trials(200000); ++trial) {
    const int64_t divisor = test::RandomBetween(1, int64_t{1} << test::RandomBetween(0, 30));
    const int64_t number = test::RandomBetween(0, (int64_t{1} << test::RandomBetween(0, 31)) - 1);
    EXPECT(Divider(divisor).Quotient(static_cast<uint32_t>(number)) == number / divisor, number, divisor);
  }
}

}  // namespace
}  // namespace keraunos::cuda

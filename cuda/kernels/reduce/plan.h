// How a reduction is cut into blocks. Everything here comes from the shape alone, because it decides the order of sums.
#pragma once
#include <cstdint>

#include "cuda/kernels/divide.h"
#include "kernels/params.h"

namespace keraunos::cuda {

enum class ReduceWay { kNothing, kShortRows, kLongRows, kShortColumns, kColumns };

struct ReducePlan {
  ReduceWay way;
  int lanes;            // of a short row
  int items;            // columns per thread
  int across;           // threads beside each other
  int64_t tiles;        // of the columns
  int64_t parts, part;  // of the rows of columns, or of long rows
};

// Blocks that fill any device; fewer are cut into parts.
inline constexpr int64_t kEnoughBlocks = 1024;
inline constexpr int64_t kMostParts = 1024;
inline constexpr int64_t kShortRow = 1024;
inline constexpr int64_t kShortColumn = 64;
// Elements that are worth a block of their own.
inline constexpr int64_t kElementsOfPart = 16384;

inline void CutIntoParts(int64_t count, int64_t blocks, int64_t fewest, int64_t multiple, ReducePlan& plan) {
  plan.parts = 1;
  if (blocks < kEnoughBlocks) {
    const int64_t wanted = CeilDivide(kEnoughBlocks, blocks > 0 ? blocks : 1), most = CeilDivide(count, fewest);
    plan.parts = wanted < most ? wanted : most;
    if (plan.parts > kMostParts) plan.parts = kMostParts;
    if (plan.parts < 1) plan.parts = 1;
  }
  plan.part = CeilDivide(CeilDivide(count, plan.parts), multiple) * multiple;
  plan.parts = plan.part > 0 ? CeilDivide(count, plan.part) : 1;
  if (plan.parts < 1) plan.parts = 1;
}

// items: elements of a pack. threads: of a block.
inline ReducePlan PlanReduction(const Reduce& shape, int items, int threads) {
  ReducePlan plan = {ReduceWay::kNothing, 1, 1, 1, 1, 1, shape.count};
  if (shape.outer == 0 || shape.inner == 0) return plan;
  if (shape.inner == 1 && shape.count <= kShortRow) {
    plan.way = ReduceWay::kShortRows;
    while (plan.lanes < 32 && plan.lanes * items < shape.count) plan.lanes *= 2;
    return plan;
  }
  if (shape.inner == 1) {
    plan.way = ReduceWay::kLongRows;
    CutIntoParts(shape.count, shape.outer, kElementsOfPart, threads * items, plan);
    return plan;
  }
  plan.items = shape.inner % items == 0 ? items : 1;
  if (shape.count <= kShortColumn && shape.outer * shape.inner >= 8192) {
    plan.way = ReduceWay::kShortColumns;
    return plan;
  }
  plan.way = ReduceWay::kColumns;
  const int64_t groups = shape.inner / plan.items;
  while (plan.across < 32 && plan.across < groups) plan.across *= 2;
  plan.tiles = CeilDivide(groups, plan.across);
  const int64_t row_elements = plan.across * plan.items, down = threads / plan.across;
  CutIntoParts(shape.count, shape.outer * plan.tiles, CeilDivide(kElementsOfPart / 2, row_elements), down, plan);
  return plan;
}

}  // namespace keraunos::cuda

// A reduction as one or two launches.
#pragma once
#include "cuda/kernels/reduce/columns.cuh"
#include "cuda/kernels/reduce/plan.h"
#include "cuda/kernels/reduce/rows.cuh"

namespace keraunos::cuda {
namespace {

template <class R>
ReducePlan PlanOf(const Reduce& shape) {
  return PlanReduction(shape, kReduceItems<typename R::Element>, kReduceThreads);
}

template <class R>
int64_t ReduceWorkspace(const Call& call) {
  const auto& shape = call.as<Reduce>();
  const ReducePlan plan = PlanOf<R>(shape);
  const auto bytes = static_cast<int64_t>(sizeof(typename R::State));
  return plan.parts > 1 ? shape.outer * plan.parts * shape.inner * bytes : 0;
}

inline Shape Blocks(int64_t blocks) { return {{static_cast<uint32_t>(blocks)}, {kReduceThreads}}; }

// The states of (outer, parts, inner) become results.
template <class R>
void LaunchJoin(const Call& call, const Reduce& shape, int64_t parts) {
  ColumnShape columns = {shape.outer, parts, shape.inner, 1, parts, 1, 1, false};
  while (columns.across < 32 && columns.across < shape.inner) columns.across *= 2;
  columns.tiles = CeilDivide(shape.inner, columns.across);
  Launch(call.queue, "reduce_join", ReduceColumns<R, States<R>, 1>, Blocks(shape.outer * columns.tiles),
         static_cast<const typename R::State*>(call.workspace), call.operand<typename R::Result>(1),
         static_cast<typename R::State*>(nullptr), columns);
}

// The first stage: results, or states in the workspace where the plan has parts.
template <class R>
void LaunchStage(const Call& call, const Reduce& shape, const ReducePlan& plan) {
  using T = typename R::Element;
  constexpr int kItems = kReduceItems<T>;
  const T* in = call.operand<const T>(0);
  auto* out = call.operand<typename R::Result>(1);
  auto* states = static_cast<typename R::State*>(call.workspace);
  const bool aligned_start = IsAligned(in, kItems * static_cast<int64_t>(sizeof(T)));
  const bool aligned_rows = aligned_start && shape.count % kItems == 0;
  switch (plan.way) {
    case ReduceWay::kNothing:
      return;
    case ReduceWay::kShortRows:
      Launch(call.queue, "reduce_rows", ReduceShortRows<R>,
             Blocks(CeilDivide(shape.outer, kReduceThreads / plan.lanes)), in, out, shape.outer, shape.count,
             plan.lanes, aligned_rows);
      return;
    case ReduceWay::kLongRows:
      Launch(call.queue, "reduce_rows", ReduceLongRows<R>, Blocks(shape.outer * plan.parts), in, out, states,
             shape.count, plan.parts, plan.part, aligned_rows);
      return;
    case ReduceWay::kShortColumns: {
      const int64_t results = shape.outer * shape.inner;
      const Shape blocks = Blocks(CeilDivide(CeilDivide(results, plan.items), kReduceThreads));
      if (plan.items == kItems) {
        Launch(call.queue, "reduce_columns", ReduceShortColumns<R, kItems>, blocks, in, out, results, shape.count,
               shape.inner, aligned_start);
      } else {
        Launch(call.queue, "reduce_columns", ReduceShortColumns<R, 1>, blocks, in, out, results, shape.count,
               shape.inner, true);
      }
      return;
    }
    case ReduceWay::kColumns: {
      const ColumnShape columns = {shape.outer, shape.count, shape.inner, plan.parts,
                                   plan.part,   plan.tiles,  plan.across, plan.items == 1 || aligned_start};
      const Shape blocks = Blocks(shape.outer * plan.parts * plan.tiles);
      if (plan.items == kItems) {
        Launch(call.queue, "reduce_columns", ReduceColumns<R, Elements<R>, kItems>, blocks, in, out, states, columns);
      } else {
        Launch(call.queue, "reduce_columns", ReduceColumns<R, Elements<R>, 1>, blocks, in, out, states, columns);
      }
      return;
    }
  }
}

template <class R>
void LaunchReduction(const Call& call) {
  const auto& shape = call.as<Reduce>();
  const ReducePlan plan = PlanOf<R>(shape);
  LaunchStage<R>(call, shape, plan);
  if (plan.parts > 1) LaunchJoin<R>(call, shape, plan.parts);
}

template <uint32_t op, class R>
constexpr KernelEntry kReduction = {op, kDTypeOf<typename R::Element>, LaunchReduction<R>, ReduceWorkspace<R>};

}  // namespace
}  // namespace keraunos::cuda

// softmax, log_softmax, the cross-entropies and their gradients, row by row: the maximum, the sum of exp(x - maximum),
// the result. A row of up to 1024 columns stays in the registers of its lanes and is read once; a longer one is read
// twice by a block. NaN or an infinite maximum makes the row NaN.
#pragma once
#include "cuda/kernels/divide.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "cuda/kernels/reduce/reducers.cuh"
#include "cuda/kernels/reduce/rows.cuh"
#include "device/math.h"

namespace keraunos::cuda {
namespace {

enum class Targets { kNone, kDense, kSparse };

// Which of the six ops: with a logarithm, with a result per row, by which targets.
template <Targets targets, bool log, bool scalar>
struct RowOp {
  static constexpr Targets kTargets = targets;
  static constexpr bool kLog = log, kScalar = scalar;
  static constexpr bool kDense = targets == Targets::kDense;
};
using SoftmaxOp = RowOp<Targets::kNone, false, false>;
using LogSoftmaxOp = RowOp<Targets::kNone, true, false>;
template <Targets targets>
using CrossEntropyOp = RowOp<targets, true, true>;
template <Targets targets>
using CrossEntropyGradOp = RowOp<targets, false, false>;

template <class T>
struct RowOperands {
  const T* x;
  const T* targets;       // dense: (rows, cols)
  const int32_t* labels;  // sparse: (rows,)
  const T* dloss;         // gradients: (rows,)
  T* out;
};

// What a column's result needs of its row.
template <class C>
struct RowNumbers {
  C max, sum, log_sum, total, dloss;  // total: of the targets
  int64_t label;
  bool bad;  // label
};

// exp(x - max); columns that are -inf give 0 whatever max is, so that partial maxima of -inf do no harm.
template <class C>
__device__ __forceinline__ C ExpShifted(C x, C max) {
  return x == static_cast<C>(-INFINITY) ? C(0) : exp(x - max);
}

// term: x - max for ops with a logarithm, else exp(x - max).
template <class Op, class C>
__device__ __forceinline__ C ColumnResult(const RowNumbers<C>& row, C term, C target, int64_t column) {
  if constexpr (Op::kTargets == Targets::kNone) {
    return Op::kLog ? term - row.log_sum : term / row.sum;
  } else if constexpr (Op::kScalar) {
    if constexpr (Op::kDense) return Product(target, row.log_sum - term);
    return column == row.label ? row.log_sum - term : C(0);
  } else {
    const C t = Op::kDense ? target : column == row.label ? C(1) : C(0);
    return row.bad ? static_cast<C>(NAN) : Product(Sum(Product(term / row.sum, row.total), -t), row.dloss);
  }
}

template <class Op, class T>
__device__ __forceinline__ RowNumbers<Compute<T>> ReadRowNumbers(const RowOperands<T>& o, int64_t row, int64_t cols) {
  RowNumbers<Compute<T>> numbers = {};
  numbers.total = 1;
  if constexpr (Op::kTargets == Targets::kSparse) {
    numbers.label = o.labels[row];
    numbers.bad = numbers.label < 0 || numbers.label >= cols;
  }
  if constexpr (Op::kTargets != Targets::kNone && !Op::kScalar) numbers.dloss = Widen(o.dloss[row]);
  return numbers;
}

constexpr int kRowThreads = 256;

// `lanes` lanes for each row, kItems columns for each of them, `lanes` apart.
template <class Op, class T, int kItems>
__global__ void __launch_bounds__(kRowThreads, 1)
    ShortSoftmaxRows(const __grid_constant__ RowOperands<T> o, int64_t rows, int cols, int lanes) {
  using C = Compute<T>;
  using MaxOf = Fold<C, MaxOp>;
  using SumOf = Fold<C, SumOp>;
  const int64_t row = static_cast<int64_t>(blockIdx.x) * (kRowThreads / lanes) + static_cast<int>(threadIdx.x) / lanes;
  const int lane = static_cast<int>(threadIdx.x) % lanes;
  const bool exists = row < rows;
  const int64_t at = (exists ? row : 0) * cols;
  const int end = exists ? cols : 0;
  C x[kItems], targets[kItems];
#pragma unroll
  for (int i = 0; i < kItems; ++i) {
    const int column = lane + i * lanes;
    x[i] = column < end ? Widen(o.x[at + column]) : static_cast<C>(-INFINITY);
    if constexpr (Op::kDense) targets[i] = column < end ? Widen(o.targets[at + column]) : C(0);
  }
  RowNumbers<C> numbers = {};
  if (exists) numbers = ReadRowNumbers<Op>(o, row, cols);
  C max = x[0], sum = 0, total = 0;
#pragma unroll
  for (int i = 1; i < kItems; ++i) max = x[i] > max ? x[i] : max;
  numbers.max = max = JoinLanes<MaxOf>(max, lanes);
#pragma unroll
  for (int i = 0; i < kItems; ++i) {
    const C shifted = x[i] - max;
    const bool inside = lane + i * lanes < end;
    const C term = inside ? exp(shifted) : C(0);
    sum += term;
    x[i] = Op::kLog ? shifted : term;
    if constexpr (Op::kDense && !Op::kScalar) total += targets[i];
  }
  numbers.sum = JoinLanes<SumOf>(sum, lanes);
  if constexpr (Op::kDense && !Op::kScalar) numbers.total = JoinLanes<SumOf>(total, lanes);
  if constexpr (Op::kLog) numbers.log_sum = log(numbers.sum);
  C loss = 0;
#pragma unroll
  for (int i = 0; i < kItems; ++i) {
    const int column = lane + i * lanes;
    if (column >= end) continue;
    const C result = ColumnResult<Op>(numbers, x[i], targets[i], column);
    if constexpr (Op::kScalar) {
      loss += result;
    } else {
      o.out[at + column] = Narrow<T>(result);
    }
  }
  if constexpr (Op::kScalar) {
    loss = JoinLanes<SumOf>(loss, lanes);
    if (exists && lane == 0) o.out[row] = Narrow<T>(numbers.bad ? static_cast<C>(NAN) : loss);
  }
}

// Joins a number of every thread of the block; all get the result.
template <class R>
__device__ __forceinline__ typename R::State JoinBlockForAll(typename R::State value) {
  __shared__ typename R::State result;
  value = JoinBlock<R>(value);
  if (threadIdx.x == 0) result = value;
  __syncthreads();
  value = result;
  __syncthreads();
  return value;
}

// A block for each row.
template <class Op, class T>
__global__ void __launch_bounds__(kReduceThreads)
    LongSoftmaxRows(const __grid_constant__ RowOperands<T> o, int64_t cols, bool aligned) {
  using C = Compute<T>;
  using MaxOf = Fold<C, MaxOp>;
  using SumOf = Fold<C, SumOp>;
  constexpr int kItems = kAccessBytes / static_cast<int>(sizeof(T));
  const int64_t row = blockIdx.x, at = row * cols, step = kReduceThreads * kItems;
  RowNumbers<C> numbers = ReadRowNumbers<Op>(o, row, cols);
  C max = static_cast<C>(-INFINITY), sum = 0, total = 0;
  for (int64_t column = threadIdx.x * kItems; column < cols; column += step) {
    const auto x = ReadItems<T, kItems>(o.x + at + column, cols - column, aligned);
    C highest = max;
#pragma unroll
    for (int i = 0; i < kItems; ++i) {
      if (column + i < cols && Widen(x.items[i]) > highest) highest = Widen(x.items[i]);
    }
    if (highest > max) sum *= exp(max - highest);
    max = highest;
#pragma unroll
    for (int i = 0; i < kItems; ++i) {
      if (column + i < cols) sum += ExpShifted(Widen(x.items[i]), max);
    }
    if constexpr (Op::kDense && !Op::kScalar) {
      const auto targets = ReadItems<T, kItems>(o.targets + at + column, cols - column, aligned);
#pragma unroll
      for (int i = 0; i < kItems; ++i) {
        if (column + i < cols) total += Widen(targets.items[i]);
      }
    }
  }
  numbers.max = JoinBlockForAll<MaxOf>(max);
  numbers.sum = JoinBlockForAll<SumOf>(sum * exp(max - numbers.max));
  if constexpr (Op::kDense && !Op::kScalar) numbers.total = JoinBlockForAll<SumOf>(total);
  if constexpr (Op::kLog) numbers.log_sum = log(numbers.sum);
  C loss = 0;
  for (int64_t column = threadIdx.x * kItems; column < cols; column += step) {
    const auto x = ReadItems<T, kItems>(o.x + at + column, cols - column, aligned);
    Pack<T, kItems> targets = {}, results;
    if constexpr (Op::kDense) {
      targets = ReadItems<T, kItems>(o.targets + at + column, cols - column, aligned);
    }
#pragma unroll
    for (int i = 0; i < kItems; ++i) {
      const C shifted = Widen(x.items[i]) - numbers.max;
      const C result =
          ColumnResult<Op>(numbers, Op::kLog ? shifted : exp(shifted), Widen(targets.items[i]), column + i);
      if (Op::kScalar && column + i < cols) loss += result;
      results.items[i] = Narrow<T>(result);
    }
    if constexpr (!Op::kScalar) {
      if (aligned && column + kItems <= cols) {
        StorePack(o.out + at + column, results);
      } else {
#pragma unroll
        for (int i = 0; i < kItems; ++i) {
          if (column + i < cols) o.out[at + column + i] = results.items[i];
        }
      }
    }
  }
  if constexpr (Op::kScalar) {
    loss = JoinBlock<SumOf>(loss);
    if (threadIdx.x == 0) o.out[row] = Narrow<T>(numbers.bad ? static_cast<C>(NAN) : loss);
  }
}

template <class Op, class T>
void LaunchSoftmax(const Call& call) {
  const auto& params = call.as<Rows>();
  if (params.rows == 0 || (params.cols == 0 && !Op::kScalar)) return;
  RowOperands<T> o = {call.operand<const T>(0), nullptr, nullptr, nullptr, nullptr};
  int next = 1;
  if (Op::kTargets == Targets::kDense) o.targets = call.operand<const T>(next++);
  if (Op::kTargets == Targets::kSparse) o.labels = call.operand<const int32_t>(next++);
  if (Op::kTargets != Targets::kNone && !Op::kScalar) o.dloss = call.operand<const T>(next++);
  o.out = call.operand<T>(next);
  constexpr int kFew = 4, kMany = 32;
  if (params.cols > 32 * kMany) {
    const int64_t bytes = kAccessBytes;
    const bool aligned = params.cols * static_cast<int64_t>(sizeof(T)) % bytes == 0 && IsAligned(o.x, bytes) &&
                         IsAligned(o.targets, bytes) && (Op::kScalar || IsAligned(o.out, bytes));
    Launch(call.queue, "softmax", LongSoftmaxRows<Op, T>, Shape{{static_cast<uint32_t>(params.rows)}, {kReduceThreads}},
           o, params.cols, aligned);
    return;
  }
  int lanes = 1;
  while (lanes < 32 && lanes * kFew < params.cols) lanes *= 2;
  const Shape shape = {{static_cast<uint32_t>(CeilDivide(params.rows, kRowThreads / lanes))}, {kRowThreads}};
  const int cols = static_cast<int>(params.cols);
  if (params.cols <= 32 * kFew) {
    Launch(call.queue, "softmax", ShortSoftmaxRows<Op, T, kFew>, shape, o, params.rows, cols, lanes);
  } else {
    Launch(call.queue, "softmax", ShortSoftmaxRows<Op, T, kMany>, shape, o, params.rows, cols, lanes);
  }
}

}  // namespace
}  // namespace keraunos::cuda

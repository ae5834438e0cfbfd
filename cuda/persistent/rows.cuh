// Rows and reductions on a range of units, by one block: a warp for each row, columns lane by lane.
#pragma once
#include "cuda/kernels/reduce/reducers.cuh"
#include "cuda/kernels/rows/softmax.cuh"
#include "cuda/persistent/plan.h"

namespace keraunos::cuda {
namespace {

__device__ __forceinline__ float WarpSum(float value) {
  for (int bits = 16; bits; bits /= 2) value += __shfl_xor_sync(0xffffffffu, value, bits);
  return value;
}

// softmax, log_softmax, cross-entropies and gradients; operands as of the launched kernels.
template <class Op>
__device__ void SoftmaxRows(const Rows& p, void* const* operands, int64_t begin, int64_t end) {
  RowOperands<float> o = {static_cast<const float*>(operands[0]), nullptr, nullptr, nullptr, nullptr};
  int next = 1;
  if constexpr (Op::kTargets == Targets::kDense) o.targets = static_cast<const float*>(operands[next++]);
  if constexpr (Op::kTargets == Targets::kSparse) o.labels = static_cast<const int32_t*>(operands[next++]);
  if constexpr (Op::kTargets != Targets::kNone && !Op::kScalar) o.dloss = static_cast<const float*>(operands[next++]);
  o.out = static_cast<float*>(operands[next]);
  const int lane = threadIdx.x % 32;
  for (int64_t row = begin + threadIdx.x / 32; row < end; row += kPersistentWarps) {
    const float* const x = o.x + row * p.cols;
    RowNumbers<float> numbers = ReadRowNumbers<Op>(o, row, p.cols);
    float max = static_cast<float>(-INFINITY), sum = 0, total = 0, loss = 0;
    for (int64_t column = lane; column < p.cols; column += 32) max = x[column] > max ? x[column] : max;
    for (int bits = 16; bits; bits /= 2) {
      const float other = __shfl_xor_sync(0xffffffffu, max, bits);
      max = other > max ? other : max;
    }
    numbers.max = max;
    for (int64_t column = lane; column < p.cols; column += 32) {
      sum += exp(x[column] - max);
      if constexpr (Op::kDense && !Op::kScalar) total += o.targets[row * p.cols + column];
    }
    numbers.sum = WarpSum(sum);
    if constexpr (Op::kDense && !Op::kScalar) numbers.total = WarpSum(total);
    if constexpr (Op::kLog) numbers.log_sum = log(numbers.sum);
    for (int64_t column = lane; column < p.cols; column += 32) {
      const float shifted = x[column] - max;
      float target = 0;
      if constexpr (Op::kDense) target = o.targets[row * p.cols + column];
      const float result = ColumnResult<Op>(numbers, Op::kLog ? shifted : exp(shifted), target, column);
      if constexpr (Op::kScalar) {
        loss += result;
      } else {
        o.out[row * p.cols + column] = result;
      }
    }
    if constexpr (Op::kScalar) {
      loss = WarpSum(loss);
      if (lane == 0) o.out[row] = numbers.bad ? static_cast<float>(NAN) : loss;
    }
  }
}

// in (outer, count, inner) -> out (outer, inner): a warp for each result.
__device__ void SumRows(const Reduce& p, void* const* operands, int64_t begin, int64_t end) {
  const int64_t each = p.outer > 1 ? p.inner : 1;  // results of a unit
  const int lane = threadIdx.x % 32;
  for (int64_t result = begin * each + threadIdx.x / 32; result < end * each; result += kPersistentWarps) {
    const int64_t outer = p.outer > 1 ? result / p.inner : 0, inner = p.outer > 1 ? result % p.inner : result;
    const float* const from = static_cast<const float*>(operands[0]) + outer * p.count * p.inner + inner;
    float sum = 0;
    for (int64_t i = lane; i < p.count; i += 32) sum += from[i * p.inner];
    sum = WarpSum(sum);
    if (lane == 0) static_cast<float*>(operands[1])[result] = sum;
  }
}

// The first of equals; the first NaN wins.
__device__ void ArgmaxRows(const Reduce& p, void* const* operands, int64_t begin, int64_t end) {
  const int64_t each = p.outer > 1 ? p.inner : 1;
  for (int64_t result = begin * each + threadIdx.x; result < end * each; result += kPersistentThreads) {
    const int64_t outer = p.outer > 1 ? result / p.inner : 0, inner = p.outer > 1 ? result % p.inner : result;
    const float* const from = static_cast<const float*>(operands[0]) + outer * p.count * p.inner + inner;
    int64_t best = 0;
    float most = from[0];
    for (int64_t i = 1; i < p.count && most == most; ++i) {
      const float x = from[i * p.inner];
      if (x > most || x != x) best = i, most = x;
    }
    static_cast<int32_t*>(operands[1])[result] = static_cast<int32_t>(best);
  }
}

}  // namespace
}  // namespace keraunos::cuda

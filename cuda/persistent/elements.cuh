// Elementwise instructions, casts, fills, gathers and optimizer updates on a range of units, by one block. The functors
// are those of the launched kernels.
#pragma once
#include "cuda/kernels/convert.h"
#include "cuda/kernels/elementwise/functors.cuh"
#include "cuda/kernels/movement/convert.cuh"
#include "cuda/kernels/update/rules.cuh"
#include "cuda/persistent/plan.h"

namespace keraunos::cuda {
namespace {

// Calls visit(element of the result, elements of the operands) for units [begin, end) of dims[0].
template <int inputs, class Visit>
__device__ void ForElements(const Elementwise& p, int64_t begin, int64_t end, const Visit& visit) {
  uint32_t inner = 1;
  for (int64_t axis = 1; axis < p.rank; ++axis) inner *= static_cast<uint32_t>(p.dims[axis]);
  const auto last = static_cast<uint32_t>(end) * inner;
  for (uint32_t element = static_cast<uint32_t>(begin) * inner + threadIdx.x; element < last;
       element += kPersistentThreads) {
    int64_t at[inputs] = {};
    uint32_t rest = element;
    for (int64_t axis = p.rank - 1; axis >= 0; --axis) {
      const auto extent = static_cast<uint32_t>(p.dims[axis]);
      const uint32_t index = axis ? rest % extent : rest;
      rest = axis ? rest / extent : 0;
#pragma unroll
      for (int i = 0; i < inputs; ++i) at[i] += index * p.strides[i][axis];
    }
    visit(element, at);
  }
}

// Comparisons give C++'s bool, stored as the byte that Bool is; other results have the operands' type.
template <class R, class T>
using Stored = std::conditional_t<std::is_same_v<R, bool>, Bool, T>;

template <class Functor, class T>
__device__ void Unary(const Elementwise& p, void* const* operands, int64_t begin, int64_t end) {
  using R = Stored<decltype(Functor::Apply(T())), T>;
  ForElements<1>(p, begin, end, [&](uint32_t element, const int64_t (&at)[1]) {
    static_cast<R*>(operands[1])[element] = R(Functor::Apply(static_cast<const T*>(operands[0])[at[0]]));
  });
}

template <class Functor, class T>
__device__ void Binary(const Elementwise& p, void* const* operands, int64_t begin, int64_t end) {
  using R = Stored<decltype(Functor::Apply(T(), T())), T>;
  ForElements<2>(p, begin, end, [&](uint32_t element, const int64_t (&at)[2]) {
    static_cast<R*>(operands[2])[element] =
        R(Functor::Apply(static_cast<const T*>(operands[0])[at[0]], static_cast<const T*>(operands[1])[at[1]]));
  });
}

template <class T>
__device__ void Where(const Elementwise& p, void* const* operands, int64_t begin, int64_t end) {
  ForElements<3>(p, begin, end, [&](uint32_t element, const int64_t (&at)[3]) {
    static_cast<T*>(operands[3])[element] = static_cast<const Bool*>(operands[0])[at[0]]
                                                ? static_cast<const T*>(operands[1])[at[1]]
                                                : static_cast<const T*>(operands[2])[at[2]];
  });
}

template <class To, class From>
__device__ void CastRows(const Cast& p, void* const* operands, int64_t begin, int64_t end) {
  for (int64_t i = begin * p.cols + threadIdx.x; i < end * p.cols; i += kPersistentThreads) {
    const From x = static_cast<const From*>(operands[0])[i];
    if constexpr (kDTypeOf<To> == kFloat32) {
      const float value = Convert<float>(x);
      static_cast<To*>(operands[1])[i] =
          p.scale == 1 && p.offset == 0
              ? value
              : Sum(Product(value, static_cast<float>(p.scale)), static_cast<float>(p.offset));
    } else {
      static_cast<To*>(operands[1])[i] = Convert<To>(x);
    }
  }
}

template <class To, class From>
__device__ void GatherRows(const Batch& p, void* const* operands, int64_t begin, int64_t end) {
  const RowSource rows = {static_cast<const int64_t*>(operands[2]), static_cast<const int32_t*>(operands[1]),
                          p.source_rows, p.order_rows};
  for (int64_t row = begin; row < end; ++row) {
    const From* const from = static_cast<const From*>(operands[0]) + rows.Row(row) * p.row_elements;
    To* const to = static_cast<To*>(operands[3]) + row * p.row_elements;
    for (int64_t i = threadIdx.x; i < p.row_elements; i += kPersistentThreads) {
      if constexpr (kDTypeOf<To> == kFloat32) {
        const float value = Convert<float>(from[i]);
        to[i] = p.scale == 1 && p.offset == 0
                    ? value
                    : Sum(Product(value, static_cast<float>(p.scale)), static_cast<float>(p.offset));
      } else {
        to[i] = Convert<To>(from[i]);
      }
    }
  }
}

template <class T>
__device__ void FillRows(const Fill& p, void* const* operands, int64_t begin, int64_t end) {
  for (int64_t i = begin * p.cols + threadIdx.x; i < end * p.cols; i += kPersistentThreads) {
    static_cast<T*>(operands[0])[i] = Convert<T>(p.value);
  }
}

// (states, gradient, rate[, step]) -> states. Every thread prepares the rule for itself: the powers of Adam cost as
// much as a barrier to share them.
template <template <class> class Rule>
__device__ void UpdateRows(const Update& p, void* const* operands, int64_t begin, int64_t end) {
  using R = Rule<float>;
  constexpr int kStates = R::kStates;
  constexpr bool kCounts = std::is_same_v<R, Adam<float>>;
  R rule;
  rule.Prepare(p.c, *static_cast<const float*>(operands[kStates + 1]),
               kCounts ? static_cast<const int64_t*>(operands[kStates + 2]) : nullptr);
  void* const* const outputs = operands + kStates + 2 + (kCounts ? 1 : 0);
  for (int64_t i = begin * p.cols + threadIdx.x; i < end * p.cols; i += kPersistentThreads) {
    float state[kStates];
#pragma unroll
    for (int s = 0; s < kStates; ++s) state[s] = static_cast<const float*>(operands[s])[i];
    rule.Step(state, static_cast<const float*>(operands[kStates])[i]);
#pragma unroll
    for (int s = 0; s < kStates; ++s) static_cast<float*>(outputs[s])[i] = state[s];
  }
}

}  // namespace
}  // namespace keraunos::cuda

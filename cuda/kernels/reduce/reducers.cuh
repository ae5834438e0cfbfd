// What reductions do with elements: a state per result, how an element joins it, how two states join. Joining is
// commutative to the bit, so a butterfly of lanes leaves the same state in all of them.
#pragma once
#include "cuda/kernels/pack.h"
#include "device/math.h"

namespace keraunos::cuda {
namespace {

template <class T>
inline constexpr bool kHasNan = false;
template <>
inline constexpr bool kHasNan<float> = true;
template <>
inline constexpr bool kHasNan<double> = true;

template <class T>
__device__ __forceinline__ T LowestValue() {
  if constexpr (kHasNan<T>) {
    return static_cast<T>(-INFINITY);
  } else if constexpr (sizeof(T) == 1) {
    return T(0);
  } else {
    return static_cast<T>(uint64_t{1} << (8 * sizeof(T) - 1));
  }
}
template <class T>
__device__ __forceinline__ T HighestValue() {
  if constexpr (kHasNan<T>) {
    return static_cast<T>(INFINITY);
  } else if constexpr (kDTypeOf<T> == kBool) {
    return T(true);
  } else {
    return static_cast<T>(~LowestValue<T>());
  }
}

// A state that is one number of the type that T is computed in.
template <class T, class Op>
struct Fold {
  using Element = T;
  using Result = T;
  using State = Compute<T>;
  static __device__ __forceinline__ State Empty() { return Op::template Empty<State>(); }
  static __device__ __forceinline__ void Add(State& state, T element, int64_t) {
    state = Op::Join(state, Widen(element));
  }
  static __device__ __forceinline__ State Join(State a, State b) { return Op::Join(a, b); }
  static __device__ __forceinline__ Result Finish(State state) { return Narrow<T>(state); }
};

struct SumOp {
  template <class C>
  static __device__ __forceinline__ C Empty() {
    return C(0);
  }
  template <class C>
  static __device__ __forceinline__ C Join(C a, C b) {
    return static_cast<C>(a + b);
  }
};
struct ProductOp {
  template <class C>
  static __device__ __forceinline__ C Empty() {
    return C(1);
  }
  template <class C>
  static __device__ __forceinline__ C Join(C a, C b) {
    return static_cast<C>(a * b);
  }
};
// NaN wins; bool: any, all.
struct MaxOp {
  template <class C>
  static __device__ __forceinline__ C Empty() {
    return LowestValue<C>();
  }
  template <class C>
  static __device__ __forceinline__ C Join(C a, C b) {
    return a > b || a != a ? a : b;
  }
};
struct MinOp {
  template <class C>
  static __device__ __forceinline__ C Empty() {
    return HighestValue<C>();
  }
  template <class C>
  static __device__ __forceinline__ C Join(C a, C b) {
    return a < b || a != a ? a : b;
  }
};

struct Greater {
  template <class C>
  static __device__ __forceinline__ bool Better(C a, C b) {
    return a > b;
  }
};
struct Less {
  template <class C>
  static __device__ __forceinline__ bool Better(C a, C b) {
    return a < b;
  }
};

// Where the best element is: the first of equals, the first NaN before all; 0 when there is none.
template <class C>
struct Place {
  C value;
  int32_t index;
};
template <class T, class Order>
struct Arg {
  using Element = T;
  using Result = int32_t;
  using State = Place<Compute<T>>;
  static constexpr int32_t kNone = 0x7fffffff;
  static __device__ __forceinline__ State Empty() { return {Compute<T>(0), kNone}; }
  static __device__ __forceinline__ void Add(State& state, T element, int64_t index) {
    state = Join(state, {Widen(element), static_cast<int32_t>(index)});
  }
  static __device__ __forceinline__ State Join(State a, State b) {
    if (b.index == kNone) return a;
    if (a.index == kNone) return b;
    const bool nan_a = a.value != a.value, nan_b = b.value != b.value;
    const bool b_wins = Order::Better(b.value, a.value) || (nan_b && !nan_a);
    const bool equal = a.value == b.value || (nan_a && nan_b);
    return b_wins || (equal && b.index < a.index) ? b : a;
  }
  static __device__ __forceinline__ Result Finish(State state) { return state.index == kNone ? 0 : state.index; }
};

template <class C>
__device__ __forceinline__ C FromLane(C value, int bits) {
  if constexpr (sizeof(C) == 1) {
    return static_cast<C>(__shfl_xor_sync(0xffffffffu, static_cast<int>(value), bits));
  } else {
    return __shfl_xor_sync(0xffffffffu, value, bits);
  }
}
template <class C>
__device__ __forceinline__ Place<C> FromLane(Place<C> place, int bits) {
  return {FromLane(place.value, bits), __shfl_xor_sync(0xffffffffu, place.index, bits)};
}

// Joins the states of `lanes` neighbouring lanes, a power of two; each of them gets the result. All lanes of the warp
// take part.
template <class R>
__device__ __forceinline__ typename R::State JoinLanes(typename R::State state, int lanes = 32) {
  for (int bits = lanes / 2; bits > 0; bits /= 2) state = R::Join(state, FromLane(state, bits));
  return state;
}

}  // namespace
}  // namespace keraunos::cuda

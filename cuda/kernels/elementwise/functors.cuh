// A functor per row of cpp/kernels/elementwise/functions.inc: the same expressions as on the processor, on single
// elements. Integer and float versions of one op are told apart by the kind.
#pragma once
#include "cuda/kernels/elementwise/scalar.cuh"

namespace keraunos::cuda {
namespace {

// kHeavy: so many instructions that unrolling over elements brings code and no speed.
#define FUNCTOR_1(kind, name, heavy, expression)        \
  struct kind##_##name {                                \
    static constexpr bool kHeavy = heavy;               \
    template <class T>                                  \
    static __device__ __forceinline__ auto Apply(T x) { \
      using V [[maybe_unused]] = T;                     \
      return expression;                                \
    }                                                   \
  };
#define FUNCTOR_2(kind, name, heavy, expression)             \
  struct kind##_##name {                                     \
    static constexpr bool kHeavy = heavy;                    \
    template <class T>                                       \
    static __device__ __forceinline__ auto Apply(T x, T y) { \
      using V [[maybe_unused]] = T;                          \
      return expression;                                     \
    }                                                        \
  };
#define NUMBER_UNARY(name, expression) FUNCTOR_1(Scalar, name, false, expression)
#define VECTOR_UNARY(name, expression) FUNCTOR_1(Vector, name, true, expression)
#define SINGLE_UNARY(name, expression) FUNCTOR_1(Scalar, name, false, expression)
#define INTEGER_UNARY(name, expression) FUNCTOR_1(Scalar, name, false, expression)
#define BOOL_UNARY(name, expression) FUNCTOR_1(Scalar, name, false, expression)
#define FLOAT_UNARY_TO_BOOL(name, expression) FUNCTOR_1(Scalar, name, false, expression)
#define ALL_BINARY(name, expression) FUNCTOR_2(Scalar, name, false, expression)
#define FLOAT_BINARY(name, expression) FUNCTOR_2(Scalar, name, false, expression)
#define NUMBER_BINARY(name, expression) FUNCTOR_2(Scalar, name, true, expression)
#define INTEGER_BINARY(name, expression) FUNCTOR_2(Scalar, name, true, expression)
#define VECTOR_BINARY(name, expression) FUNCTOR_2(Vector, name, true, expression)
#define ALL_BINARY_TO_BOOL(name, expression) FUNCTOR_2(Scalar, name, false, expression)
#define BOOL_BINARY(name, expression) FUNCTOR_2(Scalar, name, false, expression)
#include "kernels/elementwise/functions.inc"
#undef FUNCTOR_1
#undef FUNCTOR_2

}  // namespace
}  // namespace keraunos::cuda

// Family elementwise: out[i] = f(in0[i], in1[i], in2[i]) over dims with strides (params.h: Elementwise).
// Unit: one index of dims[0]. out is contiguous and may be the very buffer of a contiguous input; strides >= 0; any
// sizes, also 0. Cost: one pass over the operands; scratch: three tiles of kTile elements.
#include "kernels/elementwise/driver.h"
#include "kernels/elementwise/scalar.h"
#include "kernels/simd/half.h"
#include "kernels/simd/math.h"

namespace keraunos {
namespace {

// ivdep: out may be an input, but only element on element, which carries nothing from one step of the loop to the next.
template <class F, class T, class R>
void ScalarUnaryRow(const void* const* inputs, void* output, int64_t n) {
  const T* in = static_cast<const T*>(inputs[0]);
  R* out = static_cast<R*>(output);
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) out[i] = F::template Apply<T>(in[i]);
}

template <class F, class T, class R>
void ScalarBinaryRow(const void* const* inputs, void* output, int64_t n) {
  const T* left = static_cast<const T*>(inputs[0]);
  const T* right = static_cast<const T*>(inputs[1]);
  R* out = static_cast<R*>(output);
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) out[i] = F::template Apply<T>(left[i], right[i]);
}

// The last, partial vector goes through the same function: an element's bits do not depend on its place.
template <class F, class T, class>
void VectorUnaryRow(const void* const* inputs, void* output, int64_t n) {
  const T* in = static_cast<const T*>(inputs[0]);
  T* out = static_cast<T*>(output);
  int64_t i = 0;
  for (; i + kVecLanes<T> <= n; i += kVecLanes<T>) store(out + i, F::template Apply<Vec<T>>(load(in + i)));
  if (i < n) store_n(out + i, F::template Apply<Vec<T>>(load_n(in + i, n - i)), n - i);
}

template <class F, class T, class>
void VectorBinaryRow(const void* const* inputs, void* output, int64_t n) {
  const T* left = static_cast<const T*>(inputs[0]);
  const T* right = static_cast<const T*>(inputs[1]);
  T* out = static_cast<T*>(output);
  int64_t i = 0;
  for (; i + kVecLanes<T> <= n; i += kVecLanes<T>) {
    store(out + i, F::template Apply<Vec<T>>(load(left + i), load(right + i)));
  }
  if (i < n) store_n(out + i, F::template Apply<Vec<T>>(load_n(left + i, n - i), load_n(right + i, n - i)), n - i);
}

template <class T>
void WhereRow(const void* const* inputs, void* output, int64_t n) {
  const Bool* condition = static_cast<const Bool*>(inputs[0]);
  const T* left = static_cast<const T*>(inputs[1]);
  const T* right = static_cast<const T*>(inputs[2]);
  T* out = static_cast<T*>(output);
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) out[i] = condition[i] ? left[i] : right[i];
}

template <class T, class R, RowFunction row>
void Unary(const void* params, void* const* operands, int64_t begin, int64_t end, void* scratch) {
  constexpr int64_t kBytes[] = {sizeof(T), sizeof(R)};
  RunElementwise<1>(*static_cast<const Elementwise*>(params), operands, begin, end, scratch, kBytes, row);
}

template <class T, class R, RowFunction row>
void Binary(const void* params, void* const* operands, int64_t begin, int64_t end, void* scratch) {
  constexpr int64_t kBytes[] = {sizeof(T), sizeof(T), sizeof(R)};
  RunElementwise<2>(*static_cast<const Elementwise*>(params), operands, begin, end, scratch, kBytes, row);
}

template <class T>
void Where(const void* params, void* const* operands, int64_t begin, int64_t end, void* scratch) {
  constexpr int64_t kBytes[] = {1, sizeof(T), sizeof(T), sizeof(T)};
  RunElementwise<3>(*static_cast<const Elementwise*>(params), operands, begin, end, scratch, kBytes, WhereRow<T>);
}

// First reading of the rows: a functor per row. Integer and float versions of one op are told apart by the kind.
#define FUNCTOR_1(kind, name, expression)    \
  struct kind##_##name {                     \
    template <class T>                       \
    static KERAUNOS_INLINE auto Apply(T x) { \
      using V [[maybe_unused]] = T;          \
      return expression;                     \
    }                                        \
  };
#define FUNCTOR_2(kind, name, expression)         \
  struct kind##_##name {                          \
    template <class T>                            \
    static KERAUNOS_INLINE auto Apply(T x, T y) { \
      using V [[maybe_unused]] = T;               \
      return expression;                          \
    }                                             \
  };
#define NUMBER_UNARY(name, expression) FUNCTOR_1(Scalar, name, expression)
#define VECTOR_UNARY(name, expression) FUNCTOR_1(Vector, name, expression)
#define SINGLE_UNARY(name, expression) FUNCTOR_1(Scalar, name, expression)
#define INTEGER_UNARY(name, expression) FUNCTOR_1(Scalar, name, expression)
#define BOOL_UNARY(name, expression) FUNCTOR_1(Scalar, name, expression)
#define FLOAT_UNARY_TO_BOOL(name, expression) FUNCTOR_1(Scalar, name, expression)
#define ALL_BINARY(name, expression) FUNCTOR_2(Scalar, name, expression)
#define FLOAT_BINARY(name, expression) FUNCTOR_2(Scalar, name, expression)
#define NUMBER_BINARY(name, expression) FUNCTOR_2(Scalar, name, expression)
#define INTEGER_BINARY(name, expression) FUNCTOR_2(Scalar, name, expression)
#define VECTOR_BINARY(name, expression) FUNCTOR_2(Vector, name, expression)
#define ALL_BINARY_TO_BOOL(name, expression) FUNCTOR_2(Scalar, name, expression)
#define BOOL_BINARY(name, expression) FUNCTOR_2(Scalar, name, expression)
#include "kernels/elementwise/functions.inc"

// Second reading: the table.
#define ENTRY(kind, arity, name, T, R) {kOp_##name, kDTypeOf<T>, arity<T, R, kind##arity##Row<kind##_##name, T, R>>},
#define FLOATS(kind, arity, name) ENTRY(kind, arity, name, float, float) ENTRY(kind, arity, name, double, double)
#define INTEGERS(kind, arity, name)          \
  ENTRY(kind, arity, name, uint8_t, uint8_t) \
  ENTRY(kind, arity, name, int32_t, int32_t) ENTRY(kind, arity, name, int64_t, int64_t)
#define NUMBER_UNARY(name, expression) INTEGERS(Scalar, Unary, name) FLOATS(Scalar, Unary, name)
#define VECTOR_UNARY(name, expression) FLOATS(Vector, Unary, name)
#define SINGLE_UNARY(name, expression) ENTRY(Scalar, Unary, name, float, float)
#define INTEGER_UNARY(name, expression) INTEGERS(Scalar, Unary, name)
#define BOOL_UNARY(name, expression) ENTRY(Scalar, Unary, name, Bool, Bool)
#define FLOAT_UNARY_TO_BOOL(name, expression) \
  ENTRY(Scalar, Unary, name, float, Bool) ENTRY(Scalar, Unary, name, double, Bool)
#define ALL_BINARY(name, expression) \
  ENTRY(Scalar, Binary, name, Bool, Bool) INTEGERS(Scalar, Binary, name) FLOATS(Scalar, Binary, name)
#define FLOAT_BINARY(name, expression) FLOATS(Scalar, Binary, name)
#define NUMBER_BINARY(name, expression) INTEGERS(Scalar, Binary, name) FLOATS(Scalar, Binary, name)
#define INTEGER_BINARY(name, expression) INTEGERS(Scalar, Binary, name)
#define VECTOR_BINARY(name, expression) FLOATS(Vector, Binary, name)
#define ALL_BINARY_TO_BOOL(name, expression) \
  ENTRY(Scalar, Binary, name, Bool, Bool)    \
  ENTRY(Scalar, Binary, name, uint8_t, Bool) \
  ENTRY(Scalar, Binary, name, int32_t, Bool) \
  ENTRY(Scalar, Binary, name, int64_t, Bool) \
  ENTRY(Scalar, Binary, name, float, Bool) ENTRY(Scalar, Binary, name, double, Bool)
#define BOOL_BINARY(name, expression) ENTRY(Scalar, Binary, name, Bool, Bool)

constexpr KernelEntry kEntries[] = {
#include "kernels/elementwise/functions.inc"
    {kOp_where, kBool, Where<Bool>},     {kOp_where, kUInt8, Where<uint8_t>}, {kOp_where, kInt32, Where<int32_t>},
    {kOp_where, kInt64, Where<int64_t>}, {kOp_where, kFloat32, Where<float>}, {kOp_where, kFloat64, Where<double>},
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(elementwise, keraunos::kEntries)

// The rows family: operations on each row of a (rows, cols) matrix, unit by unit.
#include "kernels/kernel.h"
#include "kernels/rows/cross_entropy.h"
#include "kernels/rows/softmax.h"
#include "kernels/rows/sort.h"

namespace keraunos {
namespace {

// The row of operand `index` when it has `cols` elements of T per row.
template <typename T>
KERAUNOS_INLINE T* Row(void* const* operands, int index, int64_t row, int64_t cols) {
  return static_cast<T*>(operands[index]) + row * cols;
}

KERAUNOS_INLINE int64_t Columns(const void* params) { return static_cast<const Rows*>(params)->cols; }

template <typename T>
void Softmax(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const int64_t cols = Columns(params);
  for (int64_t r = begin; r < end; ++r) SoftmaxRow<T>(Row<T>(o, 0, r, cols), Row<T>(o, 1, r, cols), cols);
}

template <typename T>
void LogSoftmax(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const int64_t cols = Columns(params);
  ForLogSums(static_cast<const T*>(o[0]), cols, begin, end, [=](int64_t r, T max, T log_sum) {
    LogSoftmaxRow<T>(Row<T>(o, 0, r, cols), max, log_sum, Row<T>(o, 1, r, cols), cols);
  });
}

template <typename T>
void Sort(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const int64_t cols = Columns(params);
  for (int64_t r = begin; r < end; ++r) SortRow<T>(Row<T>(o, 0, r, cols), Row<T>(o, 1, r, cols), cols);
}

template <typename T>
void Argsort(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const int64_t cols = Columns(params);
  for (int64_t r = begin; r < end; ++r) ArgsortRow<T>(Row<T>(o, 0, r, cols), Row<int32_t>(o, 1, r, cols), cols);
}

template <typename T>
void SoftmaxCrossEntropy(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const int64_t cols = Columns(params);
  ForLogSums(static_cast<const T*>(o[0]), cols, begin, end, [=](int64_t r, T max, T log_sum) {
    *Row<T>(o, 2, r, 1) = CrossEntropyRow<T>(Row<T>(o, 0, r, cols), max, log_sum, Row<T>(o, 1, r, cols), cols);
  });
}

template <typename T>
void SoftmaxCrossEntropyGrad(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const int64_t cols = Columns(params);
  for (int64_t r = begin; r < end; ++r) {
    const DenseTargets<T> targets = {Row<T>(o, 1, r, cols)};
    CrossEntropyGradRow<T>(Row<T>(o, 0, r, cols), targets, *Row<T>(o, 2, r, 1), Row<T>(o, 3, r, cols), cols);
  }
}

template <typename T>
void SparseSoftmaxCrossEntropy(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const int64_t cols = Columns(params);
  ForLogSums(static_cast<const T*>(o[0]), cols, begin, end, [=](int64_t r, T max, T log_sum) {
    const int64_t label = *Row<int32_t>(o, 1, r, 1);
    *Row<T>(o, 2, r, 1) = SparseCrossEntropyRow<T>(Row<T>(o, 0, r, cols), max, log_sum, label, cols);
  });
}

template <typename T>
void SparseSoftmaxCrossEntropyGrad(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const int64_t cols = Columns(params);
  for (int64_t r = begin; r < end; ++r) {
    SparseCrossEntropyGradRow<T>(Row<T>(o, 0, r, cols), *Row<int32_t>(o, 1, r, 1), *Row<T>(o, 2, r, 1),
                                 Row<T>(o, 3, r, cols), cols);
  }
}

#define KERAUNOS_FLOATS(op, Kernel) \
  {kOp_##op, kFloat32, Kernel<float>}, { kOp_##op, kFloat64, Kernel<double> }
#define KERAUNOS_INTS(op, Kernel) \
  {kOp_##op, kInt32, Kernel<int32_t>}, { kOp_##op, kInt64, Kernel<int64_t> }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_FLOATS(softmax, Softmax),
    KERAUNOS_FLOATS(log_softmax, LogSoftmax),
    KERAUNOS_FLOATS(sort, Sort),
    KERAUNOS_INTS(sort, Sort),
    KERAUNOS_FLOATS(argsort, Argsort),
    KERAUNOS_INTS(argsort, Argsort),
    KERAUNOS_FLOATS(softmax_cross_entropy, SoftmaxCrossEntropy),
    KERAUNOS_FLOATS(softmax_cross_entropy_grad, SoftmaxCrossEntropyGrad),
    KERAUNOS_FLOATS(sparse_softmax_cross_entropy, SparseSoftmaxCrossEntropy),
    KERAUNOS_FLOATS(sparse_softmax_cross_entropy_grad, SparseSoftmaxCrossEntropyGrad),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(rows, keraunos::kEntries)

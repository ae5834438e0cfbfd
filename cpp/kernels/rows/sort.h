// sort and argsort of a row by heap sort: in place, no scratch, n log n whatever the data. NaN orders after everything.
// Indices are compared by value and then by index, which makes argsort stable.
#pragma once
#include <stdint.h>

#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

template <typename T>
KERAUNOS_INLINE bool ComesBefore(T a, T b) {
  return a < b || (b != b && a == a);
}

// Moves the element at `root` down until neither child comes after it.
template <typename T, typename Less>
KERAUNOS_INLINE void SiftDown(T* heap, int64_t root, int64_t size, Less less) {
  const T value = heap[root];
  for (int64_t child; (child = 2 * root + 1) < size; root = child) {
    if (child + 1 < size && less(heap[child], heap[child + 1])) ++child;
    if (!less(value, heap[child])) break;
    heap[root] = heap[child];
  }
  heap[root] = value;
}

template <typename T, typename Less>
void HeapSort(T* values, int64_t size, Less less) {
  for (int64_t root = size / 2 - 1; root >= 0; --root) SiftDown(values, root, size, less);
  for (int64_t last = size - 1; last > 0; --last) {
    const T largest = values[0];
    values[0] = values[last];
    values[last] = largest;
    SiftDown(values, 0, last, less);
  }
}

template <typename T>
void SortRow(const T* x, T* out, int64_t cols) {
  if (out != x) __builtin_memcpy(out, x, static_cast<size_t>(cols) * sizeof(T));
  HeapSort(out, cols, [](T a, T b) { return ComesBefore(a, b); });
}

template <typename T>
void ArgsortRow(const T* x, int32_t* out, int64_t cols) {
  for (int64_t i = 0; i < cols; ++i) out[i] = static_cast<int32_t>(i);
  HeapSort(out, cols, [x](int32_t a, int32_t b) {
    if (ComesBefore(x[a], x[b])) return true;
    return !ComesBefore(x[b], x[a]) && a < b;
  });
}

}  // namespace
}  // namespace keraunos

// Rows by index: take, its gradient scatter_add, and batch, which shuffles, casts and scales on the way.
#pragma once
#include "kernels/movement/convert.h"
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

// The row that index `position` of int32 or int64 indices names, -1 when it is out of range. Read once: it may change.
KERAUNOS_INLINE int64_t row_index(const void* indices, int64_t dtype, int64_t position, int64_t rows) {
  int64_t index =
      dtype == kInt32 ? static_cast<const int32_t*>(indices)[position] : static_cast<const int64_t*>(indices)[position];
  if (index < 0) index += rows;
  return index >= 0 && index < rows ? index : -1;
}

// in modulo n, 0 <= result < n; in range in all but hostile cases, so the division is rare.
KERAUNOS_INLINE int64_t wrap(int64_t in, int64_t n) {
  if (in >= 0 && in < n) return in;
  const int64_t rest = in % n;
  return rest < 0 ? rest + n : rest;
}

template <class T>
KERAUNOS_INLINE T missing_value() {
  if constexpr (kIsFloat<T> || kIsHalf<T>) {
    return ConvertElement<T>(__builtin_nanf(""));
  } else {
    return T();
  }
}

template <class T>
void TakeRows(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  const auto& params = *static_cast<const Take*>(raw);
  const T* source = static_cast<const T*>(operands[0]);
  T* out = static_cast<T*>(operands[2]);
  const int64_t n = params.row_elements;
  for (int64_t r = begin; r < end; ++r) {
    const int64_t row = row_index(operands[1], params.index_dtype, r, params.source_rows);
    T* to = out + r * n;
    if (row >= 0 && n * static_cast<int64_t>(sizeof(T)) > 256) {
      __builtin_memcpy(to, source + row * n, static_cast<size_t>(n) * sizeof(T));
    } else if (row >= 0) {
      const T* from = source + row * n;
#pragma GCC ivdep
      for (int64_t i = 0; i < n; ++i) to[i] = from[i];
    } else {
      const T missing = missing_value<T>();
      for (int64_t i = 0; i < n; ++i) to[i] = missing;
    }
  }
}

// One unit: rows of equal index add up in the order of the indices. Indices out of range are left out.
template <class T>
void ScatterAddRows(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  if (begin == end) return;
  const auto& params = *static_cast<const Take*>(raw);
  const T* updates = static_cast<const T*>(operands[0]);
  T* out = static_cast<T*>(operands[2]);
  const int64_t n = params.row_elements;
  __builtin_memset(out, 0, static_cast<size_t>(params.source_rows * n) * sizeof(T));
  for (int64_t r = 0; r < params.rows; ++r) {
    const int64_t row = row_index(operands[1], params.index_dtype, r, params.source_rows);
    if (row < 0) continue;
    T* to = out + row * n;
    const T* from = updates + r * n;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) to[i] += from[i];
  }
}

// One unit: a counting sort, in which `starts` first counts, then runs ahead while positions are placed.
template <class Index>
void GroupPositions(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  if (begin == end) return;
  const auto& params = *static_cast<const GroupRows*>(raw);
  const int64_t rows = params.rows, source_rows = params.source_rows;
  int32_t* order = static_cast<int32_t*>(operands[1]);
  int32_t* starts = static_cast<int32_t*>(operands[2]);
  __builtin_memset(order, 0, static_cast<size_t>(rows) * sizeof(int32_t));
  __builtin_memset(starts, 0, static_cast<size_t>(source_rows + 1) * sizeof(int32_t));
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t row = row_index(operands[0], kDTypeOf<Index>, r, source_rows);
    if (row >= 0) ++starts[row + 1];
  }
  for (int64_t row = 0; row < source_rows; ++row) starts[row + 1] += starts[row];
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t row = row_index(operands[0], kDTypeOf<Index>, r, source_rows);
    if (row < 0) continue;
    // The index may have changed since it was counted.
    const int32_t place = starts[row]++;
    if (place < rows) order[place] = static_cast<int32_t>(r);
  }
  for (int64_t row = source_rows; row > 0; --row) starts[row] = starts[row - 1];
  starts[0] = 0;
}

// How far ahead rows are asked for, in rows and in bytes of each: the hardware follows a row once it has begun, but a
// shuffled order hides from it where the next ones start.
constexpr int64_t kPrefetchRows = 4;
constexpr int64_t kPrefetchBytes = 4096;

KERAUNOS_INLINE int64_t batch_row(const Batch& params, const int32_t* order, int64_t cursor, int64_t r) {
  // Unsigned: the cursor may be any number.
  const int64_t position = static_cast<int64_t>(static_cast<uint64_t>(cursor) + static_cast<uint64_t>(r));
  if (params.order_rows == 0) return wrap(position, params.source_rows);
  return wrap(order[wrap(position, params.order_rows)], params.source_rows);
}

template <class T>
void BatchRows(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  const auto& params = *static_cast<const Batch*>(raw);
  const char* source = static_cast<const char*>(operands[0]);
  const int32_t* order = static_cast<const int32_t*>(operands[1]);
  const int64_t cursor = *static_cast<const int64_t*>(operands[2]);
  T* out = static_cast<T*>(operands[3]);
  const int64_t row_bytes = params.row_elements * kElementBytes[params.source_dtype];
  const int64_t ahead = row_bytes < kPrefetchBytes ? row_bytes : kPrefetchBytes;
  const ConvertFunction convert = kConvertTo<T>[params.source_dtype];
  for (int64_t r = begin; r < end; ++r) {
    if (r + kPrefetchRows < end) {
      const char* next = source + batch_row(params, order, cursor, r + kPrefetchRows) * row_bytes;
      for (int64_t byte = 0; byte < ahead; byte += 64) __builtin_prefetch(next + byte);
    }
    const char* row = source + batch_row(params, order, cursor, r) * row_bytes;
    convert(row, out + r * params.row_elements, params.row_elements, params.scale, params.offset);
  }
}

}  // namespace
}  // namespace keraunos

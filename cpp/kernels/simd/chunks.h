// Rows in chunks of sixteen lanes: a partial load and store at the end of a row, none before it.
#pragma once
#include "kernels/simd/vec.h"

namespace keraunos {
namespace {

// Sixteen columns, all of them or the first `count`: full chunks need no masks.
struct AllLanes {
  static constexpr int64_t count = 16;
};
struct SomeLanes {
  int64_t count;
};

template <typename T>
KERAUNOS_INLINE Lanes<T> LoadChunk(const T* p, AllLanes, T) {
  return load_lanes(p);
}
template <typename T>
KERAUNOS_INLINE Lanes<T> LoadChunk(const T* p, SomeLanes lanes, T fill) {
  return load_lanes_n(p, lanes.count, fill);
}
template <typename T>
KERAUNOS_INLINE void StoreChunk(T* p, const Lanes<T>& x, AllLanes) {
  store_lanes(p, x);
}
template <typename T>
KERAUNOS_INLINE void StoreChunk(T* p, const Lanes<T>& x, SomeLanes lanes) {
  store_lanes_n(p, x, lanes.count);
}

// body(column, lanes) for every chunk of a row.
template <typename Body>
KERAUNOS_INLINE void ForChunks(int64_t cols, Body body) {
  int64_t column = 0;
  for (; column + 16 <= cols; column += 16) body(column, AllLanes{});
  if (column < cols) body(column, SomeLanes{cols - column});
}

// f on every lane.
template <typename T, typename Function>
KERAUNOS_INLINE Lanes<T> Map(Function f, const Lanes<T>& x) {
  Lanes<T> out;
  KERAUNOS_UNROLL for (int i = 0; i < Lanes<T>::kParts; ++i) out.part[i] = f(x.part[i]);
  return out;
}
template <typename T, typename Function>
KERAUNOS_INLINE Lanes<T> Map(Function f, const Lanes<T>& x, const Lanes<T>& y) {
  Lanes<T> out;
  KERAUNOS_UNROLL for (int i = 0; i < Lanes<T>::kParts; ++i) out.part[i] = f(x.part[i], y.part[i]);
  return out;
}

}  // namespace
}  // namespace keraunos

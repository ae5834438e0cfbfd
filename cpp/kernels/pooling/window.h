// Where windows lie: the part of a window that is inside the input, the windows that cover an input element, and the
// lines (all positions of the last spatial dimension) that a unit works on.
#pragma once
#include "kernels/params.h"
#include "kernels/simd/bytes.h"

namespace keraunos {
namespace {

struct Range {
  int64_t begin, end;
  KERAUNOS_INLINE int64_t size() const { return end - begin; }
};

KERAUNOS_INLINE int64_t Least(int64_t a, int64_t b) { return a < b ? a : b; }
KERAUNOS_INLINE int64_t Greatest(int64_t a, int64_t b) { return a > b ? a : b; }

// Positions of window `o`, counted from its own start, that are inside the input.
KERAUNOS_INLINE Range Inside(const Pooling& p, int axis, int64_t o) {
  const int64_t start = o * p.stride[axis] - p.low[axis];
  return {Greatest(0, -start), Least(p.window[axis], p.in[axis] - start)};
}

// Windows that cover input position i; position i has number i + low - o * stride in window o.
KERAUNOS_INLINE Range Covering(const Pooling& p, int axis, int64_t i) {
  const int64_t last = (i + p.low[axis]) / p.stride[axis];
  const int64_t before = i + p.low[axis] - p.window[axis];
  return {before < 0 ? 0 : before / p.stride[axis] + 1, Least(p.out[axis], last + 1)};
}

// body(image, dim 0, dim 1) for the lines of units [begin, end): `dims` has dims[0] * dims[1] lines an image.
template <class Body>
KERAUNOS_INLINE void ForLines(const Pooling& p, const int64_t* dims, int64_t begin, int64_t end, Body body) {
  const int64_t lines = dims[0] * dims[1];
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t image = unit / p.blocks, block = unit % p.blocks;
    for (int64_t line = block * lines / p.blocks; line < (block + 1) * lines / p.blocks; ++line) {
      body(image, line / dims[1], line % dims[1]);
    }
  }
}

// A vector of channels, or what is left of one.
struct AllChannels {};
struct SomeChannels {
  int64_t count;
};

// body(channel, lanes) for every vector of channels.
template <class T, class Body>
KERAUNOS_INLINE void ForChannels(int64_t channels, Body body) {
  int64_t c = 0;
  for (; c + kVecLanes<T> <= channels; c += kVecLanes<T>) body(c, AllChannels{});
  if (c < channels) body(c, SomeChannels{channels - c});
}

template <class T>
KERAUNOS_INLINE Vec<T> Load(const T* p, AllChannels) {
  return load(p);
}
template <class T>
KERAUNOS_INLINE Vec<T> Load(const T* p, SomeChannels lanes) {
  return load_n(p, lanes.count);
}
template <class T>
KERAUNOS_INLINE void Store(T* p, Vec<T> v, AllChannels) {
  store(p, v);
}
template <class T>
KERAUNOS_INLINE void Store(T* p, Vec<T> v, SomeChannels lanes) {
  store_n(p, v, lanes.count);
}

// Indices are vectors of integers as wide as T in registers and bytes in memory.
template <class T>
using Index = typename Simd<T>::Bits;
template <class T>
KERAUNOS_INLINE Index<T> SplatIndex(int64_t k) {
  return splat(static_cast<typename Simd<T>::Int>(k));
}
template <class T>
KERAUNOS_INLINE Index<T> LoadIndex(const uint8_t* p, AllChannels) {
  return load_bytes<T>(p);
}
template <class T>
KERAUNOS_INLINE Index<T> LoadIndex(const uint8_t* p, SomeChannels lanes) {
  return load_bytes_n<T>(p, lanes.count);
}
template <class T>
KERAUNOS_INLINE void StoreIndex(uint8_t* p, Index<T> index, AllChannels) {
  store_bytes<T>(p, index);
}
template <class T>
KERAUNOS_INLINE void StoreIndex(uint8_t* p, Index<T> index, SomeChannels lanes) {
  store_bytes_n<T>(p, index, lanes.count);
}

}  // namespace
}  // namespace keraunos

// Pools: the elements of a window are folded in registers, a vector of channels at a time, in row-major order.
#pragma once
#include "kernels/pooling/window.h"

namespace keraunos {
namespace {

// The part of a window that is inside the input. Element (d, h, w) of it stands at first + d * depth + h * row +
// w * channels and has number `number` + d * number_depth + h * number_row + w in the whole window.
struct Box {
  int64_t depth, row, channels;
  int64_t sizes[3];
  int64_t number, number_depth, number_row;
};

// body(offset from the first element, number in the window) for every element of the box. kRows, kColumns > 0: sizes
// known to the compiler.
template <int kRows, int kColumns, class Body>
KERAUNOS_INLINE void ForBox(const Box& box, Body body) {
  const int64_t rows = kRows ? kRows : box.sizes[1], columns = kColumns ? kColumns : box.sizes[2];
  for (int64_t d = 0; d < (kRows ? 1 : box.sizes[0]); ++d) {
    KERAUNOS_UNROLL for (int64_t h = 0; h < rows; ++h) {
      KERAUNOS_UNROLL for (int64_t w = 0; w < columns; ++w) {
        body(d * box.depth + h * box.row + w * box.channels,
             box.number + d * box.number_depth + h * box.number_row + w);
      }
    }
  }
}

// A later element wins if it is greater, or the first NaN.
template <class V>
KERAUNOS_INLINE auto Wins(V next, V best) {
  return ((next > best) | (next != next)) & (best == best);
}

template <class T>
KERAUNOS_INLINE Vec<T> Relu(Vec<T> x) {
  return ((x > splat(T{0})) | (x != x)) ? x : splat(T{0});
}

// Number that no element of a window has: relu closed the window.
constexpr int64_t kNoElement = 255;

// What a window becomes. Run(in, box, out offset of the channel, lanes) folds one vector of channels.
template <class T>
struct MaxOfWindow {
  T* out;
  bool relu;
  template <int kRows, int kColumns, class Lanes>
  KERAUNOS_INLINE void Run(const T* in, const Box& box, int64_t at, Lanes lanes) const {
    Vec<T> best = Load(in, lanes);
    ForBox<kRows, kColumns>(box, [&](int64_t offset, int64_t) { best = max_nan(Load(in + offset, lanes), best); });
    Store(out + at, relu ? Relu<T>(best) : best, lanes);
  }
};

template <class T>
struct IndexOfWindow {
  T* out;
  uint8_t* index;
  bool relu;
  template <int kRows, int kColumns, class Lanes>
  KERAUNOS_INLINE void Run(const T* in, const Box& box, int64_t at, Lanes lanes) const {
    Vec<T> best = Load(in, lanes);
    Index<T> number = SplatIndex<T>(box.number);
    ForBox<kRows, kColumns>(box, [&](int64_t offset, int64_t k) {
      const Vec<T> next = Load(in + offset, lanes);
      const auto wins = Wins(next, best);
      best = select(wins, next, best);
      number = select(wins, SplatIndex<T>(k), number);
    });
    if (relu) {
      number = select(best > splat(T{0}), number, SplatIndex<T>(kNoElement));
      best = Relu<T>(best);
    }
    Store(out + at, best, lanes);
    StoreIndex<T>(index + at, number, lanes);
  }
};

template <class T>
struct MeanOfWindow {
  T* out;
  template <int kRows, int kColumns, class Lanes>
  KERAUNOS_INLINE void Run(const T* in, const Box& box, int64_t at, Lanes lanes) const {
    const T scale = T{1} / static_cast<T>(box.sizes[0] * box.sizes[1] * box.sizes[2]);
    Vec<T> sum = {};
    ForBox<kRows, kColumns>(box, [&](int64_t offset, int64_t) { sum = sum + Load(in + offset, lanes); });
    Store(out + at, sum * splat(scale), lanes);
  }
};

// Windows [w, end) of a line, all with the same box; in: first element of the first box.
template <int kRows, int kColumns, class T, class Fold>
KERAUNOS_INLINE void PoolWindows(const T* in, const Box& box, int64_t step, int64_t at, int64_t count,
                                 const Fold& fold) {
  for (int64_t i = 0; i < count; ++i, in += step, at += box.channels) {
    ForChannels<T>(box.channels,
                   [&](int64_t c, auto lanes) { fold.template Run<kRows, kColumns>(in + c, box, at + c, lanes); });
  }
}

// The output lines of units [begin, end).
template <class T, class Fold>
KERAUNOS_INLINE void Pool(const Pooling& p, const T* in, int64_t begin, int64_t end, const Fold& fold) {
  const int64_t row = p.in[2] * p.channels, depth = p.in[1] * row;
  // Windows [whole.begin, whole.end) of a line lie inside it: they share their box.
  const int64_t from = (p.low[2] + p.stride[2] - 1) / p.stride[2];
  const int64_t reach = p.in[2] + p.low[2] - p.window[2];
  const Range whole = {from, Greatest(from, reach < 0 ? 0 : Least(p.out[2], reach / p.stride[2] + 1))};
  ForLines(p, p.out, begin, end, [&](int64_t image, int64_t d, int64_t h) {
    const Range ds = Inside(p, 0, d), hs = Inside(p, 1, h);
    const T* line = in + image * p.in[0] * depth + (d * p.stride[0] - p.low[0] + ds.begin) * depth +
                    (h * p.stride[1] - p.low[1] + hs.begin) * row;
    const int64_t at = ((image * p.out[0] + d) * p.out[1] + h) * p.out[2] * p.channels;
    for (int64_t w = 0; w < p.out[2];) {
      const Range ws = Inside(p, 2, w);
      const Box box = {depth,
                       row,
                       p.channels,
                       {ds.size(), hs.size(), ws.size()},
                       (ds.begin * p.window[1] + hs.begin) * p.window[2] + ws.begin,
                       p.window[1] * p.window[2],
                       p.window[2]};
      const int64_t count = w == whole.begin && whole.size() > 0 ? whole.size() : 1;
      const T* first = line + (w * p.stride[2] - p.low[2] + ws.begin) * p.channels;
      const int64_t step = p.stride[2] * p.channels, to = at + w * p.channels;
      if (box.sizes[0] == 1 && box.sizes[1] == 2 && box.sizes[2] == 2) {
        PoolWindows<2, 2>(first, box, step, to, count, fold);
      } else if (box.sizes[0] == 1 && box.sizes[1] == 3 && box.sizes[2] == 3) {
        PoolWindows<3, 3>(first, box, step, to, count, fold);
      } else {
        PoolWindows<0, 0>(first, box, step, to, count, fold);
      }
      w += count;
    }
  });
}

}  // namespace
}  // namespace keraunos

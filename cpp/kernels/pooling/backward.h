// Gradients of pools. An input element gathers from the windows that cover it, in row-major order of the windows, so it
// is written once, units never meet, and no pass of zeros comes first. Only max_pool_grad, which finds the maxima
// again, scatters.
#pragma once
#include "kernels/pooling/forward.h"

namespace keraunos {
namespace {

// What a window sends: At(state, k) goes to its element number k.
template <class T>
struct ToElement {
  static constexpr bool kScaled = false;
  const T* dy;
  const uint8_t* index;
  struct State {
    Vec<T> dy;
    Index<T> number;
  };
  template <class Lanes>
  KERAUNOS_INLINE State Read(int64_t at, T, Lanes lanes) const {
    return {Load(dy + at, lanes), LoadIndex<T>(index + at, lanes)};
  }
  KERAUNOS_INLINE static Vec<T> At(const State& state, int64_t k) {
    return select(state.number == SplatIndex<T>(k), state.dy, splat(T{0}));
  }
};

template <class T>
struct ToAll {
  static constexpr bool kScaled = true;
  const T* dy;
  using State = Vec<T>;
  template <class Lanes>
  KERAUNOS_INLINE State Read(int64_t at, T scale, Lanes lanes) const {
    return Load(dy + at, lanes) * splat(scale);
  }
  KERAUNOS_INLINE static Vec<T> At(const State& state, int64_t) { return state; }
};

// 1 / number of elements of window (a, b, c) that are inside the input.
template <class Sent, class T>
KERAUNOS_INLINE T ScaleOf(const Pooling& p, int64_t a, int64_t b, int64_t c) {
  if constexpr (!Sent::kScaled) return T{1};
  return T{1} / static_cast<T>(Inside(p, 0, a).size() * Inside(p, 1, b).size() * Inside(p, 2, c).size());
}

// A line of dx that one line (a, b) of windows covers, side by side without gaps: every dy is read once for all the
// elements of its window. kWindow > 0: the window's width, known to the compiler.
template <int kWindow, class T, class Sent>
KERAUNOS_INLINE void SpreadTiles(const Pooling& p, const Sent& sent, int64_t image, int64_t a, int64_t b,
                                 int64_t number, T* dx) {
  const int64_t windows = Least(p.out[2], (p.in[2] + p.window[2] - 1) / p.window[2]);
  const int64_t line = ((image * p.out[0] + a) * p.out[1] + b) * p.out[2];
  for (int64_t o = 0; o < windows; ++o) {
    const T scale = ScaleOf<Sent, T>(p, a, b, o);
    T* to = dx + o * p.window[2] * p.channels;
    const int64_t size = Least(p.window[2], p.in[2] - o * p.window[2]);
    ForChannels<T>(p.channels, [&](int64_t c, auto lanes) {
      const auto state = sent.Read((line + o) * p.channels + c, scale, lanes);
      if (kWindow && size == kWindow) {
        KERAUNOS_UNROLL for (int k = 0; k < kWindow; ++k) {
          Store(to + k * p.channels + c, sent.At(state, number + k), lanes);
        }
      } else {
        for (int64_t k = 0; k < size; ++k) Store(to + k * p.channels + c, sent.At(state, number + k), lanes);
      }
    });
  }
  for (int64_t i = Least(p.in[2], windows * p.window[2]) * p.channels; i < p.in[2] * p.channels; ++i) dx[i] = 0;
}

// A window over an input element: where its channels start, the element's number in it, 1 / its size.
template <class T>
struct Cover {
  int64_t at, number;
  T scale;
};

// Windows of a list; an element under more of them adds list after list.
constexpr int kCovers = 64;

// Adds what `count` windows send to one element to `sum`, the channels from `channel` on.
template <class T, class Sent, class Lanes>
KERAUNOS_INLINE Vec<T> AddCovers(const Sent& sent, const Cover<T>* covers, int count, int64_t channel, Vec<T> sum,
                                 Lanes lanes) {
  for (int i = 0; i < count; ++i) {
    sum = sum + sent.At(sent.Read(covers[i].at + channel, covers[i].scale, lanes), covers[i].number);
  }
  return sum;
}

// A line (d, h) of dx under any windows.
template <class T, class Sent>
KERAUNOS_INLINE void Gather(const Pooling& p, const Sent& sent, int64_t image, int64_t d, int64_t h, Range as, Range bs,
                            T* dx) {
  Cover<T> covers[kCovers];
  Range cs = {0, 0};
  for (int64_t w = 0; w < p.in[2]; ++w, dx += p.channels) {
    // Covering(p, 2, w) without its divisions.
    while (cs.end < p.out[2] && cs.end * p.stride[2] - p.low[2] <= w) ++cs.end;
    while (cs.begin < cs.end && cs.begin * p.stride[2] - p.low[2] + p.window[2] <= w) ++cs.begin;
    int count = 0;
    bool first = true;
    const auto add = [&] {
      ForChannels<T>(p.channels, [&](int64_t channel, auto lanes) {
        const Vec<T> before = first ? splat(T{0}) : Load(dx + channel, lanes);
        Store(dx + channel, AddCovers<T>(sent, covers, count, channel, before, lanes), lanes);
      });
      first = false;
      count = 0;
    };
    for (int64_t a = as.begin; a < as.end; ++a) {
      for (int64_t b = bs.begin; b < bs.end; ++b) {
        const int64_t line = ((image * p.out[0] + a) * p.out[1] + b) * p.out[2];
        const int64_t plane = (d + p.low[0] - a * p.stride[0]) * p.window[1] + h + p.low[1] - b * p.stride[1];
        for (int64_t c = cs.begin; c < cs.end; ++c) {
          const int64_t number = plane * p.window[2] + w + p.low[2] - c * p.stride[2];
          covers[count++] = {(line + c) * p.channels, number, ScaleOf<Sent, T>(p, a, b, c)};
          if (count == kCovers) add();
        }
      }
    }
    if (count > 0 || first) add();
  }
}

// The lines of dx of units [begin, end).
template <class T, class Sent>
KERAUNOS_INLINE void Unpool(const Pooling& p, const Sent& sent, T* dx, int64_t begin, int64_t end) {
  const bool tiles = p.window[2] == p.stride[2] && p.low[2] == 0;
  ForLines(p, p.in, begin, end, [&](int64_t image, int64_t d, int64_t h) {
    const Range as = Covering(p, 0, d), bs = Covering(p, 1, h);
    T* line = dx + ((image * p.in[0] + d) * p.in[1] + h) * p.in[2] * p.channels;
    if (!tiles || as.size() != 1 || bs.size() != 1) {
      Gather(p, sent, image, d, h, as, bs, line);
      return;
    }
    const int64_t a = as.begin, b = bs.begin;
    const int64_t number =
        ((d + p.low[0] - a * p.stride[0]) * p.window[1] + h + p.low[1] - b * p.stride[1]) * p.window[2];
    if (p.window[2] == 2) {
      SpreadTiles<2>(p, sent, image, a, b, number, line);
    } else {
      SpreadTiles<0>(p, sent, image, a, b, number, line);
    }
  });
}

// The gradient of max_pool for one image from its input: finds every maximum again.
template <class T>
void MaxPoolGradImage(const Pooling& p, const T* dy, const T* x, T* dx) {
  const int64_t row = p.in[2] * p.channels, depth = p.in[1] * row;
  for (int64_t i = 0; i < p.in[0] * depth; ++i) dx[i] = 0;
  for (int64_t o = 0; o < p.out[0] * p.out[1] * p.out[2]; ++o, dy += p.channels) {
    const int64_t at[3] = {o / p.out[2] / p.out[1], o / p.out[2] % p.out[1], o % p.out[2]};
    const Range ds = Inside(p, 0, at[0]), hs = Inside(p, 1, at[1]), ws = Inside(p, 2, at[2]);
    const Box box = {depth, row, p.channels, {ds.size(), hs.size(), ws.size()}, 0, hs.size() * ws.size(), ws.size()};
    const int64_t first = (at[0] * p.stride[0] - p.low[0] + ds.begin) * depth +
                          (at[1] * p.stride[1] - p.low[1] + hs.begin) * row +
                          (at[2] * p.stride[2] - p.low[2] + ws.begin) * p.channels;
    ForChannels<T>(p.channels, [&](int64_t c, auto lanes) {
      Vec<T> best = Load(x + first + c, lanes);
      Index<T> number = {};
      ForBox<0, 0>(box, [&](int64_t offset, int64_t k) {
        const Vec<T> next = Load(x + first + offset + c, lanes);
        const auto wins = Wins(next, best);
        best = select(wins, next, best);
        number = select(wins, SplatIndex<T>(k), number);
      });
      const Vec<T> gradient = Load(dy + c, lanes);
      ForBox<0, 0>(box, [&](int64_t offset, int64_t k) {
        T* to = dx + first + offset + c;
        Store(to, Load(to, lanes) + select(number == SplatIndex<T>(k), gradient, splat(T{0})), lanes);
      });
    });
  }
}

}  // namespace
}  // namespace keraunos

// Statistics over the rows of each channel, and what batch normalization does with them.
#pragma once
#include "kernels/normalization/columns.h"
#include "kernels/params.h"

namespace keraunos {
namespace {

KERAUNOS_INLINE int64_t RowsFrom(const ChannelNorm& p, int64_t unit) {
  return unit * p.block < p.rows ? unit * p.block : p.rows;
}

// out (2, channels): mean and sum of squared distances from it. Two passes over the rows while they are in the L1
// cache, so that a mean far from 0 costs no digits; stretches are merged by the formula of Chan, Golub and LeVeque
// (1979).
template <class T>
void BlockMoments(const T* x, int64_t rows, int64_t channels, T* out) {
  for (int64_t done = 0; done < rows; done += kRowsAtOnce) {
    const int64_t count = rows - done < kRowsAtOnce ? rows - done : kRowsAtOnce;
    const T share = static_cast<T>(count) / static_cast<T>(done + count);
    const T weight = static_cast<T>(done) * share;
    ForColumns<T>(0, channels, [&](int64_t c, auto columns) {
      constexpr int kCount = decltype(columns)::kCount;
      const T* from = x + done * channels + c;
      Vec<T> mean[kCount], squares[kCount];
      SumRows<T>(count, columns, mean,
                 [&](int64_t r, int v, Vec<T> sum) { return sum + columns.Load(from + r * channels, v); });
      KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) mean[v] = mean[v] / splat(static_cast<T>(count));
      SumRows<T>(count, columns, squares, [&](int64_t r, int v, Vec<T> sum) {
        const Vec<T> distance = columns.Load(from + r * channels, v) - mean[v];
        return fma(distance, distance, sum);
      });
      KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
        if (done > 0) {
          const Vec<T> before = columns.Load(out + c, v), shift = mean[v] - before;
          mean[v] = fma(shift, splat(share), before);
          squares[v] = columns.Load(out + channels + c, v) + squares[v] + shift * shift * splat(weight);
        }
        columns.Store(out + c, v, mean[v]);
        columns.Store(out + channels + c, v, squares[v]);
      }
    });
  }
}

// Channels [begin, end): the moments of all rows from those of their blocks.
template <class T>
void MergeMoments(const ChannelNorm& p, const T* moments, T* mean, T* variance, int64_t begin, int64_t end) {
  const int64_t blocks = p.rows / p.block + (p.rows % p.block != 0);
  const auto rows_of = [&](int64_t b) { return static_cast<T>(RowsFrom(p, b + 1) - RowsFrom(p, b)); };
  const Vec<T> rows = splat(static_cast<T>(p.rows));
  ForColumns<T>(begin, end, [&](int64_t c, auto columns) {
    constexpr int kCount = decltype(columns)::kCount;
    const T *means = moments + c, *squares = means + p.channels;
    const int64_t stride = 2 * p.channels;
    Vec<T> centre[kCount], spread[kCount];
    SumRows<T>(blocks, columns, centre, [&](int64_t b, int v, Vec<T> sum) {
      return fma(columns.Load(means + b * stride, v), splat(rows_of(b)), sum);
    });
    KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) centre[v] = centre[v] / rows;
    SumRows<T>(blocks, columns, spread, [&](int64_t b, int v, Vec<T> sum) {
      const Vec<T> shift = columns.Load(means + b * stride, v) - centre[v];
      return fma(shift * shift, splat(rows_of(b)), sum + columns.Load(squares + b * stride, v));
    });
    KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
      columns.Store(mean + c, v, centre[v]);
      columns.Store(variance + c, v, spread[v] / rows);
    }
  });
}

template <class T>
KERAUNOS_INLINE Vec<T> OneOverDeviation(Vec<T> variance, double epsilon) {
  return splat(T{1}) / sqrt(variance + splat(static_cast<T>(epsilon)));
}

// factor = gamma / deviation, one row.
template <class T>
KERAUNOS_INLINE void Factors(const ChannelNorm& p, const T* variance, const T* gamma, T* factor) {
  ForColumns<T>(0, p.channels, [&](int64_t c, auto columns) {
    KERAUNOS_UNROLL for (int v = 0; v < columns.kCount; ++v) {
      columns.Store(factor + c, v,
                    columns.Load(gamma + c, v) * OneOverDeviation<T>(columns.Load(variance + c, v), p.epsilon));
    }
  });
}

// y = (x - mean) * gamma / deviation + beta: one definition, because gradients of relu ask again whether it is
// positive.
template <class T>
KERAUNOS_INLINE Vec<T> Normalized(Vec<T> x, Vec<T> mean, Vec<T> factor, Vec<T> beta) {
  return fma(x - mean, factor, beta);
}
template <class T>
KERAUNOS_INLINE Vec<T> Relu(Vec<T> y) {
  return ((y > splat(T{0})) | (y != y)) ? y : splat(T{0});
}
template <class T>
KERAUNOS_INLINE Vec<T> ReluGrad(Vec<T> dy, Vec<T> y) {
  return select(y > splat(T{0}), dy, splat(T{0}));
}

// What the channels of a tile have in common.
template <class T, int kCount>
struct ChannelTile {
  Vec<T> mean[kCount], factor[kCount], beta[kCount];

  template <class Columns>
  KERAUNOS_INLINE ChannelTile(Columns columns, int64_t c, const T* means, const T* factors, const T* betas) {
    KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
      mean[v] = columns.Load(means + c, v);
      factor[v] = columns.Load(factors + c, v);
      beta[v] = columns.Load(betas + c, v);
    }
  }
};

// Rows [0, rows) of y. scratch: one row.
template <bool kWithRelu, class T>
void NormalizeRows(const ChannelNorm& p, const T* x, const T* mean, const T* variance, const T* gamma, const T* beta,
                   T* y, int64_t rows, T* factor) {
  Factors(p, variance, gamma, factor);
  for (int64_t done = 0; done < rows; done += kRowsAtOnce) {
    const int64_t last = rows < done + kRowsAtOnce ? rows : done + kRowsAtOnce;
    ForColumns<T>(0, p.channels, [&](int64_t c, auto columns) {
      constexpr int kCount = decltype(columns)::kCount;
      const ChannelTile<T, kCount> tile(columns, c, mean, factor, beta);
      for (int64_t at = done * p.channels + c; at < last * p.channels; at += p.channels) {
        KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
          const Vec<T> result = Normalized<T>(columns.Load(x + at, v), tile.mean[v], tile.factor[v], tile.beta[v]);
          columns.Store(y + at, v, kWithRelu ? Relu<T>(result) : result);
        }
      }
    });
  }
}

// out (2, channels): sums of dy and of dy * (x - mean). factor: gamma / deviation, read with relu alone.
template <bool kWithRelu, class T>
void BlockSums(const T* dy, const T* x, const T* mean, const T* factor, const T* beta, int64_t rows, int64_t channels,
               T* out) {
  for (int64_t done = 0; done < rows; done += kRowsAtOnce) {
    const int64_t count = rows - done < kRowsAtOnce ? rows - done : kRowsAtOnce;
    ForColumns<T>(0, channels, [&](int64_t c, auto columns) {
      constexpr int kCount = decltype(columns)::kCount;
      const int64_t first = done * channels + c;
      const ChannelTile<T, kCount> tile(columns, c, mean, kWithRelu ? factor : mean, beta);
      Vec<T> sums[kCount][2];
      AddRows<2, T>(count, columns, sums, [&](int64_t r, int v, Vec<T>* sum) {
        const Vec<T> from = columns.Load(x + first + r * channels, v);
        Vec<T> gradient = columns.Load(dy + first + r * channels, v);
        if (kWithRelu) {
          gradient = ReluGrad<T>(gradient, Normalized<T>(from, tile.mean[v], tile.factor[v], tile.beta[v]));
        }
        sum[0] = sum[0] + gradient;
        sum[1] = fma(gradient, from - tile.mean[v], sum[1]);
      });
      KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
        KERAUNOS_UNROLL for (int s = 0; s < 2; ++s) {
          if (done > 0) sums[v][s] = sums[v][s] + columns.Load(out + s * channels + c, v);
          columns.Store(out + s * channels + c, v, sums[v][s]);
        }
      }
    });
  }
}

// Channels [begin, end) of the gradients of gamma and beta.
template <class T>
void MergeSums(const ChannelNorm& p, const T* sums, const T* variance, T* dgamma, T* dbeta, int64_t begin,
               int64_t end) {
  const int64_t blocks = p.rows / p.block + (p.rows % p.block != 0), stride = 2 * p.channels;
  ForColumns<T>(begin, end, [&](int64_t c, auto columns) {
    constexpr int kCount = decltype(columns)::kCount;
    Vec<T> total[kCount];
    SumRows<T>(blocks, columns, total,
               [&](int64_t b, int v, Vec<T> sum) { return sum + columns.Load(sums + b * stride + c, v); });
    KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) columns.Store(dbeta + c, v, total[v]);
    SumRows<T>(blocks, columns, total,
               [&](int64_t b, int v, Vec<T> sum) { return sum + columns.Load(sums + b * stride + p.channels + c, v); });
    KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
      columns.Store(dgamma + c, v, total[v] * OneOverDeviation<T>(columns.Load(variance + c, v), p.epsilon));
    }
  });
}

template <class T>
struct NormalizedRows {
  const T *dy, *x, *mean, *variance, *gamma, *beta, *dgamma, *dbeta;
  T* dx;
};

// dx = gamma / deviation * (dy - mean(dy) - (x - mean) / deviation * mean(dy * (x - mean) / deviation)).
// scratch: three rows.
template <bool kWithRelu, class T>
void NormalizeRowsGrad(const ChannelNorm& p, const NormalizedRows<T>& o, int64_t first, int64_t last, T* scratch) {
  T *factor = scratch, *slope = factor + p.channels, *offset = slope + p.channels;
  const Vec<T> rows = splat(static_cast<T>(p.rows));
  Factors(p, o.variance, o.gamma, factor);
  ForColumns<T>(0, p.channels, [&](int64_t c, auto columns) {
    KERAUNOS_UNROLL for (int v = 0; v < columns.kCount; ++v) {
      const Vec<T> scale = OneOverDeviation<T>(columns.Load(o.variance + c, v), p.epsilon);
      const Vec<T> f = columns.Load(factor + c, v);
      columns.Store(slope + c, v, f * scale * (columns.Load(o.dgamma + c, v) / rows));
      columns.Store(offset + c, v, f * (columns.Load(o.dbeta + c, v) / rows));
    }
  });
  for (int64_t done = first; done < last; done += kRowsAtOnce) {
    const int64_t until = last < done + kRowsAtOnce ? last : done + kRowsAtOnce;
    ForColumns<T>(0, p.channels, [&](int64_t c, auto columns) {
      constexpr int kCount = decltype(columns)::kCount;
      const ChannelTile<T, kCount> tile(columns, c, o.mean, factor, o.beta);
      Vec<T> s[kCount], b[kCount];
      KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
        s[v] = columns.Load(slope + c, v);
        b[v] = columns.Load(offset + c, v);
      }
      for (int64_t at = done * p.channels + c; at < until * p.channels; at += p.channels) {
        KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
          const Vec<T> from = columns.Load(o.x + at, v);
          Vec<T> gradient = columns.Load(o.dy + at, v);
          if (kWithRelu) {
            gradient = ReluGrad<T>(gradient, Normalized<T>(from, tile.mean[v], tile.factor[v], tile.beta[v]));
          }
          const Vec<T> straight = fma(gradient, tile.factor[v], -b[v]);
          columns.Store(o.dx + at, v, fnma(from - tile.mean[v], s[v], straight));
        }
      }
    });
  }
}

}  // namespace
}  // namespace keraunos

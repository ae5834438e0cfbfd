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

// y = (x - mean) * gamma / deviation + beta. scratch: one row.
template <class T>
void NormalizeRows(const ChannelNorm& p, const T* x, const T* mean, const T* variance, const T* gamma, const T* beta,
                   T* y, int64_t rows, T* factor) {
  ForColumns<T>(0, p.channels, [&](int64_t c, auto columns) {
    KERAUNOS_UNROLL for (int v = 0; v < columns.kCount; ++v) {
      columns.Store(factor + c, v,
                    columns.Load(gamma + c, v) * OneOverDeviation<T>(columns.Load(variance + c, v), p.epsilon));
    }
  });
  for (int64_t done = 0; done < rows; done += kRowsAtOnce) {
    const int64_t last = rows < done + kRowsAtOnce ? rows : done + kRowsAtOnce;
    ForColumns<T>(0, p.channels, [&](int64_t c, auto columns) {
      constexpr int kCount = decltype(columns)::kCount;
      Vec<T> m[kCount], f[kCount], b[kCount];
      KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
        m[v] = columns.Load(mean + c, v);
        f[v] = columns.Load(factor + c, v);
        b[v] = columns.Load(beta + c, v);
      }
      for (int64_t r = done; r < last; ++r) {
        KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
          columns.Store(y + r * p.channels + c, v, fma(columns.Load(x + r * p.channels + c, v) - m[v], f[v], b[v]));
        }
      }
    });
  }
}

// out (2, channels): sums of dy and of dy * (x - mean).
template <class T>
void BlockSums(const T* dy, const T* x, const T* mean, int64_t rows, int64_t channels, T* out) {
  for (int64_t done = 0; done < rows; done += kRowsAtOnce) {
    const int64_t count = rows - done < kRowsAtOnce ? rows - done : kRowsAtOnce;
    ForColumns<T>(0, channels, [&](int64_t c, auto columns) {
      constexpr int kCount = decltype(columns)::kCount;
      const int64_t first = done * channels + c;
      Vec<T> sums[kCount], products[kCount], centre[kCount];
      KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) centre[v] = columns.Load(mean + c, v);
      SumRows<T>(count, columns, sums,
                 [&](int64_t r, int v, Vec<T> sum) { return sum + columns.Load(dy + first + r * channels, v); });
      SumRows<T>(count, columns, products, [&](int64_t r, int v, Vec<T> sum) {
        const int64_t at = first + r * channels;
        return fma(columns.Load(dy + at, v), columns.Load(x + at, v) - centre[v], sum);
      });
      KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
        if (done > 0) {
          sums[v] = sums[v] + columns.Load(out + c, v);
          products[v] = products[v] + columns.Load(out + channels + c, v);
        }
        columns.Store(out + c, v, sums[v]);
        columns.Store(out + channels + c, v, products[v]);
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
  const T *dy, *x, *mean, *variance, *gamma, *dgamma, *dbeta;
  T* dx;
};

// dx = gamma / deviation * (dy - mean(dy) - (x - mean) / deviation * mean(dy * (x - mean) / deviation)).
// scratch: three rows.
template <class T>
void NormalizeRowsGrad(const ChannelNorm& p, const NormalizedRows<T>& o, int64_t first, int64_t last, T* scratch) {
  T *factor = scratch, *slope = factor + p.channels, *offset = slope + p.channels;
  const Vec<T> rows = splat(static_cast<T>(p.rows));
  ForColumns<T>(0, p.channels, [&](int64_t c, auto columns) {
    KERAUNOS_UNROLL for (int v = 0; v < columns.kCount; ++v) {
      const Vec<T> scale = OneOverDeviation<T>(columns.Load(o.variance + c, v), p.epsilon);
      const Vec<T> f = columns.Load(o.gamma + c, v) * scale;
      columns.Store(factor + c, v, f);
      columns.Store(slope + c, v, f * scale * (columns.Load(o.dgamma + c, v) / rows));
      columns.Store(offset + c, v, f * (columns.Load(o.dbeta + c, v) / rows));
    }
  });
  for (int64_t done = first; done < last; done += kRowsAtOnce) {
    const int64_t until = last < done + kRowsAtOnce ? last : done + kRowsAtOnce;
    ForColumns<T>(0, p.channels, [&](int64_t c, auto columns) {
      constexpr int kCount = decltype(columns)::kCount;
      Vec<T> m[kCount], f[kCount], s[kCount], b[kCount];
      KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
        m[v] = columns.Load(o.mean + c, v);
        f[v] = columns.Load(factor + c, v);
        s[v] = columns.Load(slope + c, v);
        b[v] = columns.Load(offset + c, v);
      }
      for (int64_t r = done; r < until; ++r) {
        const int64_t at = r * p.channels + c;
        KERAUNOS_UNROLL for (int v = 0; v < kCount; ++v) {
          const Vec<T> straight = fma(columns.Load(o.dy + at, v), f[v], -b[v]);
          columns.Store(o.dx + at, v, fnma(columns.Load(o.x + at, v) - m[v], s[v], straight));
        }
      }
    });
  }
}

}  // namespace
}  // namespace keraunos

// The sums of normalizations. Numbers of rows and columns are float32 where tensors are halves.
#pragma once
#include "cuda/kernels/normalization/columns.cuh"

namespace keraunos::cuda {
namespace {

// Mean and sum of squared distances from it; joined by the formula of Chan, Golub and LeVeque (1979).
template <class C>
struct Moments {
  C count, mean, squares;
};
template <class C>
__device__ __forceinline__ Moments<C> JoinMoments(const Moments<C>& a, const Moments<C>& b) {
  if (b.count == 0) return a;
  if (a.count == 0) return b;
  const C count = a.count + b.count, share = b.count / count, shift = b.mean - a.mean;
  return {count, Fma(shift, share, a.mean), Fma(shift * shift, a.count * share, a.squares + b.squares)};
}

template <class T, int items>
struct MomentsOfRows {
  using C = Compute<T>;
  using State = Moments<C>;
  static constexpr int kItems = items;
  struct Args {
    const T* x;
    int64_t columns;
    C* out;  // (units, 2, columns)
  };
  static __device__ __forceinline__ State Empty() { return {0, 0, 0}; }
  static __device__ __forceinline__ State Join(const State& a, const State& b) { return JoinMoments(a, b); }

  // Two passes over a few rows in registers, so that a mean far from 0 costs no digits.
  static __device__ __forceinline__ void Reduce(const Args& args, int64_t first, int64_t end, int64_t step,
                                                int64_t column, State (&states)[kItems]) {
    constexpr int kRows = 8;
    for (int64_t row = first; row < end; row += kRows * step) {
      Pack<T, kItems> packs[kRows];
      int count = 0;
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        if (row + r * step >= end) continue;
        packs[r] = LoadPack<kItems>(args.x + (row + r * step) * args.columns + column);
        count = r + 1;
      }
      const C number = static_cast<C>(count);
#pragma unroll
      for (int i = 0; i < kItems; ++i) {
        C sum = 0, squares = 0;
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
          if (r < count) sum += Widen(packs[r].items[i]);
        }
        const C mean = sum / number;
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
          const C distance = Widen(packs[r].items[i]) - mean;
          if (r < count) squares = Fma(distance, distance, squares);
        }
        states[i] = JoinMoments(states[i], {number, mean, squares});
      }
    }
  }
  static __device__ __forceinline__ void Store(const Args& args, int64_t unit, int64_t column, const State& state) {
    args.out[2 * unit * args.columns + column] = state.mean;
    args.out[(2 * unit + 1) * args.columns + column] = state.squares;
  }
};

// The moments of all rows from those of their blocks.
template <class C>
struct MomentsOfBlocks {
  using State = Moments<C>;
  static constexpr int kItems = 1;
  struct Args {
    const C* moments;
    int64_t rows, block, columns;
    C *mean, *variance;
  };
  static __device__ __forceinline__ State Empty() { return {0, 0, 0}; }
  static __device__ __forceinline__ State Join(const State& a, const State& b) { return JoinMoments(a, b); }
  static __device__ __forceinline__ void Reduce(const Args& args, int64_t first, int64_t end, int64_t step,
                                                int64_t column, State (&states)[1]) {
#pragma unroll 4
    for (int64_t b = first; b < end; b += step) {
      const int64_t left = args.rows - b * args.block;
      states[0] = JoinMoments(
          states[0], {static_cast<C>(left < args.block ? left : args.block),
                      args.moments[2 * b * args.columns + column], args.moments[(2 * b + 1) * args.columns + column]});
    }
  }
  static __device__ __forceinline__ void Store(const Args& args, int64_t, int64_t column, const State& state) {
    args.mean[column] = state.mean;
    args.variance[column] = state.squares / static_cast<C>(args.rows);
  }
};

template <class C>
__device__ __forceinline__ C OneOverDeviation(C variance, double epsilon) {
  return C(1) / sqrt(variance + static_cast<C>(epsilon));
}
// y = (x - mean) * gamma / deviation + beta: one definition, because gradients of relu ask again whether it is
// positive.
template <class C>
__device__ __forceinline__ C Normalized(C x, C mean, C factor, C beta) {
  return Fma(x - mean, factor, beta);
}

template <class C>
struct TwoSums {
  C first, second;
};
template <class C>
__device__ __forceinline__ TwoSums<C> JoinSums(const TwoSums<C>& a, const TwoSums<C>& b) {
  return {a.first + b.first, a.second + b.second};
}

// Sums of dy and of dy * (x - mean), dy through relu where there is one.
template <class T, int items>
struct ChannelSums {
  using C = Compute<T>;
  using State = TwoSums<C>;
  static constexpr int kItems = items;
  struct Args {
    const T *dy, *x;
    const C *mean, *variance, *gamma, *beta;
    int64_t columns;
    double epsilon;
    bool relu;
    C* out;  // (units, 2, columns)
  };
  static __device__ __forceinline__ State Empty() { return {0, 0}; }
  static __device__ __forceinline__ State Join(const State& a, const State& b) { return JoinSums(a, b); }
  static __device__ __forceinline__ void Reduce(const Args& args, int64_t first, int64_t end, int64_t step,
                                                int64_t column, State (&states)[kItems]) {
    C mean[kItems], factor[kItems], beta[kItems];
#pragma unroll
    for (int i = 0; i < kItems; ++i) {
      mean[i] = args.mean[column + i];
      factor[i] = args.gamma[column + i] * OneOverDeviation(args.variance[column + i], args.epsilon);
      beta[i] = args.beta[column + i];
    }
    constexpr int kRows = 4;
    for (int64_t row = first; row < end; row += kRows * step) {
      Pack<T, kItems> dy[kRows], x[kRows];
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        if (row + r * step >= end) continue;
        const int64_t at = (row + r * step) * args.columns + column;
        dy[r] = LoadPack<kItems>(args.dy + at);
        x[r] = LoadPack<kItems>(args.x + at);
      }
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        if (row + r * step >= end) continue;
#pragma unroll
        for (int i = 0; i < kItems; ++i) {
          const C from = Widen(x[r].items[i]);
          C gradient = Widen(dy[r].items[i]);
          if (args.relu && !(Normalized(from, mean[i], factor[i], beta[i]) > 0)) gradient = 0;
          states[i].first += gradient;
          states[i].second = Fma(gradient, from - mean[i], states[i].second);
        }
      }
    }
  }
  static __device__ __forceinline__ void Store(const Args& args, int64_t unit, int64_t column, const State& state) {
    args.out[2 * unit * args.columns + column] = state.first;
    args.out[(2 * unit + 1) * args.columns + column] = state.second;
  }
};

// Gradients of gamma and beta from the sums of blocks.
template <class C>
struct SumsOfBlocks {
  using State = TwoSums<C>;
  static constexpr int kItems = 1;
  struct Args {
    const C *sums, *variance;
    int64_t columns;
    double epsilon;
    C *dgamma, *dbeta;
  };
  static __device__ __forceinline__ State Empty() { return {0, 0}; }
  static __device__ __forceinline__ State Join(const State& a, const State& b) { return JoinSums(a, b); }
  static __device__ __forceinline__ void Reduce(const Args& args, int64_t first, int64_t end, int64_t step,
                                                int64_t column, State (&states)[1]) {
#pragma unroll 4
    for (int64_t b = first; b < end; b += step) {
      states[0] = JoinSums(states[0],
                           {args.sums[2 * b * args.columns + column], args.sums[(2 * b + 1) * args.columns + column]});
    }
  }
  static __device__ __forceinline__ void Store(const Args& args, int64_t, int64_t column, const State& state) {
    args.dbeta[column] = state.first;
    args.dgamma[column] = state.second * OneOverDeviation(args.variance[column], args.epsilon);
  }
};

// Parts of the gradients of layer normalization's gamma and beta.
template <class T, int items>
struct LayerSums {
  using C = Compute<T>;
  using State = TwoSums<C>;
  static constexpr int kItems = items;
  struct Args {
    const T *dy, *x;
    const C *mean, *scale;
    int64_t columns;
    C *dgamma, *dbeta;  // (units, columns)
  };
  static __device__ __forceinline__ State Empty() { return {0, 0}; }
  static __device__ __forceinline__ State Join(const State& a, const State& b) { return JoinSums(a, b); }
  static __device__ __forceinline__ void Reduce(const Args& args, int64_t first, int64_t end, int64_t step,
                                                int64_t column, State (&states)[kItems]) {
    constexpr int kRows = 4;
    for (int64_t row = first; row < end; row += kRows * step) {
      Pack<T, kItems> dy[kRows], x[kRows];
      C mean[kRows], scale[kRows];
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        const int64_t from = row + r * step;
        if (from >= end) continue;
        dy[r] = LoadPack<kItems>(args.dy + from * args.columns + column);
        x[r] = LoadPack<kItems>(args.x + from * args.columns + column);
        mean[r] = args.mean[from];
        scale[r] = args.scale[from];
      }
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        if (row + r * step >= end) continue;
#pragma unroll
        for (int i = 0; i < kItems; ++i) {
          const C gradient = Widen(dy[r].items[i]);
          states[i].first = Fma(gradient, (Widen(x[r].items[i]) - mean[r]) * scale[r], states[i].first);
          states[i].second += gradient;
        }
      }
    }
  }
  static __device__ __forceinline__ void Store(const Args& args, int64_t unit, int64_t column, const State& state) {
    args.dgamma[unit * args.columns + column] = state.first;
    args.dbeta[unit * args.columns + column] = state.second;
  }
};

}  // namespace
}  // namespace keraunos::cuda

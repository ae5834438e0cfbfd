// Layer normalization and its gradient, row by row: a row of up to 1024 columns stays in the registers of its lanes; a
// longer one is read again by its block, from the caches.
#pragma once
#include "cuda/kernels/normalization/statistics.cuh"
#include "cuda/kernels/reduce/reducers.cuh"
#include "cuda/kernels/reduce/rows.cuh"

namespace keraunos::cuda {
namespace {

template <class T>
struct LayerOperands {
  using C = Compute<T>;
  const T *x, *dy;
  const C *gamma, *beta, *mean, *scale;  // mean and scale are read by the gradient
  T* out;
  C *mean_out, *scale_out;
  int64_t rows, cols;
  bool centered;
  double epsilon;
};

// Sums over a row: by its lanes, or by all threads of a block.
template <class C>
struct LaneSums {
  int lanes;
  __device__ __forceinline__ C operator()(C value) const { return JoinLanes<Fold<C, SumOp>>(value, lanes); }
};
template <class C>
struct BlockSums {
  __device__ __forceinline__ C operator()(C value) const {
    __shared__ C result;
    value = JoinBlock<Fold<C, SumOp>>(value);
    if (threadIdx.x == 0) result = value;
    __syncthreads();
    value = result;
    __syncthreads();
    return value;
  }
};

// Columns lane, lane + lanes, ... of one row; kItems > 0: as many, kept in registers.
template <class T, int kItems>
struct RowReader {
  using C = Compute<T>;
  C kept[kItems > 0 ? kItems : 1];
  const T* row;
  int64_t cols;
  int lane, lanes;

  __device__ __forceinline__ RowReader(const T* from, int64_t columns, int own_lane, int all_lanes)
      : row(from), cols(columns), lane(own_lane), lanes(all_lanes) {
#pragma unroll
    for (int i = 0; i < kItems; ++i) {
      const int64_t column = lane + i * lanes;
      kept[i] = column < cols ? Widen(row[column]) : C(0);
    }
  }
  // body(value, column)
  template <class Body>
  __device__ __forceinline__ void ForEach(const Body& body) const {
    if constexpr (kItems > 0) {
#pragma unroll
      for (int i = 0; i < kItems; ++i) {
        if (lane + i * lanes < cols) body(kept[i], static_cast<int64_t>(lane + i * lanes));
      }
    } else {
#pragma unroll 4
      for (int64_t column = lane; column < cols; column += lanes) body(Widen(row[column]), column);
    }
  }
};

template <class T, int kItems, class RowSum>
__device__ __forceinline__ void NormalizeRow(const LayerOperands<T>& o, int64_t row, bool exists, int lane, int lanes,
                                             const RowSum& sum_of) {
  using C = Compute<T>;
  const int64_t at = exists ? row * o.cols : 0;
  const RowReader<T, kItems> x(o.x + at, exists ? o.cols : 0, lane, lanes);
  const C cols = static_cast<C>(o.cols);
  C sum = 0;
  if (o.centered) x.ForEach([&](C value, int64_t) { sum += value; });
  const C centre = o.centered ? sum_of(sum) / cols : C(0);
  C squares = 0;
  x.ForEach([&](C value, int64_t) { squares = Fma(value - centre, value - centre, squares); });
  const C factor = C(1) / sqrt(sum_of(squares) / cols + static_cast<C>(o.epsilon));
  x.ForEach([&](C value, int64_t column) {
    o.out[at + column] = Narrow<T>(Sum(Product((value - centre) * factor, o.gamma[column]), o.beta[column]));
  });
  if (exists && lane == 0) {
    o.mean_out[row] = centre;
    o.scale_out[row] = factor;
  }
}

// dx = scale * (g - mean(g) - n * mean(g * n)) with g = dy * gamma and n = (x - mean) * scale; not centered: without
// mean(g).
template <class T, int kItems, class RowSum>
__device__ __forceinline__ void NormalizeRowGrad(const LayerOperands<T>& o, int64_t row, bool exists, int lane,
                                                 int lanes, const RowSum& sum_of) {
  using C = Compute<T>;
  const int64_t at = exists ? row * o.cols : 0;
  const RowReader<T, kItems> x(o.x + at, exists ? o.cols : 0, lane, lanes);
  const C mean = exists ? o.mean[row] : C(0), scale = exists ? o.scale[row] : C(0), cols = static_cast<C>(o.cols);
  C sum = 0, product = 0;
  x.ForEach([&](C value, int64_t column) {
    const C sent = Widen(o.dy[at + column]) * o.gamma[column];
    sum += sent;
    product = Fma(sent, (value - mean) * scale, product);
  });
  const C total = sum_of(sum);
  const C shift = o.centered ? total / cols : C(0), slope = sum_of(product) / cols;
  x.ForEach([&](C value, int64_t column) {
    const C sent = Widen(o.dy[at + column]) * o.gamma[column];
    o.out[at + column] = Narrow<T>(Product(Sum(sent - shift, -Product((value - mean) * scale, slope)), scale));
  });
}

template <bool gradient, class T, int kItems>
__global__ void __launch_bounds__(kReduceThreads, 1)
    LayerNormRows(const __grid_constant__ LayerOperands<T> o, int lanes) {
  const int thread = static_cast<int>(threadIdx.x);
  if constexpr (kItems > 0) {
    const int64_t row = static_cast<int64_t>(blockIdx.x) * (kReduceThreads / lanes) + thread / lanes;
    const LaneSums<Compute<T>> sums = {lanes};
    if constexpr (gradient) {
      NormalizeRowGrad<T, kItems>(o, row, row < o.rows, thread % lanes, lanes, sums);
    } else {
      NormalizeRow<T, kItems>(o, row, row < o.rows, thread % lanes, lanes, sums);
    }
  } else {
    if constexpr (gradient) {
      NormalizeRowGrad<T, 0>(o, blockIdx.x, true, thread, kReduceThreads, BlockSums<Compute<T>>());
    } else {
      NormalizeRow<T, 0>(o, blockIdx.x, true, thread, kReduceThreads, BlockSums<Compute<T>>());
    }
  }
}

template <bool gradient, class T>
void LaunchLayer(const Call& call, const LayerOperands<T>& o) {
  if (o.rows == 0) return;
  constexpr int kFew = 4, kMany = 32;
  const char* name = gradient ? "layer_norm_grad" : "layer_norm";
  if (o.cols > 32 * kMany) {
    Launch(call.queue, name, LayerNormRows<gradient, T, 0>, Shape{{static_cast<uint32_t>(o.rows)}, {kReduceThreads}}, o,
           kReduceThreads);
    return;
  }
  int lanes = 1;
  while (lanes < 32 && lanes * kFew < o.cols) lanes *= 2;
  const Shape shape = {{static_cast<uint32_t>(CeilDivide(o.rows, kReduceThreads / lanes))}, {kReduceThreads}};
  if (o.cols <= 32 * kFew) {
    Launch(call.queue, name, LayerNormRows<gradient, T, kFew>, shape, o, lanes);
  } else {
    Launch(call.queue, name, LayerNormRows<gradient, T, kMany>, shape, o, lanes);
  }
}

}  // namespace
}  // namespace keraunos::cuda

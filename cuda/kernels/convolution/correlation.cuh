// y, and with other axes the gradient with respect to x, as a Problem of gemm/simple.cuh: rows are target positions,
// columns filters (channels), and the sum runs over taps and channels (filters). A matrix is one group.
#pragma once
#include <algorithm>

#include "cuda/kernels/gemm/epilogue.cuh"
#include "kernels/convolution/axis.h"

namespace keraunos::cuda {
namespace {

// Sizes and strides of one correlation, as cpp/kernels/convolution/direct.h has them: element (tap, depth d, column) of
// group g is w[(tap * tap_rows + g * group_rows + d) * row + g * group_columns + column].
struct Correlation {
  Axis z, y, x;
  int64_t batch, kernel_y, kernel_x;
  int64_t groups, depth, columns;
  int64_t tap_rows, group_rows, group_columns, row;

  int64_t rows() const { return batch * z.count * y.count * x.count; }
};

inline Correlation ForwardCorrelation(const Convolution& p) {
  const int64_t depth = p.channels / p.groups, columns = p.filters / p.groups;
  return {ForwardAxis(p, 0),
          ForwardAxis(p, 1),
          ForwardAxis(p, 2),
          p.batch,
          p.kernel[1],
          p.kernel[2],
          p.groups,
          depth,
          columns,
          depth,
          0,
          columns,
          p.filters};
}

// Of the input positions that are (z, y, x) modulo the strides. Weights are stored (taps, filters, channels / groups).
inline Correlation InputGradientCorrelation(const Convolution& p, int64_t z, int64_t y, int64_t x) {
  const int64_t depth = p.filters / p.groups, columns = p.channels / p.groups;
  return {InputGradientAxis(p, 0, z),
          InputGradientAxis(p, 1, y),
          InputGradientAxis(p, 2, x),
          p.batch,
          p.kernel[1],
          p.kernel[2],
          p.groups,
          depth,
          columns,
          p.filters,
          depth,
          0,
          columns};
}

// Calls visit(correlation) with the input gradient's parts, one per residue of the strides.
template <class Visit>
void ForResidues(const Convolution& p, const Visit& visit) {
  for (int64_t z = 0; z < std::min(p.stride[0], p.in[0]); ++z) {
    for (int64_t y = 0; y < std::min(p.stride[1], p.in[1]); ++y) {
      for (int64_t x = 0; x < std::min(p.stride[2], p.in[2]); ++x) visit(InputGradientCorrelation(p, z, y, x));
    }
  }
}

template <class T>
struct CorrelationProblem {
  using Element = T;
  Correlation p;
  const T* source;
  const T* weights;
  T* target;
  Epilogue<T> epilogue;
  int64_t m, n, depth;
  bool a_along_k = true, b_along_k = false;
  int64_t group = 0;

  CorrelationProblem(const Correlation& p, const T* source, const T* weights, T* target, const T* bias,
                     int64_t activation)
      : p(p),
        source(source),
        weights(weights),
        target(target),
        epilogue{bias, nullptr, activation},
        m(p.rows()),
        n(p.columns),
        depth(p.z.taps * p.y.taps * p.x.taps * p.depth) {}

  __device__ void Open(int64_t matrix) {
    group = matrix;
    source += group * p.depth;
    weights += group * p.group_rows * p.row + group * p.group_columns;
    target += group * p.columns;
    if (epilogue.bias) epilogue.bias += group * p.columns;
  }

  __device__ Compute<T> A(int64_t i, int64_t k) const {
    const int64_t c = k % p.depth, tap = k / p.depth;
    const int64_t jx = tap % p.x.taps, jy = tap / p.x.taps % p.y.taps, jz = tap / p.x.taps / p.y.taps;
    const int64_t x = i % p.x.count * p.x.source_step + p.x.offset + jx * p.x.dilation;
    i /= p.x.count;
    const int64_t y = i % p.y.count * p.y.source_step + p.y.offset + jy * p.y.dilation;
    i /= p.y.count;
    const int64_t z = i % p.z.count * p.z.source_step + p.z.offset + jz * p.z.dilation;
    i /= p.z.count;
    if (x < 0 || x >= p.x.source || y < 0 || y >= p.y.source || z < 0 || z >= p.z.source) return 0;
    return Load(source + (((i * p.z.source + z) * p.y.source + y) * p.x.source + x) * (p.groups * p.depth) + c);
  }

  __device__ Compute<T> B(int64_t k, int64_t j) const {
    const int64_t d = k % p.depth, tap = k / p.depth;
    const int64_t jx = tap % p.x.taps, jy = tap / p.x.taps % p.y.taps, jz = tap / p.x.taps / p.y.taps;
    const int64_t number = ((p.z.tap + jz * p.z.tap_step) * p.kernel_y + p.y.tap + jy * p.y.tap_step) * p.kernel_x +
                           p.x.tap + jx * p.x.tap_step;
    return Load(weights + (number * p.tap_rows + d) * p.row + j);
  }

  __device__ void Store(int64_t i, int64_t j, Compute<T> sum) const {
    const int64_t x = p.x.first + i % p.x.count * p.x.target_step;
    i /= p.x.count;
    const int64_t y = p.y.first + i % p.y.count * p.y.target_step;
    i /= p.y.count;
    const int64_t z = p.z.first + i % p.z.count * p.z.target_step;
    i /= p.z.count;
    T* at = target + (((i * p.z.target + z) * p.y.target + y) * p.x.target + x) * (p.groups * p.columns) + j;
    *at = epilogue(sum, j, at);
  }
};

}  // namespace
}  // namespace keraunos::cuda

// y, and with other axes the gradient with respect to x, on tensor cores: patches * weights, group by group.
#pragma once
#include "cuda/kernels/convolution/patches.cuh"
#include "cuda/kernels/gemm/tensor.cuh"

namespace keraunos::cuda {
namespace {

// Weights as factor B: lines are taps and depth, in the order of the patches' columns.
template <class T>
struct WeightSource {
  using Element = T;
  static constexpr bool kAlongK = false;
  static constexpr int kTogether = 4;

  const T* data;
  int64_t group_stride, row;
  Divider depth, taps_y, taps_x;
  int first_row, row_z, row_y, row_x;  // rows of w from tap to tap

  WeightSource(const Correlation& p, const T* data)
      : data(data),
        group_stride(p.group_rows * p.row + p.group_columns),
        row(p.row),
        depth(p.depth),
        taps_y(std::max<int64_t>(p.y.taps, 1)),
        taps_x(std::max<int64_t>(p.x.taps, 1)),
        first_row(static_cast<int>(((p.z.tap * p.kernel_y + p.y.tap) * p.kernel_x + p.x.tap) * p.tap_rows)),
        row_z(static_cast<int>(p.z.tap_step * p.kernel_y * p.kernel_x * p.tap_rows)),
        row_y(static_cast<int>(p.y.tap_step * p.kernel_x * p.tap_rows)),
        row_x(static_cast<int>(p.x.tap_step * p.tap_rows)) {}

  __device__ __forceinline__ void Open(int group) { data += group * group_stride; }
  __device__ __forceinline__ int Depth(int k) const { return k; }

  using Line = const T*;
  using Column = int;
  // Of w, for row `index` of B.
  __device__ __forceinline__ int Row(int index) const {
    const uint32_t tap = depth.Quotient(index), lines = taps_x.Quotient(tap), planes = taps_y.Quotient(lines);
    const int x = static_cast<int>(tap - lines * taps_x.divisor), y = static_cast<int>(lines - planes * taps_y.divisor);
    const int d = static_cast<int>(index - tap * depth.divisor);
    return first_row + static_cast<int>(planes) * row_z + y * row_y + x * row_x + d;
  }
  __device__ __forceinline__ Line MakeLine(int index, int) const { return data + Row(index) * row; }
  __device__ __forceinline__ Column MakeColumn(int index, int) const { return index; }
  __device__ __forceinline__ const T* At(Line line, Column column) const { return line + column; }
};

// Positions of the target, which strides may set apart.
template <class T>
struct TargetOutput {
  using Element = T;

  T* data;
  Epilogue<T> epilogue;
  bool pairs;
  int64_t channels, columns;
  Divider count_z, count_y, count_x;
  int64_t plane, line, target_y, target_x, target_z;
  int64_t first_z, first_y, first_x, step_z, step_y, step_x;

  TargetOutput(const Correlation& p, T* data, const T* bias, int64_t activation)
      : data(data),
        epilogue{bias, nullptr, activation},
        pairs(p.columns % 2 == 0 && reinterpret_cast<uintptr_t>(data) % (2 * sizeof(T)) == 0),
        channels(p.groups * p.columns),
        columns(p.columns),
        count_z(std::max<int64_t>(p.z.count, 1)),
        count_y(std::max<int64_t>(p.y.count, 1)),
        count_x(std::max<int64_t>(p.x.count, 1)),
        target_y(p.y.target),
        target_x(p.x.target),
        target_z(p.z.target),
        first_z(p.z.first),
        first_y(p.y.first),
        first_x(p.x.first),
        step_z(p.z.target_step),
        step_y(p.y.target_step),
        step_x(p.x.target_step) {}

  __device__ __forceinline__ void Open(int group) {
    data += group * columns;
    if (epilogue.bias) epilogue.bias += group * columns;
  }
  __device__ __forceinline__ int64_t Row(int i) const {
    const uint32_t lines = count_x.Quotient(i), planes = count_y.Quotient(lines), image = count_z.Quotient(planes);
    const int64_t x = first_x + (i - lines * count_x.divisor) * step_x;
    const int64_t y = first_y + (lines - planes * count_y.divisor) * step_y;
    const int64_t z = first_z + (planes - image * count_z.divisor) * step_z;
    return (((image * target_z + z) * target_y + y) * target_x + x) * channels;
  }
};

// Coordinates, pixels and rows of weights that 32 bits hold, padding included.
inline bool FitsTensor(const Correlation& p) {
  constexpr int64_t kMost = int64_t{1} << 30;
  int64_t pixels = p.batch;
  for (const Axis* axis : {&p.z, &p.y, &p.x}) {
    const int64_t reach = axis->count * axis->source_step + std::abs(axis->offset) + axis->taps * axis->dilation;
    if (reach > kMost || axis->source > kMost) return false;
    pixels *= axis->source + reach;
    if (pixels > kMost) return false;
  }
  const int64_t k = p.z.taps * p.y.taps * p.x.taps * p.depth;
  return p.kernel_y * p.kernel_x * p.z.taps * p.tap_rows <= kMost && p.rows() <= kMost &&
         FitsTensor(p.rows(), p.columns, k, p.groups);
}

inline int64_t Terms(const Correlation& p) { return p.z.taps * p.y.taps * p.x.taps * p.depth; }

// Whether chunks of 16 bytes lie in one tap and begin at multiples of 16 bytes.
template <class T>
bool IsWide(const Correlation& p, const T* source, const T* weights) {
  const auto aligned = [](const T* data) { return reinterpret_cast<uintptr_t>(data) % kChunkBytes == 0; };
  constexpr int64_t kChunk = kChunkBytes / static_cast<int64_t>(sizeof(T));
  return p.depth % kChunk == 0 && p.columns % kChunk == 0 && aligned(source) && aligned(weights);
}

template <class T>
void LaunchTensorCorrelation(const Call& call, const char* name, const Correlation& p, const T* source,
                             const T* weights, T* target, const T* bias, int64_t activation) {
  LaunchTensor(call, name, PatchSource<T>(p, source), WeightSource<T>(p, weights),
               TargetOutput<T>(p, target, bias, activation), p.rows(), p.columns, Terms(p), p.groups,
               IsWide(p, source, weights));
}

}  // namespace
}  // namespace keraunos::cuda

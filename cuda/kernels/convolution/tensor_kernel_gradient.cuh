// The gradient with respect to the kernel on tensor cores: transposed patches * output gradients, for each group of
// each of `split` runs of images.
#pragma once
#include "cuda/kernels/convolution/patches.cuh"
#include "cuda/kernels/gemm/tensor.cuh"

namespace keraunos::cuda {
namespace {

// Taps and channels: rows of dw.
inline int64_t KernelRows(const Convolution& p) {
  return p.kernel[0] * p.kernel[1] * p.kernel[2] * (p.channels / p.groups);
}

// The images of one partial sum, and its group.
struct ImageRuns {
  int64_t batch, split, positions;
  int groups;

  explicit ImageRuns(const Convolution& p)
      : batch(p.batch), split(p.split), positions(p.out[0] * p.out[1] * p.out[2]), groups(static_cast<int>(p.groups)) {}

  __host__ __device__ int64_t First(int unit) const { return unit * batch / split; }
  __device__ int Depth(int unit) const { return static_cast<int>((First(unit + 1) - First(unit)) * positions); }
};

// Factor A: lines are output positions, columns taps and channels, noted once.
template <class T>
struct TransposedPatchSource {
  using Element = T;
  static constexpr bool kAlongK = false;
  static constexpr int kTogether = 4;
  static constexpr int kTableBytes = sizeof(PatchTap);

  const T* data;
  Patches<T> patches;
  int columns;
  const PatchTap* taps = nullptr;
  ImageRuns runs;
  int64_t image;
  int unit = 0;

  TransposedPatchSource(const Convolution& p, const T* data)
      : data(data),
        patches(ForwardCorrelation(p)),
        columns(static_cast<int>(KernelRows(p))),
        runs(p),
        image(p.in[0] * p.in[1] * p.in[2] * p.channels) {}

  __device__ __forceinline__ void Open(int matrix) {
    unit = matrix / runs.groups;
    data += runs.First(unit) * image + matrix % runs.groups * static_cast<int64_t>(patches.depth.divisor);
  }
  __device__ __forceinline__ int Depth(int) const { return runs.Depth(unit); }
  __device__ __forceinline__ void Prepare(void* table, int first, int rows, int threads) {
    auto* const notes = static_cast<PatchTap*>(table);
    for (int row = static_cast<int>(threadIdx.x); row < rows; row += threads) {
      notes[row] = patches.TapOf(min(first + row, columns - 1));
    }
    taps = notes;
  }

  using Line = PatchPoint;
  using Column = PatchTap;
  __device__ __forceinline__ Line MakeLine(int index, int) const { return patches.PointOf(index); }
  __device__ __forceinline__ Column MakeColumn(int, int column) const { return taps[column]; }
  __device__ __forceinline__ const T* At(const Line& line, const Column& column) const {
    return patches.At(data, line, column);
  }
};

// Factor B: lines are output positions, columns filters.
template <class T>
struct OutputGradientSource {
  using Element = T;
  static constexpr bool kAlongK = false;
  static constexpr int kTogether = 4;

  const T* data;
  ImageRuns runs;
  int64_t filters, columns;

  OutputGradientSource(const Convolution& p, const T* data)
      : data(data), runs(p), filters(p.filters), columns(p.filters / p.groups) {}

  __device__ __forceinline__ void Open(int matrix) {
    data += runs.First(matrix / runs.groups) * runs.positions * filters + matrix % runs.groups * columns;
  }

  using Line = const T*;
  using Column = int;
  __device__ __forceinline__ Line MakeLine(int index, int) const {
    return data + static_cast<uint32_t>(index) * filters;
  }
  __device__ __forceinline__ Column MakeColumn(int index, int) const { return index; }
  __device__ __forceinline__ const T* At(Line line, Column column) const { return line + column; }
};

template <class T>
struct KernelGradientOutput {
  using Element = T;

  T* data;
  Epilogue<T> epilogue = {nullptr, nullptr, kLinear};
  bool pairs;
  int groups;
  int64_t filters, columns, size;

  KernelGradientOutput(const Convolution& p, T* data)
      : data(data),
        pairs(p.filters / p.groups % 2 == 0 && reinterpret_cast<uintptr_t>(data) % (2 * sizeof(T)) == 0),
        groups(static_cast<int>(p.groups)),
        filters(p.filters),
        columns(p.filters / p.groups),
        size(p.kernel[0] * p.kernel[1] * p.kernel[2] * (p.channels / p.groups) * p.filters) {}

  __device__ __forceinline__ void Open(int matrix) { data += matrix / groups * size + matrix % groups * columns; }
  __device__ __forceinline__ int64_t Row(int i) const { return i * filters; }
};

// Positions of the longest run.
inline int64_t KernelTerms(const Convolution& p) {
  return (p.batch + p.split - 1) / p.split * p.out[0] * p.out[1] * p.out[2];
}

template <class T>
bool IsWide(const Convolution& p, const T* x, const T* dy) {
  const auto aligned = [](const T* data) { return reinterpret_cast<uintptr_t>(data) % kChunkBytes == 0; };
  constexpr int64_t kChunk = kChunkBytes / static_cast<int64_t>(sizeof(T));
  return p.channels / p.groups % kChunk == 0 && p.filters / p.groups % kChunk == 0 && aligned(x) && aligned(dy);
}

template <class T>
void LaunchTensorKernelGradient(const Call& call, const Convolution& p, const T* x, const T* dy, T* dw) {
  LaunchTensor(call, "conv_kernel_grad", TransposedPatchSource<T>(p, x), OutputGradientSource<T>(p, dy),
               KernelGradientOutput<T>(p, dw), KernelRows(p), p.filters / p.groups, KernelTerms(p), p.split * p.groups,
               IsWide(p, x, dy));
}

}  // namespace
}  // namespace keraunos::cuda

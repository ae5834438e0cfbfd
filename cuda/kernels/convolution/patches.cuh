// Elements that a convolution reads, as a matrix that is never made: rows are positions of the target, columns taps and
// channels, and what lies outside the image is zero.
#pragma once
#include "cuda/kernels/convolution/correlation.cuh"
#include "cuda/kernels/divide.h"

namespace keraunos::cuda {
namespace {

// A position's first tap, or a tap relative to the first: as coordinates and as the number of a pixel.
struct alignas(16) PatchPoint {
  int pixel, z, y, x;
};
struct PatchTap {
  int pixel, z, y, x, channel;
};

template <class T>
struct Patches {
  uint32_t channels;  // of all groups
  Divider count_z, count_y, count_x, depth, taps_y, taps_x;
  int source_z, source_y, source_x;
  int step_z, step_y, step_x, offset_z, offset_y, offset_x, dilation_z, dilation_y, dilation_x;

  explicit Patches(const Correlation& p)
      : channels(static_cast<uint32_t>(p.groups * p.depth)),
        count_z(std::max<int64_t>(p.z.count, 1)),
        count_y(std::max<int64_t>(p.y.count, 1)),
        count_x(std::max<int64_t>(p.x.count, 1)),
        depth(p.depth),
        taps_y(std::max<int64_t>(p.y.taps, 1)),
        taps_x(std::max<int64_t>(p.x.taps, 1)),
        source_z(static_cast<int>(p.z.source)),
        source_y(static_cast<int>(p.y.source)),
        source_x(static_cast<int>(p.x.source)),
        step_z(static_cast<int>(p.z.source_step)),
        step_y(static_cast<int>(p.y.source_step)),
        step_x(static_cast<int>(p.x.source_step)),
        offset_z(static_cast<int>(p.z.offset)),
        offset_y(static_cast<int>(p.y.offset)),
        offset_x(static_cast<int>(p.x.offset)),
        dilation_z(static_cast<int>(p.z.dilation)),
        dilation_y(static_cast<int>(p.y.dilation)),
        dilation_x(static_cast<int>(p.x.dilation)) {}

  __device__ __forceinline__ int Pixel(int image, int z, int y, int x) const {
    return ((image * source_z + z) * source_y + y) * source_x + x;
  }
  __device__ __forceinline__ PatchPoint PointOf(int position) const {
    const uint32_t lines = count_x.Quotient(position), planes = count_y.Quotient(lines),
                   image = count_z.Quotient(planes);
    const int x = static_cast<int>(position - lines * count_x.divisor) * step_x + offset_x;
    const int y = static_cast<int>(lines - planes * count_y.divisor) * step_y + offset_y;
    const int z = static_cast<int>(planes - image * count_z.divisor) * step_z + offset_z;
    return {Pixel(static_cast<int>(image), z, y, x), z, y, x};
  }
  __device__ __forceinline__ PatchTap TapOf(int column) const {
    const uint32_t tap = depth.Quotient(column), lines = taps_x.Quotient(tap), planes = taps_y.Quotient(lines);
    const int x = static_cast<int>(tap - lines * taps_x.divisor) * dilation_x;
    const int y = static_cast<int>(lines - planes * taps_y.divisor) * dilation_y;
    const int z = static_cast<int>(planes) * dilation_z;
    return {Pixel(0, z, y, x), z, y, x, static_cast<int>(column - tap * depth.divisor)};
  }
  // Null outside the image.
  __device__ __forceinline__ const T* At(const T* data, const PatchPoint& point, const PatchTap& tap) const {
    const bool inside = static_cast<unsigned>(point.z + tap.z) < static_cast<unsigned>(source_z) &&
                        static_cast<unsigned>(point.y + tap.y) < static_cast<unsigned>(source_y) &&
                        static_cast<unsigned>(point.x + tap.x) < static_cast<unsigned>(source_x);
    return inside ? data + uint64_t{static_cast<uint32_t>(point.pixel + tap.pixel)} * channels + tap.channel : nullptr;
  }
};

// Patches as factor A of y = patches * w: rows of the tile are noted once, k runs along columns.
template <class T>
struct PatchSource {
  using Element = T;
  static constexpr bool kAlongK = true;
  static constexpr int kTogether = 4;
  static constexpr int kTableBytes = sizeof(PatchPoint);

  const T* data;
  Patches<T> patches;
  int rows;
  const PatchPoint* points = nullptr;

  PatchSource(const Correlation& p, const T* data) : data(data), patches(p), rows(static_cast<int>(p.rows())) {}

  __device__ __forceinline__ void Open(int group) { data += group * static_cast<int64_t>(patches.depth.divisor); }
  __device__ __forceinline__ int Depth(int k) const { return k; }
  __device__ __forceinline__ void Prepare(void* table, int first, int lines, int threads) {
    auto* const notes = static_cast<PatchPoint*>(table);
    for (int line = static_cast<int>(threadIdx.x); line < lines; line += threads) {
      notes[line] = patches.PointOf(min(first + line, rows - 1));
    }
    points = notes;
  }

  using Line = PatchPoint;
  using Column = PatchTap;
  __device__ __forceinline__ Line MakeLine(int, int line) const { return points[line]; }
  __device__ __forceinline__ Column MakeColumn(int index, int) const { return patches.TapOf(index); }
  __device__ __forceinline__ const T* At(const Line& line, const Column& column) const {
    return patches.At(data, line, column);
  }
};

}  // namespace
}  // namespace keraunos::cuda

// Where windows lie, and which position and channels a thread works on.
#pragma once
#include "cuda/kernels/divide.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "device/math.h"
#include "device/thread.h"

namespace keraunos::cuda {
namespace {

constexpr int kPoolThreads = 256;

// Extents of one image are below 2^31.
struct PoolShape {
  int in[3], out[3], window[3], stride[3], low[3];
  Divider stride_of[3];
  bool relu;
  // Threads: images x positions x groups of channels.
  int64_t channels, first_image;
  Divider groups, dims[3];
  uint32_t threads;
};

struct Place {
  int64_t image;
  int at[3];
  int64_t channel;
};

__device__ __forceinline__ Place PlaceOf(const PoolShape& p, uint32_t thread, int items) {
  Place place;
  uint32_t rest = p.groups.Quotient(thread);
  place.channel = static_cast<int64_t>(thread - rest * p.groups.divisor) * items;
#pragma unroll
  for (int axis = 2; axis >= 0; --axis) {
    const uint32_t next = p.dims[axis].Quotient(rest);
    place.at[axis] = static_cast<int>(rest - next * p.dims[axis].divisor);
    rest = next;
  }
  place.image = p.first_image + rest;
  return place;
}

struct Range {
  int begin, end;
  __device__ __forceinline__ int size() const { return end - begin; }
};

// Positions of window `o`, counted from its own start, that are inside the input.
__device__ __forceinline__ Range Inside(const PoolShape& p, int axis, int o) {
  const int start = o * p.stride[axis] - p.low[axis], left = p.in[axis] - start;
  return {start < 0 ? -start : 0, p.window[axis] < left ? p.window[axis] : left};
}

// Windows that cover input position i; position i has number i + low - o * stride in window o.
__device__ __forceinline__ Range Covering(const PoolShape& p, int axis, int i) {
  const int last = static_cast<int>(p.stride_of[axis].Quotient(static_cast<uint32_t>(i + p.low[axis]))) + 1;
  const int before = i + p.low[axis] - p.window[axis];
  return {before < 0 ? 0 : static_cast<int>(p.stride_of[axis].Quotient(static_cast<uint32_t>(before))) + 1,
          p.out[axis] < last ? p.out[axis] : last};
}

// The first element, among the image's, of position (d, h, w).
__device__ __forceinline__ int64_t ElementOf(const int (&extents)[3], int64_t channels, int64_t image, int d, int h,
                                             int w) {
  return (((image * extents[0] + d) * extents[1] + h) * extents[2] + w) * channels;
}

// run(shape, blocks) for slices of images that fit a launch; `over` are the extents of what threads enumerate.
template <class Run>
void ForImages(const Pooling& params, const int64_t (&over)[3], int items, const Run& run) {
  PoolShape shape = {};
  for (int axis = 0; axis < 3; ++axis) {
    shape.in[axis] = static_cast<int>(params.in[axis]);
    shape.out[axis] = static_cast<int>(params.out[axis]);
    shape.window[axis] = static_cast<int>(params.window[axis]);
    shape.stride[axis] = static_cast<int>(params.stride[axis]);
    shape.low[axis] = static_cast<int>(params.low[axis]);
    shape.stride_of[axis] = Divider(params.stride[axis]);
    shape.dims[axis] = Divider(over[axis] > 0 ? over[axis] : 1);
  }
  shape.relu = params.activation == kRelu;
  shape.channels = params.channels;
  const int64_t groups = params.channels / items, threads = over[0] * over[1] * over[2] * groups;
  if (threads == 0) return;
  shape.groups = Divider(groups);
  const int64_t at_once = kMostPerLaunch / threads > 0 ? kMostPerLaunch / threads : 1;
  for (int64_t first = 0; first < params.batch; first += at_once) {
    const int64_t images = params.batch - first < at_once ? params.batch - first : at_once;
    shape.first_image = first;
    shape.threads = static_cast<uint32_t>(images * threads);
    run(shape, Shape{{static_cast<uint32_t>(CeilDivide(shape.threads, kPoolThreads))}, {kPoolThreads}});
  }
}

}  // namespace
}  // namespace keraunos::cuda

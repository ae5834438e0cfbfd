// Resampling on a grid: every output element is a weighted sum of a few rows, of a few columns each, in the order of
// the processor: down the rows first.
#pragma once
#include "cuda/kernels/convert.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/strides.h"
#include "device/math.h"

namespace keraunos::cuda {
namespace {

constexpr int kImageThreads = 256;

// A run of input rows or columns, clipped so that no table reads out of bounds.
struct Span {
  int64_t first, count;
};
__device__ __forceinline__ Span SpanOf(const int32_t* spans, int64_t i, int64_t extent, int64_t taps) {
  const int64_t first = spans[2 * i], count = spans[2 * i + 1];
  if (first < 0 || first > extent || count < 0) return {0, 0};
  const int64_t left = extent - first < taps ? extent - first : taps;
  return {first, count < left ? count : left};
}

template <class In, class Out>
struct ResizeOperands {
  const In* in;
  const int32_t* row_spans;
  const Out* row_weights;
  const int32_t* column_spans;
  const Out* column_weights;
  Out* out;
  Resize shape;
  int64_t first_image;
  Divider channels, columns, rows;
  uint32_t elements;
};

template <class In, class Out>
__global__ void __launch_bounds__(kImageThreads, 4) ResizeElements(const __grid_constant__ ResizeOperands<In, Out> o) {
  const uint32_t element = blockIdx.x * kImageThreads + threadIdx.x;
  if (element >= o.elements) return;
  const Resize& s = o.shape;
  const uint32_t pixel = o.channels.Quotient(element), row_number = o.columns.Quotient(pixel);
  const uint32_t image = o.rows.Quotient(row_number);
  const int64_t channel = element - pixel * o.channels.divisor, x = pixel - row_number * o.columns.divisor;
  const int64_t y = row_number - image * o.rows.divisor;
  const Span rows = SpanOf(o.row_spans, y, s.height, s.row_taps);
  const Span columns = SpanOf(o.column_spans, x, s.width, s.column_taps);
  const int64_t line = s.width * s.channels;
  const In* from =
      o.in + ((o.first_image + image) * s.height + rows.first) * line + columns.first * s.channels + channel;
  const Out *row_weights = o.row_weights + y * s.row_taps, *column_weights = o.column_weights + x * s.column_taps;
  Out sum = 0;
  for (int64_t k = 0; k < columns.count; ++k) {
    Out blended = 0;
#pragma unroll 4
    for (int64_t j = 0; j < rows.count; ++j) {
      const Out term = Product(row_weights[j], static_cast<Out>(from[j * line + k * s.channels]));
      blended = j == 0 ? term : Sum(blended, term);
    }
    sum = Sum(sum, Product(column_weights[k], blended));
  }
  o.out[o.first_image * s.out_height * s.out_width * s.channels + element] = sum;
}

template <class In, class Out>
void LaunchResize(const Call& call) {
  const auto& p = call.as<Resize>();
  const int64_t per_image = p.out_height * p.out_width * p.channels;
  if (per_image == 0) return;
  ResizeOperands<In, Out> o = {};
  o.in = call.operand<const In>(0);
  o.row_spans = call.operand<const int32_t>(1);
  o.row_weights = call.operand<const Out>(2);
  o.column_spans = call.operand<const int32_t>(3);
  o.column_weights = call.operand<const Out>(4);
  o.out = call.operand<Out>(5);
  o.shape = p;
  o.channels = Divider(p.channels);
  o.columns = Divider(p.out_width);
  o.rows = Divider(p.out_height);
  const int64_t at_once = kMostPerLaunch / per_image > 0 ? kMostPerLaunch / per_image : 1;
  for (o.first_image = 0; o.first_image < call.units; o.first_image += at_once) {
    const int64_t images = call.units - o.first_image < at_once ? call.units - o.first_image : at_once;
    o.elements = static_cast<uint32_t>(images * per_image);
    Launch(call.queue, "resize", ResizeElements<In, Out>,
           Shape{{static_cast<uint32_t>(CeilDivide(o.elements, kImageThreads))}, {kImageThreads}}, o);
  }
}

}  // namespace
}  // namespace keraunos::cuda

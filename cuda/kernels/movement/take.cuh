// take: rows by index, moved in words of up to 16 bytes; and fill.
#pragma once
#include "cuda/kernels/convert.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "cuda/kernels/strides.h"

namespace keraunos::cuda {
namespace {

// The row that an index of int32 or int64 names, -1 when it is out of range. Negative ones count from the end.
__device__ __forceinline__ int64_t RowIndex(const void* indices, bool wide, int64_t position, int64_t rows) {
  int64_t index =
      wide ? static_cast<const int64_t*>(indices)[position] : static_cast<const int32_t*>(indices)[position];
  if (index < 0) index += rows;
  return index >= 0 && index < rows ? index : -1;
}

constexpr int kTakeThreads = 256;
constexpr int kTakesPerThread = 4;
constexpr int64_t kTakesPerBlock = kTakeThreads * kTakesPerThread;

struct Taking {
  const void *source, *indices;
  void* out;
  bool wide;  // indices are int64
  int64_t source_rows, row_words;
  int64_t first_row, first_column;
  Divider columns;
  uint32_t words;
  uint64_t missing;  // in 8 bytes: what rows of bad indices are filled with
};

template <class W>
__device__ __forceinline__ W Repeated(uint64_t bits) {
  if constexpr (sizeof(W) == 16) {
    const auto low = static_cast<uint32_t>(bits), high = static_cast<uint32_t>(bits >> 32);
    return {low, high, low, high};
  } else if constexpr (sizeof(W) == 8) {
    return {static_cast<uint32_t>(bits), static_cast<uint32_t>(bits >> 32)};
  } else {
    return static_cast<W>(bits);
  }
}

template <class W>
__global__ void __launch_bounds__(kTakeThreads) TakeWords(const __grid_constant__ Taking t) {
  const uint32_t first = blockIdx.x * static_cast<uint32_t>(kTakesPerBlock) + threadIdx.x;
  W values[kTakesPerThread];
  int64_t targets[kTakesPerThread];
#pragma unroll
  for (int i = 0; i < kTakesPerThread; ++i) {
    const uint32_t word = first + i * kTakeThreads;
    if (word >= t.words) continue;
    const uint32_t row = t.columns.Quotient(word);
    const int64_t column = t.first_column + (word - row * t.columns.divisor);
    const int64_t from = RowIndex(t.indices, t.wide, t.first_row + row, t.source_rows);
    values[i] =
        from < 0 ? Repeated<W>(t.missing) : LoadWord<W>(static_cast<const W*>(t.source) + from * t.row_words + column);
    targets[i] = (t.first_row + row) * t.row_words + column;
  }
#pragma unroll
  for (int i = 0; i < kTakesPerThread; ++i) {
    if (first + i * kTakeThreads < t.words) StoreWord(static_cast<W*>(t.out) + targets[i], values[i]);
  }
}

template <class W>
void LaunchTake(const Call& call, Taking taking, int64_t rows, int64_t most) {
  StridedLoop<1> loop;
  loop.rank = 2;
  loop.dims[0] = rows;
  loop.dims[1] = taking.row_words;
  loop.strides[0][0] = taking.row_words;
  loop.strides[0][1] = 1;
  const int64_t zeros[1] = {};
  ForSlices<1>(
      loop, most,
      [&](const StridedLoop<1>& slice, const int64_t* offsets) {
        taking.first_row = offsets[0] / taking.row_words;
        taking.first_column = offsets[0] % taking.row_words;
        taking.columns = Divider(slice.dims[slice.rank - 1]);
        taking.words = static_cast<uint32_t>(slice.elements());
        const auto blocks = static_cast<uint32_t>(CeilDivide(slice.elements(), kTakesPerBlock));
        Launch(call.queue, "take", TakeWords<W>, Shape{{blocks}, {kTakeThreads}}, taking);
      },
      zeros);
}

// Bits of a missing element, repeated to 8 bytes: NaN for floats, 0 for integers.
constexpr uint64_t MissingBits(DType dtype) {
  switch (dtype) {
    case kFloat32:
      return 0x7fc000007fc00000;
    case kFloat64:
      return 0x7ff8000000000000;
    case kBFloat16:
      return 0x7fc07fc07fc07fc0;
    case kFloat16:
      return 0x7e007e007e007e00;
    default:
      return 0;
  }
}

template <class T>
void TakeRows(const Call& call) {
  const auto& params = call.as<Take>();
  Taking taking = {};
  taking.source = call.operands[0];
  taking.indices = call.operands[1];
  taking.out = call.operands[2];
  taking.wide = params.index_dtype == kInt64;
  taking.source_rows = params.source_rows;
  taking.missing = MissingBits(kDTypeOf<T>);
  int64_t bytes = sizeof(T), words = params.row_elements;
  while (bytes < kAccessBytes && words % 2 == 0 && IsAligned(taking.source, 2 * bytes) &&
         IsAligned(taking.out, 2 * bytes)) {
    bytes *= 2;
    words /= 2;
  }
  taking.row_words = words;
  switch (bytes) {
    case 1:
      return LaunchTake<uint8_t>(call, taking, params.rows, kMostPerLaunch);
    case 2:
      return LaunchTake<uint16_t>(call, taking, params.rows, kMostPerLaunch);
    case 4:
      return LaunchTake<uint32_t>(call, taking, params.rows, kMostPerLaunch);
    case 8:
      return LaunchTake<uint2>(call, taking, params.rows, kMostPerLaunch);
    default:
      return LaunchTake<uint4>(call, taking, params.rows, kMostPerLaunch);
  }
}

template <class T>
__global__ void __launch_bounds__(kTakeThreads) FillElements(T* out, int64_t elements, bool packs, double number) {
  constexpr int kItems = kAccessBytes / static_cast<int>(sizeof(T));
  const T value = Convert<T>(number);
  const int64_t at = (static_cast<int64_t>(blockIdx.x) * kTakeThreads + threadIdx.x) * kItems;
  if (packs && at + kItems <= elements) {
    Pack<T, kItems> pack;
#pragma unroll
    for (int i = 0; i < kItems; ++i) pack.items[i] = value;
    StorePack(out + at, pack);
  } else {
    for (int64_t i = at; i < elements && i < at + kItems; ++i) out[i] = value;
  }
}

template <class T>
void LaunchFill(const Call& call, T* out, int64_t elements, double value) {
  const int64_t threads = CeilDivide(elements, kAccessBytes / static_cast<int64_t>(sizeof(T)));
  Launch(call.queue, "fill", FillElements<T>,
         Shape{{static_cast<uint32_t>(CeilDivide(threads, kTakeThreads))}, {kTakeThreads}}, out, elements,
         IsAligned(out, kAccessBytes), value);
}

template <class T>
void FillRows(const Call& call) {
  const auto& params = call.as<Fill>();
  LaunchFill(call, call.operand<T>(0), call.units * params.cols, params.value);
}

}  // namespace
}  // namespace keraunos::cuda

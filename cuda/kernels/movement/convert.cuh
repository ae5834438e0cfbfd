// cast and batch: rows of one dtype to rows of another, taken one after another or as an order names them, scaled on
// the way. A thread converts packs; all its loads are issued before the first is converted.
#pragma once
#include "cuda/kernels/convert.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "cuda/kernels/strides.h"

namespace keraunos::cuda {
namespace {

// Which row of the source a row of the result is.
struct RowSource {
  const int64_t* cursor;  // null: every row is itself
  const int32_t* order;
  int64_t source_rows, order_rows;

  static __device__ __forceinline__ int64_t Wrap(int64_t in, int64_t n) {
    if (in >= 0 && in < n) return in;
    const int64_t rest = in % n;
    return rest < 0 ? rest + n : rest;
  }
  __device__ __forceinline__ int64_t Row(int64_t row) const {
    if (!cursor) return row;
    // Unsigned: the cursor may be any number.
    const auto position = static_cast<int64_t>(static_cast<uint64_t>(*cursor) + static_cast<uint64_t>(row));
    if (order_rows == 0) return Wrap(position, source_rows);
    return Wrap(order[Wrap(position, order_rows)], source_rows);
  }
};

struct Conversion {
  const void* source;
  void* out;
  RowSource rows;
  int64_t row_elements;  // of the tensors
  int64_t first_row, first_column;
  Divider columns;  // of this launch
  uint32_t elements;
  bool packs, scaled;
  double scale, offset;
};

constexpr int kConvertThreads = 256;

template <class To, class From>
struct Converter {
  static constexpr int kLargest = sizeof(To) > sizeof(From) ? sizeof(To) : sizeof(From);
  static constexpr int kItems = kAccessBytes / kLargest;
  static constexpr int kPacks = kItems <= 4 ? 4 : 2;
  static constexpr int kSingles = 4;
  static constexpr uint32_t kPerBlock = kConvertThreads * kItems * kPacks;

  static __device__ __forceinline__ To Apply(const Conversion& c, From x) {
    if constexpr (kIsFloat<To>) {
      if (c.scaled) {
        using Real = Compute<To>;
        return Convert<To>(Sum(Product(Convert<Real>(x), static_cast<Real>(c.scale)), static_cast<Real>(c.offset)));
      }
    }
    if constexpr (kDTypeOf<To> == kDTypeOf<From> && kDTypeOf<To> != kBool) {
      return x;
    } else {
      return Convert<To>(x);
    }
  }

  static __device__ __forceinline__ void Places(const Conversion& c, uint32_t element, const From*& from, To*& to) {
    const uint32_t row = c.columns.Quotient(element);
    const int64_t column = c.first_column + (element - row * c.columns.divisor);
    from = static_cast<const From*>(c.source) + c.rows.Row(c.first_row + row) * c.row_elements + column;
    to = static_cast<To*>(c.out) + (c.first_row + row) * c.row_elements + column;
  }

  static __device__ __forceinline__ void RunPacks(const Conversion& c, uint32_t first) {
    Pack<From, kItems> packs[kPacks];
    To* targets[kPacks];
#pragma unroll
    for (int p = 0; p < kPacks; ++p) {
      const From* from;
      Places(c, first + (p * kConvertThreads + threadIdx.x) * kItems, from, targets[p]);
      packs[p] = LoadPack<kItems>(from);
    }
#pragma unroll
    for (int p = 0; p < kPacks; ++p) {
      Pack<To, kItems> result;
#pragma unroll
      for (int i = 0; i < kItems; ++i) result.items[i] = Apply(c, packs[p].items[i]);
      StorePack(targets[p], result);
    }
  }

  static __device__ __forceinline__ void RunSingles(const Conversion& c, uint32_t first) {
    const uint32_t end = first + kPerBlock < c.elements ? first + kPerBlock : c.elements;
#pragma unroll 1
    for (uint32_t turn = first + threadIdx.x; turn < end; turn += kSingles * kConvertThreads) {
      From values[kSingles];
      To* targets[kSingles];
#pragma unroll
      for (int s = 0; s < kSingles; ++s) {
        const uint32_t element = turn + s * kConvertThreads;
        const From* from;
        if (element >= end) continue;
        Places(c, element, from, targets[s]);
        values[s] = *from;
      }
#pragma unroll
      for (int s = 0; s < kSingles; ++s) {
        if (turn + s * kConvertThreads < end) *targets[s] = Apply(c, values[s]);
      }
    }
  }
};

template <class To, class From>
__global__ void __launch_bounds__(kConvertThreads, 4) ConvertRows(const __grid_constant__ Conversion conversion) {
  using C = Converter<To, From>;
  const uint32_t first = blockIdx.x * C::kPerBlock;
  if (conversion.packs && first + C::kPerBlock <= conversion.elements) {
    C::RunPacks(conversion, first);
  } else {
    C::RunSingles(conversion, first);
  }
}

// rows x row_elements of the result; source, out, rows, scale and offset of `conversion` are set.
template <class To, class From>
void LaunchConversion(const Call& call, Conversion conversion, int64_t rows, int64_t row_elements, int64_t most) {
  using C = Converter<To, From>;
  conversion.row_elements = row_elements;
  conversion.scaled = conversion.scale != 1 || conversion.offset != 0;
  const bool aligned = IsAligned(conversion.source, C::kItems * static_cast<int64_t>(sizeof(From))) &&
                       IsAligned(conversion.out, C::kItems * static_cast<int64_t>(sizeof(To)));
  StridedLoop<1> loop;
  loop.rank = 2;
  loop.dims[0] = rows;
  loop.dims[1] = row_elements;
  loop.strides[0][0] = row_elements;
  loop.strides[0][1] = 1;
  const int64_t zeros[1] = {};
  ForSlices<1>(
      loop, most,
      [&](const StridedLoop<1>& slice, const int64_t* offsets) {
        const int64_t columns = slice.dims[slice.rank - 1];
        conversion.first_row = offsets[0] / row_elements;
        conversion.first_column = offsets[0] % row_elements;
        conversion.columns = Divider(columns);
        conversion.elements = static_cast<uint32_t>(slice.elements());
        conversion.packs = aligned && row_elements % C::kItems == 0 && columns % C::kItems == 0 &&
                           conversion.first_column % C::kItems == 0;
        const auto blocks = static_cast<uint32_t>(CeilDivide(slice.elements(), C::kPerBlock));
        Launch(call.queue, "convert", ConvertRows<To, From>, Shape{{blocks}, {kConvertThreads}}, conversion);
      },
      zeros);
}

using ConversionLauncher = void (*)(const Call&, Conversion, int64_t rows, int64_t row_elements, int64_t most);

template <class To>
constexpr ConversionLauncher kConversionsTo[kNumDTypes] = {
    LaunchConversion<To, Bool>,     LaunchConversion<To, uint8_t>, LaunchConversion<To, int32_t>,
    LaunchConversion<To, int64_t>,  LaunchConversion<To, float>,   LaunchConversion<To, double>,
    LaunchConversion<To, BFloat16>, LaunchConversion<To, Float16>};

}  // namespace
}  // namespace keraunos::cuda

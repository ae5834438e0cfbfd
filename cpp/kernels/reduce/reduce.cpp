// Family reduce: in (outer, count, inner) -> out (outer, inner); cumsum: (outer, count, inner). Unit: one `outer` row
// when outer > 1, else one `inner` column. The tree of a reduction depends on (count, inner) alone: not on units,
// threads or chunks. cumsum may be in place, the others not. Cost: one read of the input; scratch: one tile of columns.
#include "kernels/reduce/arg.h"
#include "kernels/reduce/columns.h"
#include "kernels/reduce/rows.h"

namespace keraunos {
namespace {

// Calls row(in, out) for a contiguous reduction, columns(in, out, begin, end) otherwise; elements of out per outer row:
// `results`.
template <class T, class R, class Row, class Columns>
KERAUNOS_INLINE void ForUnits(const Reduce& params, void* const* operands, int64_t results, int64_t begin, int64_t end,
                              Row row, Columns columns) {
  const T* in = static_cast<const T*>(operands[0]);
  R* out = static_cast<R*>(operands[1]);
  if (params.outer <= 1 && params.inner != 1) {
    if (begin < end) columns(in, out, begin, end);
    return;
  }
  for (int64_t o = begin; o < end; ++o) {
    const T* from = in + o * params.count * params.inner;
    R* to = out + o * results;
    if (params.inner == 1) {
      row(from, to);
    } else {
      columns(from, to, 0, params.inner);
    }
  }
}

template <class Op, class T>
void ReduceUnits(const void* raw, void* const* operands, int64_t begin, int64_t end, void* scratch) {
  const auto& params = *static_cast<const Reduce*>(raw);
  ForUnits<T, T>(
      params, operands, params.inner, begin, end, [&](const T* in, T* out) { *out = ReduceRow<Op>(in, params.count); },
      [&](const T* in, T* out, int64_t first, int64_t last) {
        ReduceColumns<Op>(in, params.count, params.inner, first, last, out, static_cast<T*>(scratch));
      });
}

template <class Better, class T>
void ArgUnits(const void* raw, void* const* operands, int64_t begin, int64_t end, void* scratch) {
  const auto& params = *static_cast<const Reduce*>(raw);
  ForUnits<T, int32_t>(
      params, operands, params.inner, begin, end,
      [&](const T* in, int32_t* out) { *out = ArgOfRow<Better>(in, params.count); },
      [&](const T* in, int32_t* out, int64_t first, int64_t last) {
        ArgOfColumns<Better>(in, params.count, params.inner, first, last, out, static_cast<T*>(scratch));
      });
}

template <class T>
void CumsumUnits(const void* raw, void* const* operands, int64_t begin, int64_t end, void*) {
  const auto& params = *static_cast<const Reduce*>(raw);
  const int64_t count = params.count, inner = params.inner;
  ForUnits<T, T>(
      params, operands, count * inner, begin, end,
      [&](const T* in, T* out) {
        T sum = 0;
        for (int64_t i = 0; i < count; ++i) out[i] = sum = sum + in[i];
      },
      [&](const T* in, T* out, int64_t first, int64_t last) {
        for (int64_t j = first; j < last && count > 0; ++j) out[j] = in[j];
        for (int64_t r = 1; r < count; ++r) {
          const T *row = in + r * inner, *before = out + (r - 1) * inner;
          T* to = out + r * inner;
#pragma GCC ivdep
          for (int64_t j = first; j < last; ++j) to[j] = before[j] + row[j];
        }
      });
}

#define NUMBERS(T)                                                                                   \
  {kOp_sum, kDTypeOf<T>, ReduceUnits<SumOp, T>}, {kOp_prod, kDTypeOf<T>, ReduceUnits<ProdOp, T>},    \
      {kOp_cumsum, kDTypeOf<T>, CumsumUnits<T>}, {kOp_argmax, kDTypeOf<T>, ArgUnits<Greater, T>},    \
      {kOp_argmin, kDTypeOf<T>, ArgUnits<Less, T>}, {kOp_max, kDTypeOf<T>, ReduceUnits<MaxOp, T>}, { \
    kOp_min, kDTypeOf<T>, ReduceUnits<MinOp, T>                                                      \
  }

constexpr KernelEntry kEntries[] = {
    NUMBERS(uint8_t),
    NUMBERS(int32_t),
    NUMBERS(int64_t),
    NUMBERS(float),
    NUMBERS(double),
    {kOp_max, kBool, ReduceUnits<MaxOp, Bool>},
    {kOp_min, kBool, ReduceUnits<MinOp, Bool>},
    {kOp_argmax, kBool, ArgUnits<Greater, Bool>},
    {kOp_argmin, kBool, ArgUnits<Less, Bool>},
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(reduce, keraunos::kEntries)

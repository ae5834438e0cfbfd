// The gemm family: params and unit ranges turned into rectangles of C.
#include "kernels/gemm/region.h"
#include "kernels/kernel.h"

namespace keraunos {
namespace {

// Units: rows of C over all matrices of the batch (axis 0), or blocks of columns, each for all matrices (axis 1).
template <typename T>
void run(const Gemm& g, const void* a, const void* b, bool packed, const void* bias, const void* rate, void* c,
         int64_t begin, int64_t end, void* scratch) {
  const auto matrix = [&](int64_t index, const Rectangle& rectangle) {
    multiply_rectangle<T>(g, static_cast<const T*>(a) + index * g.stride_a, static_cast<const T*>(b) + index * g.stride_b,
                          packed, static_cast<const T*>(bias), static_cast<const T*>(rate),
                          static_cast<T*>(c) + index * g.stride_c, rectangle, scratch);
  };
  if (g.axis == 1) {
    const Rectangle rectangle = {0, g.m, begin * g.block, smaller(end * g.block, g.n)};
    for (int64_t index = 0; index < g.batch; ++index) matrix(index, rectangle);
  } else {
    while (begin < end) {
      const int64_t index = g.batch == 1 ? 0 : begin / g.m;
      const int64_t first_row = index * g.m;
      const int64_t stop = smaller(end, first_row + g.m);
      matrix(index, {begin - first_row, stop - first_row, 0, g.n});
      begin = stop;
    }
  }
}

template <typename T>
void gemm(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  run<T>(*static_cast<const Gemm*>(params), o[0], o[1], false, nullptr, nullptr, o[2], begin, end, scratch);
}

template <typename T>
void gemm_bias(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  run<T>(*static_cast<const Gemm*>(params), o[0], o[1], false, o[2], nullptr, o[3], begin, end, scratch);
}

template <typename T>
void gemm_update(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  run<T>(*static_cast<const Gemm*>(params), o[0], o[1], false, nullptr, o[2], o[3], begin, end, scratch);
}

template <typename T>
void gemm_packed(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  run<T>(*static_cast<const Gemm*>(params), o[0], o[1], true, nullptr, nullptr, o[2], begin, end, scratch);
}

template <typename T>
void gemm_packed_bias(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  run<T>(*static_cast<const Gemm*>(params), o[0], o[1], true, o[2], nullptr, o[3], begin, end, scratch);
}

// Panel u holds columns [48 u, 48 u + 48) of B, k rows of 48, zeros beyond n.
template <typename T>
void gemm_pack(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const Pack& p = *static_cast<const Pack*>(params);
  const T* b = static_cast<const T*>(o[0]);
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t column = unit * kPanelColumns;
    const int64_t width = smaller(kPanelColumns, p.n - column);
    T* panel = static_cast<T*>(o[1]) + unit * p.k * kPanelColumns;
    if (p.trans_b) {
      if (width < kPanelColumns) __builtin_memset(panel, 0, static_cast<size_t>(p.k * kPanelColumns) * sizeof(T));
      transpose(b + column * p.ldb, p.ldb, panel, kPanelColumns, width, p.k);
      continue;
    }
    for (int64_t row = 0; row < p.k; ++row, panel += kPanelColumns) {
      const T* source = b + row * p.ldb + column;
      for (int64_t j = 0; j < kPanelColumns; j += kVecLanes<T>) {
        const int64_t lanes = width - j;
        store(panel + j, lanes >= kVecLanes<T> ? load(source + j) : load_n(source + j, lanes < 0 ? 0 : lanes));
      }
    }
  }
}

#define KERAUNOS_BOTH(name) {kOp_##name, kFloat32, name<float>}, {kOp_##name, kFloat64, name<double>}
constexpr KernelEntry kEntries[] = {
    KERAUNOS_BOTH(gemm),      KERAUNOS_BOTH(gemm_bias),   KERAUNOS_BOTH(gemm_update),
    KERAUNOS_BOTH(gemm_pack), KERAUNOS_BOTH(gemm_packed), KERAUNOS_BOTH(gemm_packed_bias),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(gemm, keraunos::kEntries)

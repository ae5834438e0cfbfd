// The gemm family: params and unit ranges turned into rectangles of C.
#include "kernels/gemm/region.h"
#include "kernels/gemm/units.h"
#include "kernels/kernel.h"

namespace keraunos {
namespace {

template <typename T>
void Run(const Gemm& g, const void* a, const void* b, bool packed, const void* bias, const void* rate, int64_t chain,
         void* c, int64_t begin, int64_t end, void* scratch) {
  for_each_rectangle(g, begin, end, [&](int64_t index, const Rectangle& rectangle) {
    MultiplyRectangle<T>(g, static_cast<const T*>(a) + index * g.stride_a,
                         static_cast<const T*>(b) + index * g.stride_b, packed, static_cast<const T*>(bias),
                         static_cast<const T*>(rate), chain, static_cast<T*>(c) + index * g.stride_c, rectangle,
                         scratch);
  });
}

template <typename T>
void GemmPlain(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  Run<T>(*static_cast<const Gemm*>(params), o[0], o[1], false, nullptr, nullptr, 0, o[2], begin, end, scratch);
}

template <typename T>
void GemmBias(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  Run<T>(*static_cast<const Gemm*>(params), o[0], o[1], false, o[2], nullptr, 0, o[3], begin, end, scratch);
}

template <typename T>
void GemmUpdate(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  Run<T>(*static_cast<const Gemm*>(params), o[0], o[1], false, nullptr, o[2], 0, o[3], begin, end, scratch);
}

// Chains of 32 terms: a sum of thousands errs as one of 32 and one of their number would.
inline constexpr int64_t kAddedChain = 32;

template <typename T>
void GemmAdd(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const T minus_one = -1;
  Run<T>(*static_cast<const Gemm*>(params), o[0], o[1], false, nullptr, &minus_one, kAddedChain, o[2], begin, end,
         scratch);
}

template <typename T>
void GemmPacked(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  Run<T>(*static_cast<const Gemm*>(params), o[0], o[1], true, nullptr, nullptr, 0, o[2], begin, end, scratch);
}

template <typename T>
void GemmPackedBias(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  Run<T>(*static_cast<const Gemm*>(params), o[0], o[1], true, o[2], nullptr, 0, o[3], begin, end, scratch);
}

// Panel u holds columns [48 u, 48 u + 48) of B, k rows of 48, zeros beyond n.
template <typename T>
void GemmPack(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
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

#define KERAUNOS_BOTH(op, Kernel) \
  {kOp_##op, kFloat32, Kernel<float>}, { kOp_##op, kFloat64, Kernel<double> }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_BOTH(gemm, GemmPlain),
    KERAUNOS_BOTH(gemm_bias, GemmBias),
    KERAUNOS_BOTH(gemm_update, GemmUpdate),
    KERAUNOS_BOTH(gemm_pack, GemmPack),
    KERAUNOS_BOTH(gemm_add, GemmAdd),
    KERAUNOS_BOTH(gemm_packed, GemmPacked),
    KERAUNOS_BOTH(gemm_packed_bias, GemmPackedBias),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(gemm, keraunos::kEntries)

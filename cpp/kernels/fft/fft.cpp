// Family fft: discrete Fourier transforms of rows (params.h: Fft). Unit: one row. Cost: some 5 n log2(n) operations per
// row of n; scratch, or the operand work: 2 n elements.
#include "kernels/fft/passes.h"
#include "kernels/kernel.h"
#include "kernels/types.h"

namespace keraunos {
namespace {

template <class T>
void Run(const void* params, void* const* o, int64_t begin, int64_t end, void* scratch) {
  const auto& p = *static_cast<const Fft*>(params);
  const T* roots = static_cast<const T*>(o[2]);
  const auto signal = [&](int re, int im, int64_t row) {
    return Signal<T>{static_cast<T*>(o[re]) + row * p.n, static_cast<T*>(o[im]) + row * p.n};
  };
  for (int64_t row = begin; row < end; ++row) {
    T* const work = p.outside ? static_cast<T*>(o[5]) + row * 2 * p.n : static_cast<T*>(scratch);
    Transform(p, signal(0, 1, row), signal(3, 4, row), Signal<T>{work, work + p.n}, roots);
  }
}

constexpr KernelEntry kEntries[] = {
    {kOp_fft, kFloat32, Run<float>},
    {kOp_fft, kFloat64, Run<double>},
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(fft, keraunos::kEntries)

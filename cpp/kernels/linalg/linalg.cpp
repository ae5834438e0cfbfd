// Family linalg: factorizations of matrices and triangular systems (params.h: Linalg). Unit: one matrix. Cost: n^3 / 3
// multiply-adds for Cholesky, up to some 20 n^3 for singular values; the work that some need is their last operand.
#include "kernels/kernel.h"
#include "kernels/linalg/eigh.h"
#include "kernels/linalg/lu.h"
#include "kernels/linalg/qr.h"
#include "kernels/linalg/svd.h"
#include "kernels/linalg/triangular.h"

namespace keraunos {
namespace {

KERAUNOS_INLINE int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }
KERAUNOS_INLINE int64_t Larger(int64_t a, int64_t b) { return a < b ? b : a; }

// What operand `index` has for matrix `unit`, `elements` for each.
template <class T>
KERAUNOS_INLINE T* Part(void* const* operands, int index, int64_t unit, int64_t elements) {
  return static_cast<T*>(operands[index]) + unit * elements;
}

template <class T>
void RunCholesky(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Linalg*>(params);
  const int64_t all = p.rows * p.rows;
  for (int64_t i = begin; i < end; ++i) Cholesky(Part<T>(o, 0, i, all), Part<T>(o, 1, i, all), p.rows);
}

template <class T>
void RunTriangularSolve(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Linalg*>(params);
  for (int64_t i = begin; i < end; ++i) {
    T* const x = Part<T>(o, 2, i, p.rows * p.others);
    Copy(Part<T>(o, 1, i, p.rows * p.others), x, p.rows * p.others);
    SolveTriangular(Part<T>(o, 0, i, p.rows * p.rows), x, p.rows, p.others, p.lower != 0, p.transposed != 0,
                    p.unit_diagonal != 0);
  }
}

template <class T>
void RunLu(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Linalg*>(params);
  const int64_t all = p.rows * p.cols;
  for (int64_t i = begin; i < end; ++i) {
    FactorLu(Part<T>(o, 0, i, all), Part<T>(o, 1, i, all), Part<int32_t>(o, 2, i, p.rows), Part<T>(o, 3, i, 1), p.rows,
             p.cols);
  }
}

template <class T>
void RunQr(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Linalg*>(params);
  const int64_t work = p.rows * p.cols + Smaller(p.rows, p.cols) + Larger(p.cols, p.others);
  for (int64_t i = begin; i < end; ++i) {
    FactorQr(Part<T>(o, 0, i, p.rows * p.cols), Part<T>(o, 1, i, p.rows * p.others),
             Part<T>(o, 2, i, p.others * p.cols), Part<T>(o, 3, i, work), p.rows, p.cols, p.others);
  }
}

template <class T>
void RunEigh(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Linalg*>(params);
  const int64_t n = p.rows;
  for (int64_t i = begin; i < end; ++i) {
    Eigh(Part<T>(o, 0, i, n * n), Part<T>(o, 1, i, n), Part<T>(o, 2, i, n * n), Part<T>(o, 3, i, n * n + 2 * n), n);
  }
}

template <class T>
void RunSvd(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const auto& p = *static_cast<const Linalg*>(params);
  const int64_t k = Smaller(p.rows, p.cols), work = k * Larger(p.rows, p.cols) + k * k + k;
  for (int64_t i = begin; i < end; ++i) {
    Svd(Part<T>(o, 0, i, p.rows * p.cols), Part<T>(o, 1, i, p.rows * k), Part<T>(o, 2, i, k),
        Part<T>(o, 3, i, k * p.cols), Part<T>(o, 4, i, work), p.rows, p.cols);
  }
}

#define ENTRIES(op, Run) \
  {kOp_##op, kFloat32, Run<float>}, { kOp_##op, kFloat64, Run<double> }

constexpr KernelEntry kEntries[] = {
    ENTRIES(cholesky, RunCholesky),
    ENTRIES(triangular_solve, RunTriangularSolve),
    ENTRIES(lu, RunLu),
    ENTRIES(qr, RunQr),
    ENTRIES(eigh, RunEigh),
    ENTRIES(svd, RunSvd),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(linalg, keraunos::kEntries)

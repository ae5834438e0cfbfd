// One rectangle of C, in whatever way its shape wants. All ways form each element by the same FMA chain, so the choice
// may look at the rectangle (hence at how units were cut) and still never change a bit.
//
// B row-major or in panels: read in place (product.h). B stored (n, k):
//   few rows: C^T = B * A^T. B is broadcast from its rows, so a weight matrix is read once, in place, whatever its
//   size; A^T is made in
//     scratch (nothing to do when A is stored (k, m)) and C^T, 64 rows at a time, is transposed into C;
//   many rows, or B small: B^T is made in scratch, 256 x 512 at a time, and read as row-major.
#pragma once
#include "kernels/gemm/product.h"
#include "kernels/gemm/units.h"
#include "kernels/kernel.h"
#include "kernels/simd/math.h"

namespace keraunos {
namespace {

inline constexpr int64_t kTransposedRows = 64;   // up to this many rows C^T = B * A^T
inline constexpr int64_t kTransposedGroup = 64;  // rows of C^T at a time
inline constexpr int64_t kPackK = 256, kPackN = 512;
static_assert((kPackK * kPackN + kBlockK * kPackedRows<double>)*static_cast<int64_t>(sizeof(double)) <= kScratchBytes);
static_assert(kPackK % kBlockK == 0, "gemm_update rounds once per K block: packing must not move the blocks");

KERAUNOS_INLINE int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

// Sigmoid and tanh go over C once more, from L1; relu and bias are in the tile.
template <typename T>
__attribute__((noinline)) void Activate(T* c, int64_t c_stride, int64_t m, int64_t n, int64_t activation) {
  constexpr int64_t kLanes = kVecLanes<T>;
  for (int64_t i = 0; i < m; ++i, c += c_stride) {
    for (int64_t j = 0; j < n; j += kLanes) {
      const int64_t lanes = smaller(kLanes, n - j);
      const Vec<T> x = load_n(c + j, lanes);
      store_n(c + j, activation == kSigmoid ? sigmoid(x) : activation == kTanh ? tanh(x) : max(Vec<T>{}, x), lanes);
    }
  }
}

template <typename T>
inline void AddBias(T* c, int64_t c_stride, int64_t m, int64_t n, const T* bias) {
  for (int64_t i = 0; i < m; ++i, c += c_stride) {
    for (int64_t j = 0; j < n; ++j) c[j] += bias[j];
  }
}

template <typename T>
bool TransposedFits(const Product<T>& p) {
  const int64_t width = round_up(p.m, 16);
  return (p.k + kTransposedGroup) * width * static_cast<int64_t>(sizeof(T)) <= kScratchBytes;
}

// p.b is stored (n, k).
template <typename T>
__attribute__((noinline)) void MultiplyTransposed(const Product<T>& p, T* scratch) {
  const int64_t width = round_up(p.m, 16);
  T* c_group = scratch;
  T* a_transposed = scratch + kTransposedGroup * width;
  if (!p.a_stored_km) transpose(p.a, p.a_stride, a_transposed, width, p.m, p.k);
  for (int64_t column = 0; column < p.n; column += kTransposedGroup) {
    Product<T> q = p;
    q.m = smaller(kTransposedGroup, p.n - column);
    q.n = p.m;
    q.a = p.b + column * p.b_stride;
    q.a_stride = p.b_stride;
    q.a_stored_km = false;
    q.b = p.a_stored_km ? p.a : a_transposed;
    q.b_stride = p.a_stored_km ? p.a_stride : width;
    q.c = c_group;
    q.c_stride = width;
    q.first = q.finish = Finish::kStore;
    q.a_scratch = nullptr;
    Multiply(q);
    T* c = p.c + column;
    transpose<T>(c_group, width, c, p.c_stride, q.m, p.m);
    if (p.finish == Finish::kBias || p.finish == Finish::kBiasRelu) AddBias(c, p.c_stride, p.m, q.m, p.bias + column);
    if (p.finish == Finish::kRelu || p.finish == Finish::kBiasRelu) Activate(c, p.c_stride, p.m, q.m, kRelu);
  }
}

// p.b is stored (n, k).
template <typename T>
__attribute__((noinline)) void MultiplyRepacked(const Product<T>& p, T* scratch) {
  for (int64_t column = 0; column < p.n; column += kPackN) {
    int64_t k0 = 0;
    do {
      Product<T> q = p;
      q.n = smaller(kPackN, p.n - column);
      q.k = smaller(kPackK, p.k - k0);
      q.a += p.a_stored_km ? k0 * p.a_stride : k0;
      q.b = scratch;
      q.b_stride = round_up(q.n, 16);
      q.c += column;
      q.bias += column;
      q.accumulate = k0 > 0 && p.first != Finish::kUpdate;
      if (k0 + q.k < p.k) q.finish = p.first;
      q.a_scratch = scratch + kPackK * round_up(kPackN, 16);
      transpose(p.b + column * p.b_stride + k0, p.b_stride, scratch, q.b_stride, q.n, q.k);
      Multiply(q);
      k0 += q.k;
    } while (k0 < p.k);
  }
}

// C[rectangle] of one matrix. `packed`: b holds gemm_pack's panels. bias and rate may be null.
template <typename T>
void MultiplyRectangle(const Gemm& g, const T* a, const T* b, bool packed, const T* bias, const T* rate, int64_t chain,
                       T* c, const Rectangle& r, void* scratch) {
  Product<T> p;
  p.m = r.row_end - r.row_begin;
  p.n = r.column_end - r.column_begin;
  p.k = g.k;
  if (p.m <= 0 || p.n <= 0 || (rate && p.k <= 0)) return;
  p.a_stored_km = g.trans_a != 0;
  p.a = a + (g.trans_a ? r.row_begin : r.row_begin * g.lda);
  p.a_stride = g.lda;
  p.c = c + r.row_begin * g.ldc + r.column_begin;
  p.c_stride = g.ldc;
  p.bias = bias ? bias + r.column_begin : p.c;  // never read without a bias, but moved along
  p.a_scratch = static_cast<T*>(scratch);
  p.rate = rate ? *rate : T{0};
  p.chain = chain;
  p.accumulate = false;
  p.first = rate ? Finish::kUpdate : Finish::kStore;
  const bool relu = g.activation == kRelu;
  p.finish = rate   ? Finish::kUpdate
             : bias ? (relu ? Finish::kBiasRelu : Finish::kBias)
             : relu ? Finish::kRelu
                    : Finish::kStore;
  if (packed) {
    p.b = b;
    p.b_stride = p.panel = kPanelColumns;
    p.panel_stride = g.k * kPanelColumns;
    Multiply(p);
  } else {
    p.panel = p.panel_stride = 0;
    p.b_stride = g.ldb;
    p.b = b + (g.trans_b ? r.column_begin * g.ldb : r.column_begin);
    if (!g.trans_b) {
      Multiply(p);
    } else if (!rate && p.m <= kTransposedRows && p.m * (p.n + p.k) < p.n * p.k && TransposedFits(p)) {
      MultiplyTransposed(p, static_cast<T*>(scratch));
    } else {
      MultiplyRepacked(p, static_cast<T*>(scratch));
    }
  }
  if (g.activation == kSigmoid || g.activation == kTanh) Activate(p.c, p.c_stride, p.m, p.n, g.activation);
}

}  // namespace
}  // namespace keraunos

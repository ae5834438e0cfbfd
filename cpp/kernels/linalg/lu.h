// LU with partial pivoting: rows of a in another order are l u, with l and u in one matrix (the ones on l's diagonal
// are left out).
#pragma once
#include "kernels/linalg/vectors.h"

namespace keraunos {
namespace {

// order: row i of the product is row order[i] of a. parity: 1, or -1 for an odd number of exchanges. A column without a
// pivot leaves a 0 on the diagonal.
template <class T>
void FactorLu(const T* a, T* lu, int32_t* order, T* parity, int64_t rows, int64_t cols) {
  Copy(a, lu, rows * cols);
  for (int64_t i = 0; i < rows; ++i) order[i] = static_cast<int32_t>(i);
  *parity = 1;
  for (int64_t k = 0; k < rows && k < cols; ++k) {
    int64_t pivot = k;
    for (int64_t i = k + 1; i < rows; ++i) {
      if (Magnitude(lu[i * cols + k]) > Magnitude(lu[pivot * cols + k])) pivot = i;
    }
    if (pivot != k) {
      Swap(lu + k * cols, lu + pivot * cols, cols);
      const int32_t row = order[k];
      order[k] = order[pivot];
      order[pivot] = row;
      *parity = -*parity;
    }
    const T* top = lu + k * cols;
    if (top[k] == 0) continue;
    for (int64_t i = k + 1; i < rows; ++i) {
      T* row = lu + i * cols;
      row[k] /= top[k];
      AddMultiple(-row[k], top + k + 1, row + k + 1, cols - k - 1);
    }
  }
}

}  // namespace
}  // namespace keraunos

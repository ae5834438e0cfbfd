// Sources of factors: where the elements of A or B lie in global memory. A source names lines and columns, columns
// being what neighbours in memory run along:
//
//   using Element; static constexpr bool kAlongK;   // columns are k, lines rows of A (columns of B); else the reverse
//   static constexpr int kTogether;                 // lines that a thread works out at once: what registers allow
//   const Element* data;                            // any address that may be read
//   void Open(int matrix);
//   int Depth(int k);                               // of the opened matrix, where they differ
//   void Prepare(void* table, int first, int rows, int threads);  // notes in shared memory, kTableBytes per row of A
//   Line MakeLine(int index, int at); Column MakeColumn(int index, int at);  // `at`: counted within the tile
//   const Element* At(Line, Column);                // null for zero
#pragma once
#include "cuda/kernels/types.h"
#include "device/thread.h"

namespace keraunos::cuda {
namespace {

// A matrix with a leading dimension.
template <class T, bool kIsAlongK>
struct MatrixSource {
  using Element = T;
  static constexpr bool kAlongK = kIsAlongK;
  static constexpr int kTogether = 4;
  static constexpr int kTableBytes = 0;

  const T* data;
  int64_t leading, stride;

  __device__ __forceinline__ void Open(int matrix) { data += matrix * stride; }
  __device__ __forceinline__ int Depth(int k) const { return k; }
  __device__ __forceinline__ void Prepare(void*, int, int, int) {}

  using Line = const T*;
  using Column = int;
  // Indices without a sign take fewer registers: with signs the tile of 128 x 128 spills.
  __device__ __forceinline__ Line MakeLine(int index, int) const {
    return data + static_cast<uint32_t>(index) * leading;
  }
  __device__ __forceinline__ Column MakeColumn(int index, int) const { return index; }
  __device__ __forceinline__ const T* At(Line line, Column column) const { return line + column; }
};

}  // namespace
}  // namespace keraunos::cuda

// Where sums go: an Output says where rows of C begin and what becomes of a sum.
//
//   using Element; Element* data; Epilogue<Element> epilogue; bool pairs;   // pairs: even columns are aligned to two
//   void Open(int matrix); int64_t Row(int i);
#pragma once
#include "cuda/kernels/gemm/epilogue.cuh"

namespace keraunos::cuda {
namespace {

template <class T>
struct MatrixOutput {
  using Element = T;
  T* data;
  int64_t leading, stride;
  Epilogue<T> epilogue;
  bool pairs;

  MatrixOutput(T* data, int64_t leading, int64_t stride, const Epilogue<T>& epilogue)
      : data(data),
        leading(leading),
        stride(stride),
        epilogue(epilogue),
        pairs(leading % 2 == 0 && stride % 2 == 0 && reinterpret_cast<uintptr_t>(data) % (2 * sizeof(T)) == 0) {}

  __device__ __forceinline__ void Open(int matrix) { data += matrix * stride; }
  __device__ __forceinline__ int64_t Row(int i) const { return i * leading; }
};

template <class T>
struct alignas(2 * sizeof(T)) Pair {
  T first, second;
};

// Sums of columns j and j + 1 of the row that begins at `row`; only what lies before `n` exists. j is even.
template <class Output>
__device__ __forceinline__ void StorePair(const Output& output, int64_t row, int j, int n, float first, float second) {
  using T = typename Output::Element;
  T* at = output.data + row + j;
  if (j + 1 < n) {
    const Pair<T> pair = {output.epilogue(first, j, at), output.epilogue(second, j + 1, at + 1)};
    if (output.pairs) {
      *reinterpret_cast<Pair<T>*>(at) = pair;
    } else {
      at[0] = pair.first;
      at[1] = pair.second;
    }
  } else if (j < n) {
    at[0] = output.epilogue(first, j, at);
  }
}

}  // namespace
}  // namespace keraunos::cuda

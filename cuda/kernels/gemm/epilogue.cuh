// What happens to a sum of products before it is stored: bias, activation, or a subtraction from what C holds.
#pragma once
#include "cuda/kernels/types.h"
#include "device/thread.h"

namespace keraunos::cuda {
namespace {

template <class T>
__device__ __forceinline__ Compute<T> Load(const T* address) {
  if constexpr (sizeof(T) == 2) {
    return ToFloat(*address);
  } else {
    return *address;
  }
}

template <class T>
__device__ __forceinline__ T Round(Compute<T> value) {
  if constexpr (sizeof(T) == 2) {
    return FromFloat<T>(value);
  } else {
    return value;
  }
}

// NaN stays NaN; neither end of the sigmoid overflows.
template <class V>
__device__ __forceinline__ V Activate(V x, int64_t activation) {
  switch (activation) {
    case kRelu:
      return x > V(0) || x != x ? x : V(0);
    case kSigmoid: {
      const V z = sizeof(V) == 4 ? V(expf(-fabsf(float(x)))) : V(exp(-fabs(double(x))));
      return (x >= V(0) || x != x ? V(1) : z) / (V(1) + z);
    }
    case kTanh:
      return sizeof(V) == 4 ? V(tanhf(float(x))) : V(tanh(double(x)));
    default:
      return x;
  }
}

template <class T>
struct Epilogue {
  const T* bias;  // (n,) or null
  const T* rate;  // () or null; then C -= rate * sum
  int64_t activation;

  // The element of column `j` that `sum` becomes; `before` is where C holds it.
  __device__ __forceinline__ T operator()(Compute<T> sum, int64_t j, const T* before) const {
    if (rate) return Round<T>(Load(before) - Load(rate) * sum);
    if (bias) sum += Load(bias + j);
    return Round<T>(Activate(sum, activation));
  }
};

}  // namespace
}  // namespace keraunos::cuda

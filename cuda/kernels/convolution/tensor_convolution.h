// Convolutions on tensor cores. T: float (as TF32), BFloat16, Float16.
#pragma once
#include "cuda/kernels/kernel.h"
#include "kernels/params.h"

namespace keraunos::cuda {

// Each says whether it did the work: 32-bit indices must suffice.
template <class T>
bool TensorForward(const Call& call, const Convolution& p, const T* x, const T* w, const T* bias, T* y);
template <class T>
bool TensorInputGradient(const Call& call, const Convolution& p, const T* dy, const T* w, T* dx);
template <class T>
bool TensorKernelGradient(const Call& call, const Convolution& p, const T* x, const T* dy, T* dw);

template <class T>
int64_t TensorForwardWorkspace(const Convolution& p);
template <class T>
int64_t TensorInputGradientWorkspace(const Convolution& p);
template <class T>
int64_t TensorKernelGradientWorkspace(const Convolution& p);

}  // namespace keraunos::cuda

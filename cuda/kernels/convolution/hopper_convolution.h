// Convolutions of bfloat16 and float16 by warpgroups, for devices of capability 9.0. Each says whether it did the work:
// one group, channels that are read in multiples of 64, aligned, tiles enough.
#pragma once
#include "cuda/kernels/kernel.h"
#include "kernels/params.h"

namespace keraunos::cuda {

template <class T>
bool HopperForward(const Call& call, const Convolution& p, const T* x, const T* w, const T* bias, T* y);
template <class T>
bool HopperInputGradient(const Call& call, const Convolution& p, const T* dy, const T* w, T* dx);

}  // namespace keraunos::cuda

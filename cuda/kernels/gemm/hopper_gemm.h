// Products of the gemm family by warpgroups, for devices of capability 9.0.
#pragma once
#include "cuda/kernels/kernel.h"
#include "kernels/params.h"

namespace keraunos::cuda {

// Whether the device and the shape are such that HopperGemm is the faster way: rows of all factors at multiples of 16
// bytes, and tiles enough.
template <class T>
bool SuitsHopper(const Call& call, const Gemm& g, const T* a, const T* b);

// T: BFloat16, Float16. bias and rate may be null.
template <class T>
void HopperGemm(const Call& call, const Gemm& g, const T* a, const T* b, const T* bias, const T* rate, T* c);

}  // namespace keraunos::cuda

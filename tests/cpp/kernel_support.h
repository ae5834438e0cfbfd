// For tests that compare a kernel run on all its units with the same kernel run in pieces, and one ISA with another,
// bit for bit.
#pragma once
#include "kernel_test.h"

namespace keraunos {

inline double RandomUniform(double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(test::Random());
}

template <class T>
Guarded<T> RandomUniforms(int64_t count, double low, double high) {
  Guarded<T> values(count);
  for (int64_t i = 0; i < count; ++i) values[i] = static_cast<T>(RandomUniform(low, high));
  return values;
}

template <class T>
bool SameBits(const Guarded<T>& a, const Guarded<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(T)) == 0;
}

// ISAs with FMA give equal bits; the SSE2 baseline is only close.
inline bool HasFma(Isa isa) { return std::string(IsaName(isa)) != "baseline"; }

enum class Units { kWhole, kPieces };

// One call on [0, units), or one call for each of several random ranges.
template <class Params>
void RunUnits(Isa isa, Op op, DType dtype, const Params& params, const std::vector<void*>& operands, int64_t units,
              Units cut) {
  const Kernel kernel = FindKernel(isa, op, dtype);
  EXPECT(kernel != nullptr, IsaName(isa), GetOp(op).name, dtype);
  if (!kernel) return;
  uint8_t* scratch = TestScratch().data();
  scratch += 64 - reinterpret_cast<uintptr_t>(scratch) % 64;
  for (int64_t begin = 0; begin < units;) {
    const int64_t end = cut == Units::kWhole ? units : test::RandomBetween(begin + 1, units);
    kernel(&params, operands.data(), begin, end, scratch);
    begin = end;
  }
}

}  // namespace keraunos

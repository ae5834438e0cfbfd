// For tests of kernels: every ISA that runs here, buffers between guards, seeded random numbers, and failures that are
// counted and printed with what is needed to replay them.
#pragma once
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/isa.h"
#include "kernels/kernel.h"
#include "program/ops.h"

namespace keraunos::test {

inline int failures = 0;

// Counts a failure; prints the first twenty.
template <typename... Values>
void Fail(const char* format, Values... values) {
  if (++failures <= 20) {
    std::printf(format, values...);
    std::printf("\n");
  }
}

inline int Finish(const char* name) {
  std::printf("%s: %s (%d failures)\n", name, failures ? "FAILED" : "passed", failures);
  return failures ? 1 : 0;
}

// splitmix64: the same numbers everywhere.
class Numbers {
 public:
  explicit Numbers(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  int64_t Below(int64_t bound) { return static_cast<int64_t>(Next() % static_cast<uint64_t>(bound)); }
  double Uniform(double low, double high) { return low + (high - low) * static_cast<double>(Next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

// `size` elements of T between guards, filled with `fill` (NaN by default: a kernel that reads an output shows).
template <typename T>
class Guarded {
 public:
  explicit Guarded(int64_t size, double fill = std::numeric_limits<double>::quiet_NaN())
      : size_(size), storage_(static_cast<size_t>(size) + 2 * kGuard, static_cast<T>(kGuardValue)) {
    for (int64_t i = 0; i < size; ++i) data()[i] = static_cast<T>(fill);
  }
  Guarded(int64_t size, Numbers& numbers, double low, double high) : Guarded(size, 0) {
    for (int64_t i = 0; i < size; ++i) data()[i] = static_cast<T>(numbers.Uniform(low, high));
  }
  T* data() { return storage_.data() + kGuard; }
  const T* data() const { return storage_.data() + kGuard; }
  T& operator[](int64_t i) { return data()[i]; }
  const T& operator[](int64_t i) const { return data()[i]; }
  int64_t size() const { return size_; }
  bool GuardsIntact() const {
    for (int64_t i = 0; i < kGuard; ++i) {
      if (storage_[i] != static_cast<T>(kGuardValue)) return false;
      if (storage_[static_cast<size_t>(kGuard + size_ + i)] != static_cast<T>(kGuardValue)) return false;
    }
    return true;
  }
  bool SameBits(const Guarded& other) const {
    return size_ == other.size_ && std::memcmp(data(), other.data(), static_cast<size_t>(size_) * sizeof(T)) == 0;
  }

 private:
  // An odd number, so that the data is not aligned either.
  static constexpr int64_t kGuard = 37;
  static constexpr int kGuardValue = 77;
  int64_t size_;
  std::vector<T> storage_;
};

template <typename T>
inline constexpr DType kDTypeOf = sizeof(T) == 4 ? kFloat32 : kFloat64;

inline std::vector<char>& Scratch() {
  static std::vector<char> memory(static_cast<size_t>(kScratchBytes) + 64);
  return memory;
}

// Runs a kernel on [begin, end); false when the ISA has none for the dtype.
inline bool Run(Isa isa, uint32_t op, int64_t dtype, const void* params, const std::vector<void*>& operands,
                int64_t begin, int64_t end) {
  const Kernel kernel = FindKernel(isa, op, static_cast<uint32_t>(dtype));
  if (!kernel) {
    Fail("no kernel of %s for dtype %d on %s", GetOp(op).name, static_cast<int>(dtype), IsaName(isa));
    return false;
  }
  const uintptr_t scratch = (reinterpret_cast<uintptr_t>(Scratch().data()) + 63) / 64 * 64;
  kernel(params, operands.data(), begin, end, reinterpret_cast<void*>(scratch));
  return true;
}

// The same in pieces, cut at random.
inline bool RunInPieces(Isa isa, uint32_t op, int64_t dtype, const void* params, const std::vector<void*>& operands,
                        int64_t units, Numbers& numbers) {
  for (int64_t begin = 0; begin < units;) {
    const int64_t end = begin + 1 + numbers.Below(units - begin);
    if (!Run(isa, op, dtype, params, operands, begin, end)) return false;
    begin = end;
  }
  return true;
}

inline bool HasFma(Isa isa) { return std::string(IsaName(isa)) != "baseline"; }

}  // namespace keraunos::test

// Runs single kernels on guarded memory: an output is prefilled with 0xff (NaN for floats), stands between guard bytes
// that must survive, starts at an address that is aligned to its element only, and is written whole or in several unit
// ranges.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "kernels/check.h"
#include "kernels/types.h"
#include "program/kernel_table.h"
#include "program/ops.h"
#include "test.h"

namespace keraunos {

template <class T>
class Guarded {
 public:
  explicit Guarded(int64_t count) : count_(count), bytes_(kGuard * 2 + count * sizeof(T), 0xff) {
    std::memset(bytes_.data(), 0xa5, kGuard);
    std::memset(bytes_.data() + bytes_.size() - kGuard, 0xa5, kGuard);
  }
  explicit Guarded(const std::vector<T>& values) : Guarded(static_cast<int64_t>(values.size())) {
    if (!values.empty()) std::memcpy(data(), values.data(), values.size() * sizeof(T));
  }
  T* data() { return reinterpret_cast<T*>(bytes_.data() + kGuard); }
  const T* data() const { return reinterpret_cast<const T*>(bytes_.data() + kGuard); }
  T& operator[](int64_t i) { return data()[i]; }
  const T& operator[](int64_t i) const { return data()[i]; }
  int64_t size() const { return count_; }
  bool GuardsIntact() const {
    for (size_t i = 0; i < kGuard; ++i) {
      if (bytes_[i] != 0xa5 || bytes_[bytes_.size() - 1 - i] != 0xa5) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kGuard = 72;  // a multiple of 8 but not of 16
  int64_t count_;
  std::vector<uint8_t> bytes_;
};

inline std::vector<uint8_t>& TestScratch() {
  static std::vector<uint8_t> scratch(kScratchBytes + 64);
  return scratch;
}

// One call on [0, units), or one call for each of several random ranges: kernels must not care where units are cut.
enum class Cut { kWhole, kPieces, kEither };

template <class Params>
void RunKernel(Isa isa, Op op, DType dtype, const Params& params, const std::vector<void*>& operands, int64_t units,
               Cut cut = Cut::kEither) {
  const Kernel kernel = FindKernel(isa, op, dtype);
  EXPECT(kernel != nullptr, IsaName(isa), GetOp(op).name, dtype);
  if (!kernel) return;
  uint8_t* scratch = TestScratch().data();
  scratch += 64 - reinterpret_cast<uintptr_t>(scratch) % 64;
  kernel(&params, operands.data(), 0, 0, scratch);
  const bool whole = cut == Cut::kWhole || (cut == Cut::kEither && test::RandomBetween(0, 2) == 0);
  for (int64_t begin = 0; begin < units;) {
    const int64_t end = whole ? units : test::RandomBetween(begin + 1, units);
    kernel(&params, operands.data(), begin, end, scratch);
    begin = end;
  }
}

// Sizes around the vector widths of all ISAs, empty and large.
inline const std::vector<int64_t>& TestSizes() {
  static const std::vector<int64_t> sizes = {0,  1,  2,  3,  4,  5,  7,  8,   9,   15,  16,
                                             17, 31, 32, 33, 63, 64, 65, 100, 511, 513, 3001};
  return sizes;
}

template <class T>
T RandomValue() {
  if constexpr (kIsFloat<T>) {
    // One in 20 is special.
    static const T special[] = {std::numeric_limits<T>::quiet_NaN(),
                                std::numeric_limits<T>::infinity(),
                                -std::numeric_limits<T>::infinity(),
                                T(0),
                                -T(0),
                                std::numeric_limits<T>::max(),
                                std::numeric_limits<T>::lowest(),
                                std::numeric_limits<T>::min(),
                                T(1),
                                T(-1)};
    if (test::RandomBetween(0, 19) == 0) return special[test::RandomBetween(0, 9)];
    return static_cast<T>(test::RandomNormal() * 3);
  } else if constexpr (kDTypeOf<T> == kBool) {
    return T(test::RandomBetween(0, 1) != 0);
  } else {
    const int64_t kind = test::RandomBetween(0, 19);
    if (kind == 0) return std::numeric_limits<T>::max();
    if (kind == 1) return std::numeric_limits<T>::lowest();
    return static_cast<T>(test::RandomBetween(kDTypeOf<T> == kUInt8 ? 0 : -9, 9));
  }
}

template <class T>
std::vector<T> RandomValues(int64_t count) {
  std::vector<T> values(count);
  for (T& value : values) value = RandomValue<T>();
  return values;
}

// Calls visit(T()) for every element type.
template <class Visit>
void ForAllTypes(Visit visit) {
  visit(Bool(false));
  visit(uint8_t());
  visit(int32_t());
  visit(int64_t());
  visit(float());
  visit(double());
}

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

// Bit for bit, except that one NaN is as good as another.
template <class T>
bool Same(T a, T b) {
  if constexpr (kIsFloat<T>) {
    if (a != a || b != b) return a != a && b != b;
  }
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

}  // namespace keraunos

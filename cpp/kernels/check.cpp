#include "kernels/check.h"

#include <string>

#include "base/error.h"

namespace keraunos {

int64_t DTypeBytes(int64_t dtype) {
  constexpr int64_t kBytes[kNumDTypes] = {1, 1, 4, 8, 4, 8, 2, 2};
  if (dtype < 0 || dtype >= kNumDTypes) throw InputError("unknown dtype " + std::to_string(dtype));
  return kBytes[dtype];
}

int64_t Product(std::initializer_list<int64_t> sizes) {
  int64_t product = 1;
  for (int64_t size : sizes) {
    if (size < 0) throw InputError("negative size " + std::to_string(size));
    if (__builtin_mul_overflow(product, size, &product)) throw InputError("sizes overflow");
  }
  return product;
}

int64_t RunStarts(int64_t rows) {
  if (rows < 0) throw InputError("negative size " + std::to_string(rows));
  if (rows == INT64_MAX) throw InputError("sizes overflow");
  return rows + 1;
}

int64_t CeilDivide(int64_t size, int64_t step) { return size / step + (size % step != 0); }

int64_t DimsProduct(int64_t rank, const int64_t* dims) {
  if (rank < 0 || rank > kMaxRank) throw InputError("rank " + std::to_string(rank) + " is not in 0..6");
  int64_t product = 1;
  for (int64_t i = 0; i < rank; ++i) product = Product({product, dims[i]});
  return product;
}

int64_t StridedExtent(int64_t rank, const int64_t* dims, const int64_t* strides, int64_t offset) {
  if (DimsProduct(rank, dims) == 0) return 0;
  // Six products of two 63-bit numbers fit into 128 bits.
  __int128 lowest = offset, highest = offset;
  for (int64_t i = 0; i < rank; ++i) {
    const __int128 reach = static_cast<__int128>(dims[i] - 1) * strides[i];
    (reach < 0 ? lowest : highest) += reach;
  }
  if (lowest < 0) throw InputError("strides reach below the buffer");
  if (highest >= INT64_MAX) throw InputError("strides overflow");
  return static_cast<int64_t>(highest) + 1;
}

void Check::Needs(uint32_t index, int64_t operand_dtype, int64_t elements) {
  const int64_t element_bytes = DTypeBytes(operand_dtype);
  const uint64_t bytes = static_cast<uint64_t>(Product({elements, element_bytes}));
  const CheckOperand& operand = operands_[index];
  const std::string name = "operand " + std::to_string(index);
  if (bytes > operand.bytes) {
    throw InputError(name + " needs " + std::to_string(bytes) + " bytes, its buffer has " +
                     std::to_string(operand.bytes));
  }
  if (operand.alignment % static_cast<uint64_t>(element_bytes) != 0) {
    throw InputError(name + " is not aligned to its " + std::to_string(element_bytes) + "-byte elements");
  }
  if (index >= inputs_ && elements > 0) writes_ = true;
}

void Check::HasUnits(int64_t expected) const {
  if (units != expected) {
    throw InputError("group has " + std::to_string(units) + " units, params say " + std::to_string(expected));
  }
}

void Check::Requires(bool condition, const char* rule) const {
  if (!condition) throw InputError(rule);
}

}  // namespace keraunos

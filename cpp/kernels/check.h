// What the loader asks of each family before an instruction may run: does every extent that its params imply for
// `units` lie inside its operand? Params come from anywhere, so all arithmetic here is checked for overflow. A check
// throws InputError; the loader adds which instruction it was.
#pragma once
#include <cstdint>
#include <initializer_list>

#include "kernels/kernel.h"

namespace keraunos {

int64_t DTypeBytes(int64_t dtype);

// Product of non-negative sizes. Throws on a negative one and on overflow.
int64_t Product(std::initializer_list<int64_t> sizes);

// Elements of an array of the starts of `rows` runs and the end of the last. Throws as Product does.
int64_t RunStarts(int64_t rows);

// ceil(size / step) for size >= 0, step >= 1.
int64_t CeilDivide(int64_t size, int64_t step);

// The number of elements that indexing `offset + sum(i * strides)` over `dims` reaches, 0 when there is no index.
// Throws when it reaches below 0.
int64_t StridedExtent(int64_t rank, const int64_t* dims, const int64_t* strides, int64_t offset);

// Elements of a contiguous tensor of `rank` <= kMaxRank; throws on another rank.
int64_t DimsProduct(int64_t rank, const int64_t* dims);

struct CheckOperand {
  uint64_t bytes;
  uint64_t alignment;  // of its address, as far as the Program fixes it
};

class Check {
 public:
  Check(uint32_t op, int64_t dtype, int64_t units, const void* params, const CheckOperand* operands, uint32_t inputs)
      : op(op), dtype(dtype), units(units), params_(params), operands_(operands), inputs_(inputs) {}

  const uint32_t op;
  const int64_t dtype;
  const int64_t units;

  template <class Params>
  const Params& params() const {
    return *static_cast<const Params*>(params_);
  }

  // Operand `index` (inputs, then outputs) is accessed as elements [0, elements) of `operand_dtype`.
  void Needs(uint32_t index, int64_t operand_dtype, int64_t elements);
  void Output(uint32_t index, int64_t operand_dtype, int64_t elements) {
    Needs(inputs_ + index, operand_dtype, elements);
  }
  void HasUnits(int64_t expected) const;
  void Requires(bool condition, const char* rule) const;

  // No output has an element: running the kernel would do nothing, for however many units.
  bool writes_nothing() const { return !writes_; }

 private:
  const void* params_;
  const CheckOperand* operands_;
  const uint32_t inputs_;
  bool writes_ = false;
};

void CheckElementwise(Check& check);
void CheckCast(Check& check);
void CheckStridedRead(Check& check);
void CheckStridedWrite(Check& check);
void CheckFill(Check& check);
void CheckTake(Check& check);
void CheckGroupRows(Check& check);
void CheckBatch(Check& check);
void CheckReduce(Check& check);
void CheckRows(Check& check);
void CheckGemm(Check& check);
void CheckPack(Check& check);
void CheckConvolution(Check& check);
void CheckWinograd(Check& check);
void CheckPooling(Check& check);
void CheckChannelNorm(Check& check);
void CheckLayerNorm(Check& check);
void CheckLinalg(Check& check);
void CheckFft(Check& check);
void CheckRandom(Check& check);
void CheckResize(Check& check);
void CheckWarp(Check& check);
void CheckUpdate(Check& check);
void CheckGroupedUpdate(Check& check);

}  // namespace keraunos

// The interpreter of chains: every thread runs the steps on four elements. All threads are at one step at a time, so
// choosing an op or a register is a branch that nobody diverges at; registers are arrays of which only constant
// elements are named, one per case.
#pragma once
#include "cuda/kernels/convert.h"
#include "cuda/kernels/elementwise/chain.h"
#include "cuda/kernels/elementwise/functors.cuh"
#include "cuda/kernels/elementwise/kernel.cuh"

namespace keraunos::cuda {
namespace {

constexpr int kChainItems = 4;
constexpr int kChainThreads = 256;

struct ChainInput {
  const void* data;
  Reading reading;
  int dtype, bytes;
  Strides strides;
};
struct ChainOutput {
  void* data;
  int dtype;
  bool packs;
};
struct ChainStep {
  float scalar;
  uint8_t op, target;
  int8_t sources[3], store;
};
struct ChainArguments {
  ChainInput inputs[kChainInputs];
  ChainOutput outputs[kChainOutputs];
  ChainStep steps[kChainSteps];
  int number_of_inputs, number_of_steps;
  bool rows;  // some input is strided
  Digits digits;
  uint32_t elements;
};
static_assert(kNumOps <= 256, "ops of a chain are bytes");
static_assert(sizeof(ChainArguments) <= 4096, "what every driver takes as arguments of a kernel");

using ChainValue = float[kChainItems];

// The bits of four elements, 4, 2 or 1 bytes each.
struct RawPack {
  uint32_t of[kChainItems];
};

template <class Word>
__device__ __forceinline__ RawPack LoadRaw(const void* data, Reading reading, const int64_t (&offsets)[kChainItems]) {
  RawPack raw;
  const Word* words = static_cast<const Word*>(data);
  if (reading == Reading::kLinear || reading == Reading::kRowPacks) {
    const auto pack = LoadPack<kChainItems>(words + offsets[0]);
#pragma unroll
    for (int i = 0; i < kChainItems; ++i) raw.of[i] = pack.items[i];
  } else if (reading == Reading::kElements) {
#pragma unroll
    for (int i = 0; i < kChainItems; ++i) raw.of[i] = words[offsets[i]];
  } else {
    const uint32_t word = words[offsets[0]];
#pragma unroll
    for (int i = 0; i < kChainItems; ++i) raw.of[i] = word;
  }
  return raw;
}

__device__ __forceinline__ RawPack LoadInput(const ChainArguments& a, const ChainInput& input, uint32_t first,
                                             bool whole, const uint32_t (&indices)[kMaxRank]) {
  const Reading reading = whole ? input.reading : Reading::kElements;
  int64_t offsets[kChainItems] = {};
  if (reading == Reading::kLinear) {
    offsets[0] = first;
  } else if (reading == Reading::kElements) {
#pragma unroll
    for (int i = 0; i < kChainItems; ++i) {
      // Beyond the end: the last element again.
      const uint32_t element = first + i < a.elements ? first + i : a.elements - 1;
      uint32_t own[kMaxRank];
      a.digits.Split(element, own);
      offsets[i] = input.strides.Offset(own, a.digits.rank);
    }
  } else if (reading != Reading::kScalar) {
    offsets[0] = input.strides.Offset(indices, a.digits.rank);
  }
  if (input.bytes == 4) return LoadRaw<uint32_t>(input.data, reading, offsets);
  if (input.bytes == 2) return LoadRaw<uint16_t>(input.data, reading, offsets);
  return LoadRaw<uint8_t>(input.data, reading, offsets);
}

__device__ __forceinline__ float FromRaw(uint32_t raw, int dtype) {
  switch (dtype) {
    case kFloat32:
      return __uint_as_float(raw);
    case kBFloat16:
      return ToFloat(BFloat16{static_cast<uint16_t>(raw)});
    case kFloat16:
      return ToFloat(Float16{static_cast<uint16_t>(raw)});
    case kBool:
      return raw != 0 ? 1.0f : 0.0f;
    default:
      return static_cast<float>(raw);
  }
}

template <class T>
__device__ __forceinline__ void StoreAs(const ChainOutput& output, uint32_t first, uint32_t elements,
                                        const ChainValue& value) {
  Pack<T, kChainItems> pack;
#pragma unroll
  for (int i = 0; i < kChainItems; ++i) pack.items[i] = Convert<T>(value[i]);
  T* out = static_cast<T*>(output.data);
  if (output.packs && first + kChainItems <= elements) return StorePack(out + first, pack);
#pragma unroll
  for (int i = 0; i < kChainItems; ++i) {
    if (first + i < elements) out[first + i] = pack.items[i];
  }
}

__device__ __forceinline__ void StoreOutput(const ChainOutput& output, uint32_t first, uint32_t elements,
                                            const ChainValue& value) {
  switch (output.dtype) {
    case kFloat32:
      return StoreAs<float>(output, first, elements, value);
    case kBFloat16:
      return StoreAs<BFloat16>(output, first, elements, value);
    case kFloat16:
      return StoreAs<Float16>(output, first, elements, value);
    case kBool:
      return StoreAs<Bool>(output, first, elements, value);
    default:
      return StoreAs<uint8_t>(output, first, elements, value);
  }
}

// Cases, not loops: a loop becomes an index into memory.
#define EVERY_REGISTER(CASE) CASE(0) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9)
static_assert(kChainRegisters == 10, "the cases above");

__device__ __forceinline__ void CopyValue(const ChainValue& from, ChainValue& to) {
#pragma unroll
  for (int i = 0; i < kChainItems; ++i) to[i] = from[i];
}
__device__ __forceinline__ void ReadSource(const ChainValue (&registers)[kChainRegisters], int source, float scalar,
                                           ChainValue& value) {
#define READ(r) \
  case r:       \
    return CopyValue(registers[r], value);
  switch (source) {
    EVERY_REGISTER(READ)
    default:
      break;
  }
#undef READ
#pragma unroll
  for (int i = 0; i < kChainItems; ++i) value[i] = scalar;
}
__device__ __forceinline__ void WriteTarget(ChainValue (&registers)[kChainRegisters], int target,
                                            const ChainValue& value) {
#define WRITE(r) \
  case r:        \
    return CopyValue(value, registers[r]);
  switch (target) { EVERY_REGISTER(WRITE) }
#undef WRITE
}

__device__ __forceinline__ void ApplyStep(int op, const ChainValue& a, const ChainValue& b, const ChainValue& c,
                                          ChainValue& result) {
#define EACH(expression)                                                                 \
  _Pragma("unroll") for (int i = 0; i < kChainItems; ++i) result[i] = float(expression); \
  return
#define CHAIN_UNARY(kind, name) \
  case kOp_##name:              \
    EACH(kind##_##name::Apply(a[i]));
#define CHAIN_BINARY(kind, name) \
  case kOp_##name:               \
    EACH(kind##_##name::Apply(a[i], b[i]));
#define CHAIN_TRUTH_UNARY(kind, name) \
  case kOp_##name:                    \
    EACH(bool(kind##_##name::Apply(Bool(a[i] != 0))));
#define CHAIN_TRUTH_BINARY(kind, name) \
  case kOp_##name:                     \
    EACH(bool(kind##_##name::Apply(Bool(a[i] != 0), Bool(b[i] != 0))));
  switch (op) {
#include "cuda/kernels/elementwise/chain_ops.inc"
    default:
      EACH(a[i] != 0 ? b[i] : c[i]);  // where
  }
#undef EACH
}

__global__ void __launch_bounds__(kChainThreads, 3) RunChain(const __grid_constant__ ChainArguments a) {
  const uint32_t first = (blockIdx.x * kChainThreads + threadIdx.x) * kChainItems;
  if (first >= a.elements) return;
  const bool whole = first + kChainItems <= a.elements;
  uint32_t indices[kMaxRank] = {};
  if (a.rows) a.digits.Split(first, indices);
  RawPack raw[kChainInputs];
#pragma unroll
  for (int k = 0; k < kChainInputs; ++k) {
    if (k < a.number_of_inputs) raw[k] = LoadInput(a, a.inputs[k], first, whole, indices);
  }
  ChainValue registers[kChainRegisters] = {};
#pragma unroll
  for (int k = 0; k < kChainInputs; ++k) {
    if (k >= a.number_of_inputs) continue;
#pragma unroll
    for (int i = 0; i < kChainItems; ++i) registers[k][i] = FromRaw(raw[k].of[i], a.inputs[k].dtype);
  }
#pragma unroll 1
  for (int s = 0; s < a.number_of_steps; ++s) {
    const ChainStep& step = a.steps[s];
    ChainValue x, y, z, result;
    ReadSource(registers, step.sources[0], step.scalar, x);
    ReadSource(registers, step.sources[1], step.scalar, y);
    ReadSource(registers, step.sources[2], step.scalar, z);
    ApplyStep(step.op, x, y, z, result);
    WriteTarget(registers, step.target, result);
    if (step.store >= 0) StoreOutput(a.outputs[step.store], first, a.elements, result);
  }
}

}  // namespace
}  // namespace keraunos::cuda

// The one kernel of elementwise ops: out[i] = f(in0[i], in1[i], in2[i]), out contiguous, inputs contiguous, scalar or
// strided. A thread computes packs of 16 bytes; where an operand does not come in packs, single elements, neighbours by
// neighbouring threads. Either way all loads of a thread are issued before its first result is needed.
#pragma once
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "cuda/kernels/strides.h"
#include "device/thread.h"

namespace keraunos::cuda {
namespace {

// How an input is read.
enum class Reading : int {
  kLinear,     // contiguous
  kScalar,     // one element
  kRowPacks,   // strided; a pack is contiguous and aligned in a row of the last dimension
  kRowScalar,  // strided; a pack lies in one row of the last dimension, whose stride is 0
  kElements,   // strided, element by element
};

struct Input {
  const void* data;
  Reading reading;
  Strides strides;
};

template <int kInputs>
struct Operands {
  Input inputs[kInputs];
  void* out;
  bool packs;  // everything may be read and written in packs
  bool rows;   // some input is strided
  Digits digits;
  uint32_t elements;
};

constexpr int kElementwiseThreads = 256;

// Type of input 0, of the others, of the output.
template <class F, class T0, class T, class R, int kInputs>
struct ElementKernel {
  static constexpr int kLargest = sizeof(T) > sizeof(R) ? sizeof(T) : sizeof(R);
  static constexpr int kItems = kLargest == 1 ? 8 : kAccessBytes / kLargest;
  static constexpr int kPacks = F::kHeavy ? 1 : 2;
  // Elements per turn of a thread where there are no packs.
  static constexpr int kSingles = F::kHeavy ? 1 : 4;
  static constexpr uint32_t kPerBlock = kElementwiseThreads * kItems * kPacks;

  static __device__ __forceinline__ R Apply(T0 a, T b, T c) {
    if constexpr (kInputs == 1) {
      return Narrow<R>(static_cast<Compute<R>>(F::Apply(Widen(a))));
    } else if constexpr (kInputs == 2) {
      return Narrow<R>(static_cast<Compute<R>>(F::Apply(Widen(a), Widen(b))));
    } else {
      return F::Apply(a, b, c);
    }
  }

  template <class E>
  static __device__ __forceinline__ Pack<E, kItems> ReadPack(const Input& input, const uint32_t (&indices)[kMaxRank],
                                                             int rank, uint32_t element) {
    const E* data = static_cast<const E*>(input.data);
    if (input.reading == Reading::kLinear) return LoadPack<kItems>(data + element);
    if (input.reading != Reading::kScalar) data += input.strides.Offset(indices, rank);
    if (input.reading == Reading::kRowPacks) return LoadPack<kItems>(data);
    Pack<E, kItems> pack;
    const E value = *data;
#pragma unroll
    for (int i = 0; i < kItems; ++i) pack.items[i] = value;
    return pack;
  }

  template <class E>
  static __device__ __forceinline__ E ReadElement(const Input& input, const uint32_t (&indices)[kMaxRank], int rank,
                                                  uint32_t element) {
    const E* data = static_cast<const E*>(input.data);
    if (input.reading == Reading::kLinear) return data[element];
    if (input.reading != Reading::kScalar) data += input.strides.Offset(indices, rank);
    return *data;
  }

  static __device__ __forceinline__ void RunPacks(const Operands<kInputs>& o, uint32_t first) {
    Pack<T0, kItems> a[kPacks];
    Pack<T, kItems> b[kPacks], c[kPacks];
#pragma unroll
    for (int p = 0; p < kPacks; ++p) {
      const uint32_t element = first + (p * kElementwiseThreads + threadIdx.x) * kItems;
      uint32_t indices[kMaxRank] = {};
      if (o.rows) o.digits.Split(element, indices);
      a[p] = ReadPack<T0>(o.inputs[0], indices, o.digits.rank, element);
      if constexpr (kInputs > 1) b[p] = ReadPack<T>(o.inputs[1], indices, o.digits.rank, element);
      if constexpr (kInputs > 2) c[p] = ReadPack<T>(o.inputs[2], indices, o.digits.rank, element);
    }
#pragma unroll
    for (int p = 0; p < kPacks; ++p) {
      Pack<R, kItems> result;
#pragma unroll
      for (int i = 0; i < kItems; ++i) result.items[i] = Apply(a[p].items[i], b[p].items[i], c[p].items[i]);
      StorePack(static_cast<R*>(o.out) + first + (p * kElementwiseThreads + threadIdx.x) * kItems, result);
    }
  }

  static __device__ __forceinline__ void RunSingles(const Operands<kInputs>& o, uint32_t first) {
    const uint32_t end = first + kPerBlock < o.elements ? first + kPerBlock : o.elements;
#pragma unroll 1
    for (uint32_t turn = first + threadIdx.x; turn < end; turn += kSingles * kElementwiseThreads) {
      T0 a[kSingles];
      T b[kSingles], c[kSingles];
#pragma unroll
      for (int s = 0; s < kSingles; ++s) {
        const uint32_t element = turn + s * kElementwiseThreads;
        if (element >= end) continue;
        uint32_t indices[kMaxRank] = {};
        if (o.rows) o.digits.Split(element, indices);
        a[s] = ReadElement<T0>(o.inputs[0], indices, o.digits.rank, element);
        if constexpr (kInputs > 1) b[s] = ReadElement<T>(o.inputs[1], indices, o.digits.rank, element);
        if constexpr (kInputs > 2) c[s] = ReadElement<T>(o.inputs[2], indices, o.digits.rank, element);
      }
#pragma unroll
      for (int s = 0; s < kSingles; ++s) {
        const uint32_t element = turn + s * kElementwiseThreads;
        if (element < end) static_cast<R*>(o.out)[element] = Apply(a[s], b[s], c[s]);
      }
    }
  }
};

template <class F, class T0, class T, class R, int kInputs>
__global__ void __launch_bounds__(kElementwiseThreads) RunElements(const __grid_constant__ Operands<kInputs> operands) {
  using K = ElementKernel<F, T0, T, R, kInputs>;
  const uint32_t first = blockIdx.x * K::kPerBlock;
  if (operands.packs && first + K::kPerBlock <= operands.elements) {
    K::RunPacks(operands, first);
  } else {
    K::RunSingles(operands, first);
  }
}

// How to read an input of `bytes` per element in packs of `items`.
template <int K>
Reading ReadingOf(const StridedLoop<K>& loop, int operand, const void* data, int64_t bytes, int64_t items) {
  const int64_t* strides = loop.strides[operand];
  const int last = loop.rank - 1;
  bool scalar = true, aligned = IsAligned(data, bytes * items);
  for (int d = 0; d < loop.rank; ++d) {
    scalar = scalar && (strides[d] == 0 || loop.dims[d] == 1);
    aligned = aligned && (d == last || strides[d] % items == 0);
  }
  if (scalar) return Reading::kScalar;
  if (loop.rank == 1 && strides[0] == 1) return Reading::kLinear;
  if (loop.dims[last] % items != 0) return Reading::kElements;
  if (strides[last] == 1 && aligned) return Reading::kRowPacks;
  return strides[last] == 0 ? Reading::kRowScalar : Reading::kElements;
}

struct ElementSizes {
  int64_t first, others, result;  // bytes
  int64_t items;                  // of a pack
  int64_t per_block;
};

// launch(operands, blocks) for every slice of the call.
template <int kInputs, class Run>
void ForElementwiseSlices(const Call& call, const ElementSizes& sizes, int64_t most, const Run& run) {
  const auto& params = call.as<Elementwise>();
  int64_t contiguous[kMaxRank];
  ContiguousStrides(params.rank, params.dims, contiguous);
  const int64_t* strides[kInputs + 1];
  for (int k = 0; k < kInputs; ++k) strides[k] = params.strides[k];
  strides[kInputs] = contiguous;
  const auto whole = MergeDims<kInputs + 1>(params.rank, params.dims, strides);
  const int64_t zeros[kInputs + 1] = {};
  ForSlices<kInputs + 1>(
      whole, most,
      [&](const StridedLoop<kInputs + 1>& loop, const int64_t* offsets) {
        Operands<kInputs> operands = {};
        const int64_t elements = loop.elements();
        char* out = call.operand<char>(kInputs) + offsets[kInputs] * sizes.result;
        operands.out = out;
        operands.packs = IsAligned(out, sizes.result * sizes.items);
        operands.digits = Digits::Of(loop);
        operands.elements = static_cast<uint32_t>(elements);
        for (int k = 0; k < kInputs; ++k) {
          const int64_t bytes = k == 0 ? sizes.first : sizes.others;
          Input& input = operands.inputs[k];
          input.data = call.operand<char>(k) + offsets[k] * bytes;
          input.reading = ReadingOf(loop, k, input.data, bytes, sizes.items);
          for (int d = 0; d < kMaxRank; ++d) input.strides.of[d] = d < loop.rank ? loop.strides[k][d] : 0;
          const bool linear = input.reading == Reading::kLinear;
          operands.rows = operands.rows || (!linear && input.reading != Reading::kScalar);
          operands.packs = operands.packs && input.reading != Reading::kElements &&
                           !(linear && !IsAligned(input.data, bytes * sizes.items));
        }
        run(operands, static_cast<uint32_t>(CeilDivide(elements, sizes.per_block)));
      },
      zeros);
}

template <class F, class T0, class T, class R, int kInputs>
void LaunchElements(const Call& call) {
  using K = ElementKernel<F, T0, T, R, kInputs>;
  const ElementSizes sizes = {sizeof(T0), sizeof(T), sizeof(R), K::kItems, K::kPerBlock};
  ForElementwiseSlices<kInputs>(call, sizes, kMostPerLaunch, [&](const Operands<kInputs>& operands, uint32_t blocks) {
    Launch(call.queue, "elementwise", RunElements<F, T0, T, R, kInputs>, Shape{{blocks}, {kElementwiseThreads}},
           operands);
  });
}

}  // namespace
}  // namespace keraunos::cuda

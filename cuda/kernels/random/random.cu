// Family random: counter-based numbers (params.h: Random), the same stream as on the processor: uniform numbers and
// dropout to the bit, normal ones but for the rounding of logarithms and sines. Halves are drawn in float32 and rounded
// once. A thread draws what one Philox block yields. Cost: one pass over the result.
#include "cuda/kernels/divide.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/pack.h"
#include "cuda/kernels/random/philox.cuh"
#include "device/math.h"

namespace keraunos::cuda {
namespace {

constexpr int kRandomThreads = 256;

// Elements of a block.
template <class C>
constexpr int kDrawn = 16 / static_cast<int>(sizeof(C));

// 24 bits of each word, or 53 of each pair of words, the first of which is the low one.
__device__ __forceinline__ void Integers(const PhiloxWords& words, float (&integers)[4]) {
#pragma unroll
  for (int i = 0; i < 4; ++i) integers[i] = static_cast<float>(words.of[i] >> 8);
}
__device__ __forceinline__ void Integers(const PhiloxWords& words, double (&integers)[2]) {
#pragma unroll
  for (int i = 0; i < 2; ++i) {
    const uint64_t pair = words.of[2 * i] | static_cast<uint64_t>(words.of[2 * i + 1]) << 32;
    integers[i] = static_cast<double>(pair >> 11);
  }
}
template <class C>
constexpr C kUnit = sizeof(C) == 4 ? C(0x1p-24) : C(0x1p-53);

// a + (b - a) u may round up to b, which the interval excludes: the largest number below b stands in for it.
template <class C>
struct UniformDraw {
  static constexpr bool kReads = false;
  C low, high, last;
  explicit UniformDraw(const Random& p)
      : low(static_cast<C>(p.a)),
        high(static_cast<C>(p.b)),
        last(sizeof(C) == 4 ? C(nextafterf(float(high), float(low))) : C(nextafter(double(high), double(low)))) {}
  __device__ __forceinline__ void Draw(const C (&integers)[kDrawn<C>], C (&values)[kDrawn<C>]) const {
#pragma unroll
    for (int i = 0; i < kDrawn<C>; ++i) {
      const C value = Fma(integers[i] * kUnit<C>, high - low, low);
      values[i] = value < last ? value : last;
    }
  }
};

// Box-Muller: words 2i and 2i + 1 give radius sqrt(-2 ln u), 0 < u <= 1, and angle 2 pi v.
template <class C>
struct NormalDraw {
  static constexpr bool kReads = false;
  C mean, deviation;
  explicit NormalDraw(const Random& p) : mean(static_cast<C>(p.a)), deviation(static_cast<C>(p.b)) {}
  __device__ __forceinline__ void Draw(const C (&integers)[kDrawn<C>], C (&values)[kDrawn<C>]) const {
#pragma unroll
    for (int i = 0; i < kDrawn<C>; i += 2) {
      const C radius = sqrt(-2 * log((integers[i] + 1) * kUnit<C>));
      C sine, cosine;
      SinCosTurns(integers[i + 1] * kUnit<C>, sine, cosine);
      values[i] = Fma(radius * cosine, deviation, mean);
      values[i + 1] = Fma(radius * sine, deviation, mean);
    }
  }
};

// u < rate ? 0 : x / (1 - rate).
template <class C>
struct DropoutDraw {
  static constexpr bool kReads = true;
  C threshold, keep;
  explicit DropoutDraw(const Random& p) : threshold(static_cast<C>(p.a)), keep(static_cast<C>(1.0 - p.a)) {}
  __device__ __forceinline__ void Draw(const C (&integers)[kDrawn<C>], C (&values)[kDrawn<C>]) const {
#pragma unroll
    for (int i = 0; i < kDrawn<C>; ++i) {
      values[i] = integers[i] * kUnit<C> < threshold ? C(0) : values[i] / keep;
    }
  }
};

template <class Draw, class T>
__global__ void __launch_bounds__(kRandomThreads)
    DrawElements(const Draw draw, const int64_t* seed, const T* x, T* out, int64_t elements, bool packs) {
  using C = Compute<T>;
  constexpr int kItems = kDrawn<C>;
  const int64_t block = static_cast<int64_t>(blockIdx.x) * kRandomThreads + threadIdx.x, first = block * kItems;
  if (first >= elements) return;
  const bool whole = packs && first + kItems <= elements;
  Pack<T, kItems> pack = {};
  if (Draw::kReads && whole) pack = LoadPack<kItems>(x + first);
  if (Draw::kReads && !whole) {
#pragma unroll
    for (int i = 0; i < kItems; ++i) {
      if (first + i < elements) pack.items[i] = x[first + i];
    }
  }
  C integers[kItems], values[kItems];
#pragma unroll
  for (int i = 0; i < kItems; ++i) values[i] = Widen(pack.items[i]);
  Integers(Philox(static_cast<uint64_t>(seed[0]), static_cast<uint64_t>(seed[1]), static_cast<uint64_t>(block)),
           integers);
  draw.Draw(integers, values);
#pragma unroll
  for (int i = 0; i < kItems; ++i) pack.items[i] = Narrow<T>(values[i]);
  if (whole) {
    StorePack(out + first, pack);
    return;
  }
#pragma unroll
  for (int i = 0; i < kItems; ++i) {
    if (first + i < elements) out[first + i] = pack.items[i];
  }
}

template <template <class> class Draw, class T>
void LaunchDraw(const Call& call) {
  using C = Compute<T>;
  using D = Draw<C>;
  const auto& params = call.as<Random>();
  const T* x = D::kReads ? call.operand<const T>(0) : nullptr;
  T* out = call.operand<T>(D::kReads ? 2 : 1);
  const int64_t elements = call.units * params.cols, bytes = kDrawn<C> * static_cast<int64_t>(sizeof(T));
  const int64_t blocks = CeilDivide(CeilDivide(elements, kDrawn<C>), kRandomThreads);
  Launch(call.queue, "random", DrawElements<D, T>, Shape{{static_cast<uint32_t>(blocks)}, {kRandomThreads}}, D(params),
         call.operand<const int64_t>(D::kReads ? 1 : 0), x, out, elements,
         IsAligned(x, bytes) && IsAligned(out, bytes));
}

#define FLOATS(op, Draw)                                                                         \
  {kOp_##op, kFloat32, LaunchDraw<Draw, float>}, {kOp_##op, kFloat64, LaunchDraw<Draw, double>}, \
      {kOp_##op, kBFloat16, LaunchDraw<Draw, BFloat16>}, {                                       \
    kOp_##op, kFloat16, LaunchDraw<Draw, Float16>                                                \
  }
constexpr KernelEntry kEntries[] = {
    FLOATS(random_uniform, UniformDraw),
    FLOATS(random_normal, NormalDraw),
    FLOATS(dropout, DropoutDraw),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(random, keraunos::cuda::kEntries)

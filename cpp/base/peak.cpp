// Loops that do nothing but multiply-add or move memory, one per vector width, chosen by what the CPU supports.
#include "base/peak.h"

#include <chrono>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#include "base/compiler.h"

namespace keraunos {
namespace {

double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// The shortest of `trials` runs of body().
template <class Body>
double Best(int trials, Body body) {
  double best = 1e30;
  for (int trial = 0; trial < trials; ++trial) {
    const double start = Seconds();
    body();
    const double elapsed = Seconds() - start;
    if (elapsed < best) best = elapsed;
  }
  return best;
}

constexpr int kSums = 12;  // more than latency (4-5 cycles) times two pipes
constexpr int64_t kRounds = 20000;

typedef float Floats16 __attribute__((vector_size(16), aligned(4), may_alias));
typedef float Floats32 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float Floats64 __attribute__((vector_size(64), aligned(4), may_alias));

// The three loops for one vector width, all compiled for `attributes`. An empty asm keeps every sum; unrolling the
// initialising loop too keeps the sums in registers.
#define KERAUNOS_LOOPS(name, attributes, Vector, constraint, fma)                           \
  attributes void Multiply##name() {                                                        \
    const Vector factor = Vector{} + 0.5f;                                                  \
    Vector sums[kSums];                                                                     \
    KERAUNOS_UNROLL for (int i = 0; i < kSums; ++i) sums[i] = factor;                       \
    for (int64_t round = 0; round < kRounds; ++round) {                                     \
      KERAUNOS_UNROLL for (int i = 0; i < kSums; ++i) {                                     \
        sums[i] = fma(sums[i], factor);                                                     \
        asm volatile("" : constraint(sums[i]));                                             \
      }                                                                                     \
    }                                                                                       \
  }                                                                                         \
  attributes void Read##name(const float* data, int64_t count) {                            \
    constexpr int64_t kLanes = sizeof(Vector) / sizeof(float);                              \
    Vector sums[8];                                                                         \
    KERAUNOS_UNROLL for (int j = 0; j < 8; ++j) sums[j] = Vector{};                         \
    for (int64_t i = 0; i + 8 * kLanes <= count; i += 8 * kLanes) {                         \
      KERAUNOS_UNROLL for (int j = 0; j < 8; ++j) {                                         \
        sums[j] += *reinterpret_cast<const Vector*>(data + i + j * kLanes);                 \
      }                                                                                     \
    }                                                                                       \
    KERAUNOS_UNROLL for (int j = 0; j < 8; ++j) asm volatile("" : constraint(sums[j]));     \
  }                                                                                         \
  attributes void Update##name(float* w, const float* g, int64_t count) {                   \
    constexpr int64_t kLanes = sizeof(Vector) / sizeof(float);                              \
    for (int64_t i = 0; i + kLanes <= count; i += kLanes) {                                 \
      *reinterpret_cast<Vector*>(w + i) -= 1e-9f * *reinterpret_cast<const Vector*>(g + i); \
    }                                                                                       \
  }

#if defined(__x86_64__)
#define KERAUNOS_FMA_512(x, y) _mm512_fmadd_ps(x, y, y)
#define KERAUNOS_FMA_256(x, y) _mm256_fmadd_ps(x, y, y)
#define KERAUNOS_FMA_128(x, y) (x) * (y) + (y)
KERAUNOS_LOOPS(Avx512, __attribute__((target("avx512f"))), Floats64, "+v", KERAUNOS_FMA_512)
KERAUNOS_LOOPS(Avx2, __attribute__((target("avx2,fma"))), Floats32, "+x", KERAUNOS_FMA_256)
KERAUNOS_LOOPS(Sse2, , Floats16, "+x", KERAUNOS_FMA_128)
#else
#define KERAUNOS_FMA_128(x, y) (Floats16) vfmaq_f32((float32x4_t)(y), (float32x4_t)(x), (float32x4_t)(y))
KERAUNOS_LOOPS(Neon, , Floats16, "+w", KERAUNOS_FMA_128)
#endif

struct Loops {
  int64_t lanes;
  void (*multiply)();
  void (*read)(const float* data, int64_t count);
  void (*update)(float* w, const float* g, int64_t count);
};

Loops WidestLoops() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return {16, MultiplyAvx512, ReadAvx512, UpdateAvx512};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {8, MultiplyAvx2, ReadAvx2, UpdateAvx2};
  return {4, MultiplySse2, ReadSse2, UpdateSse2};
#else
  return {4, MultiplyNeon, ReadNeon, UpdateNeon};
#endif
}

}  // namespace

double MeasurePeakFloat32() {
  const Loops loops = WidestLoops();
  const double seconds = Best(60, loops.multiply);
  return 2e-9 * static_cast<double>(loops.lanes * kSums * kRounds) / seconds;
}

Bandwidth MeasureBandwidth(int64_t bytes) {
  const Loops loops = WidestLoops();
  const int64_t count = bytes / static_cast<int64_t>(sizeof(float)) / 256 * 256;
  std::vector<float> data(static_cast<size_t>(count), 1.0f);
  // Small buffers are visited often enough to be timed at all.
  const int64_t repeats = 1 + (int64_t{1} << 22) / (bytes + 1);
  const double read = Best(20, [&] {
    for (int64_t i = 0; i < repeats; ++i) loops.read(data.data(), count);
  });
  const double update = Best(20, [&] {
    for (int64_t i = 0; i < repeats; ++i) loops.update(data.data(), data.data() + count / 2, count / 2);
  });
  const double gigabytes = 4e-9 * static_cast<double>(count * repeats);
  return {gigabytes / read, 1.5 * gigabytes / update};
}

}  // namespace keraunos

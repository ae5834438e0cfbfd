// Loops that do nothing but multiply-add or move memory, one per vector width, chosen by what the CPU supports.
#include "base/peak.h"

#include <chrono>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

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

// kRounds times kSums dependent chains of `operation` on vectors; the empty asm keeps every result.
#define KERAUNOS_FMA_LOOP(Vector, constraint, initial, operation)               \
  {                                                                             \
    Vector sums[kSums];                                                         \
    _Pragma("GCC unroll 16") for (int i = 0; i < kSums; ++i) sums[i] = initial; \
    for (int64_t round = 0; round < kRounds; ++round) {                         \
      _Pragma("GCC unroll 16") for (int i = 0; i < kSums; ++i) {                \
        sums[i] = operation(sums[i]);                                           \
        asm volatile("" : constraint(sums[i]));                                 \
      }                                                                         \
    }                                                                           \
  }

#if defined(__x86_64__)
__attribute__((target("avx512f"))) void FmaAvx512() {
  const __m512 factor = _mm512_set1_ps(0.5f);
#define KERAUNOS_STEP(x) _mm512_fmadd_ps(x, factor, factor)
  KERAUNOS_FMA_LOOP(__m512, "+v", factor, KERAUNOS_STEP)
#undef KERAUNOS_STEP
}
__attribute__((target("avx2,fma"))) void FmaAvx2() {
  const __m256 factor = _mm256_set1_ps(0.5f);
#define KERAUNOS_STEP(x) _mm256_fmadd_ps(x, factor, factor)
  KERAUNOS_FMA_LOOP(__m256, "+x", factor, KERAUNOS_STEP)
#undef KERAUNOS_STEP
}
void MultiplyAddSse2() {
  const __m128 factor = _mm_set1_ps(0.5f);
#define KERAUNOS_STEP(x) _mm_add_ps(_mm_mul_ps(x, factor), factor)
  KERAUNOS_FMA_LOOP(__m128, "+x", factor, KERAUNOS_STEP)
#undef KERAUNOS_STEP
}
#elif defined(__ARM_NEON)
void FmaNeon() {
  const float32x4_t factor = vdupq_n_f32(0.5f);
#define KERAUNOS_STEP(x) vfmaq_f32(factor, x, factor)
  KERAUNOS_FMA_LOOP(float32x4_t, "+w", factor, KERAUNOS_STEP)
#undef KERAUNOS_STEP
}
#endif
#undef KERAUNOS_FMA_LOOP

// Vectors of 32 bytes reach the memory's rate on every width; the compiler splits them where registers are narrower.
typedef float Floats __attribute__((vector_size(32), aligned(4), may_alias));

float ReadAll(const float* data, int64_t count) {
  Floats sums[4] = {};
  for (int64_t i = 0; i + 32 <= count; i += 32) {
    _Pragma("GCC unroll 4") for (int j = 0; j < 4; ++j) {
      sums[j] += *reinterpret_cast<const Floats*>(data + i + 8 * j);
    }
  }
  return (sums[0] + sums[1] + sums[2] + sums[3])[0];
}

void UpdateAll(float* w, const float* g, int64_t count) {
  for (int64_t i = 0; i + 8 <= count; i += 8) {
    *reinterpret_cast<Floats*>(w + i) -= 1e-9f * *reinterpret_cast<const Floats*>(g + i);
  }
}

}  // namespace

double MeasurePeakFloat32() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f"),
             avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const int lanes = avx512 ? 16 : avx2 ? 8 : 4;
  const double seconds = Best(60, avx512 ? FmaAvx512 : avx2 ? FmaAvx2 : MultiplyAddSse2);
#else
  const int lanes = 4;
  const double seconds = Best(60, FmaNeon);
#endif
  return 2e-9 * lanes * kSums * kRounds / seconds;
}

Bandwidth MeasureBandwidth(int64_t bytes) {
  const int64_t count = bytes / static_cast<int64_t>(sizeof(float)) / 64 * 64;
  std::vector<float> data(static_cast<size_t>(count), 1.0f);
  // Small buffers are visited often enough to be timed at all.
  const int64_t repeats = 1 + (int64_t{1} << 22) / (bytes + 1);
  volatile float sink = 0;
  const double read = Best(20, [&] {
    for (int64_t i = 0; i < repeats; ++i) sink = sink + ReadAll(data.data(), count);
  });
  const double update = Best(20, [&] {
    for (int64_t i = 0; i < repeats; ++i) UpdateAll(data.data(), data.data() + count / 2, count / 2);
  });
  const double gigabytes = 4e-9 * static_cast<double>(count * repeats);
  return {gigabytes / read, 1.5 * gigabytes / update};
}

}  // namespace keraunos

// The random family: counter-based, so any range of elements can be drawn by anybody, in any order, with the same bits.
#include "kernels/kernel.h"
#include "kernels/random/distributions.h"

namespace keraunos {
namespace {

// out[i] = draw(words of element i, x[i]) for the elements of units [begin, end), a group at a time. Groups that stick
// out at either end (a range may begin inside a block) go through buffers. x may be null or out.
template <typename T, typename Draw>
KERAUNOS_INLINE void FillRandom(const void* params, const void* seed, const T* x, T* out, int64_t begin, int64_t end,
                                Draw draw) {
  constexpr int64_t kElements = Group<T>::kElements;
  constexpr int64_t kPerBlock = Group<T>::kPerBlock;
  const int64_t cols = static_cast<const Random*>(params)->cols;
  const int64_t first = begin * cols;
  const int64_t stop = end * cols;
  const uint64_t* words = static_cast<const uint64_t*>(seed);
  const PhiloxKey key = {words[0], words[1]};
  for (int64_t i = first / kPerBlock * kPerBlock; i < stop; i += kElements) {
    const PhiloxWords block = Philox(key, static_cast<uint64_t>(i / kPerBlock));
    if (i >= first && i + kElements <= stop) {
      const Group<T> input = x ? Group<T>{{load(x + i), load(x + i + kVecLanes<T>)}} : Group<T>{};
      const Group<T> group = draw(block, input);
      store(out + i, group.half[0]);
      store(out + i + kVecLanes<T>, group.half[1]);
      continue;
    }
    const int64_t from = i < first ? first : i;
    const int64_t to = i + kElements < stop ? i + kElements : stop;
    T buffer[kElements] = {};
    if (x) {
      for (int64_t j = from; j < to; ++j) buffer[j - i] = x[j];
    }
    const Group<T> group = draw(block, Group<T>{{load(buffer), load(buffer + kVecLanes<T>)}});
    store(buffer, group.half[0]);
    store(buffer + kVecLanes<T>, group.half[1]);
    for (int64_t j = from; j < to; ++j) out[j] = buffer[j - i];
  }
}

KERAUNOS_INLINE float NextAfter(float x, float towards) { return __builtin_nextafterf(x, towards); }
KERAUNOS_INLINE double NextAfter(double x, double towards) { return __builtin_nextafter(x, towards); }

// a + (b - a) u may round up to b, which the interval excludes: the largest number below b stands in for it.
template <typename T>
void RandomUniform(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const T low = static_cast<T>(static_cast<const Random*>(params)->a);
  const T high = static_cast<T>(static_cast<const Random*>(params)->b);
  const T last = NextAfter(high, low);
  const auto place = [=](Vec<T> u) {
    const Vec<T> value = fma(u, splat(high - low), splat(low));
    return min(value, splat(last));
  };
  FillRandom<T>(params, o[0], nullptr, static_cast<T*>(o[1]), begin, end,
                [=](const PhiloxWords& words, const Group<T>&) {
                  const Group<T> u = UnitGroup<T>(words);
                  return Group<T>{{place(u.half[0]), place(u.half[1])}};
                });
}

template <typename T>
void RandomNormal(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const Vec<T> mean = splat(static_cast<T>(static_cast<const Random*>(params)->a));
  const Vec<T> deviation = splat(static_cast<T>(static_cast<const Random*>(params)->b));
  FillRandom<T>(params, o[0], nullptr, static_cast<T*>(o[1]), begin, end,
                [=](const PhiloxWords& words, const Group<T>&) {
                  const Group<T> z = NormalGroup(words, T{});
                  return Group<T>{{fma(z.half[0], deviation, mean), fma(z.half[1], deviation, mean)}};
                });
}

// u < rate ? 0 : x / (1 - rate).
template <typename T>
void Dropout(const void* params, void* const* o, int64_t begin, int64_t end, void*) {
  const double rate = static_cast<const Random*>(params)->a;
  const Vec<T> threshold = splat(static_cast<T>(rate));
  const Vec<T> keep = splat(static_cast<T>(1.0 - rate));
  FillRandom<T>(params, o[1], static_cast<const T*>(o[0]), static_cast<T*>(o[2]), begin, end,
                [=](const PhiloxWords& words, const Group<T>& x) {
                  const Group<T> u = UnitGroup<T>(words);
                  return Group<T>{{select(u.half[0] < threshold, Vec<T>{}, x.half[0] / keep),
                                   select(u.half[1] < threshold, Vec<T>{}, x.half[1] / keep)}};
                });
}

#define KERAUNOS_BOTH(op, Kernel) \
  {kOp_##op, kFloat32, Kernel<float>}, { kOp_##op, kFloat64, Kernel<double> }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_BOTH(random_uniform, RandomUniform),
    KERAUNOS_BOTH(random_normal, RandomNormal),
    KERAUNOS_BOTH(dropout, Dropout),
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(random, keraunos::kEntries)

// shuffle<2, 3, 6, 7>(a, b): lanes chosen from a and b one after the other, as __builtin_shufflevector does; as many
// lanes out as are named. GCC has that builtin since version 12; GCC 11 has __builtin_shuffle,
// whose result is as wide as its sources.
#pragma once

namespace keraunos {
namespace {

template <int... kSources, typename V>
KERAUNOS_INLINE auto shuffle(V a, V b) {
#if __has_builtin(__builtin_shufflevector)
  return __builtin_shufflevector(a, b, kSources...);
#else
  using Sources = decltype(a == b);
  const V all = __builtin_shuffle(a, b, Sources{kSources...});
  if constexpr (sizeof...(kSources) * sizeof(a[0]) == sizeof(V)) {
    return all;
  } else {
    typedef __typeof__(a[0]) Low __attribute__((vector_size(sizeof...(kSources) * sizeof(a[0]))));
    Low low;
    __builtin_memcpy(&low, &all, sizeof low);
    return low;
  }
#endif
}

}  // namespace
}  // namespace keraunos

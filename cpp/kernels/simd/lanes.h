// Sixteen lanes on every ISA, and the fixed tree that folds them: lane i takes the elements i, i + 16, i + 32, ... of a
// row, then 16 lanes fold to 8, 4, 2, 1 by adding the upper half to the lower. Row sums so have the same bits on every
// ISA with FMA.
#pragma once

namespace keraunos {
namespace {

template <typename T>
struct Lanes {
  static constexpr int kParts = 16 / kVecLanes<T>;
  Vec<T> part[kParts];
};

template <typename T>
KERAUNOS_INLINE Lanes<T> splat_lanes(T x) {
  Lanes<T> lanes;
  KERAUNOS_UNROLL for (int i = 0; i < Lanes<T>::kParts; ++i) lanes.part[i] = splat(x);
  return lanes;
}

template <typename T>
KERAUNOS_INLINE Lanes<T> load_lanes(const T* p) {
  Lanes<T> lanes;
  KERAUNOS_UNROLL for (int i = 0; i < Lanes<T>::kParts; ++i) lanes.part[i] = load(p + i * kVecLanes<T>);
  return lanes;
}

// Lanes of part i among the first n of all sixteen.
template <typename T>
KERAUNOS_INLINE int64_t part_lanes(int64_t n, int i) {
  const int64_t left = n - i * kVecLanes<T>;
  return left < 0 ? 0 : left < kVecLanes<T> ? left : kVecLanes<T>;
}

template <typename T>
KERAUNOS_INLINE Lanes<T> load_lanes_n(const T* p, int64_t n, T fill) {
  Lanes<T> lanes;
  KERAUNOS_UNROLL for (int i = 0; i < Lanes<T>::kParts; ++i) {
    lanes.part[i] = load_n(p + i * kVecLanes<T>, part_lanes<T>(n, i), fill);
  }
  return lanes;
}

template <typename T>
KERAUNOS_INLINE void store_lanes(T* p, const Lanes<T>& lanes) {
  KERAUNOS_UNROLL for (int i = 0; i < Lanes<T>::kParts; ++i) store(p + i * kVecLanes<T>, lanes.part[i]);
}

template <typename T>
KERAUNOS_INLINE void store_lanes_n(T* p, const Lanes<T>& lanes, int64_t n) {
  KERAUNOS_UNROLL for (int i = 0; i < Lanes<T>::kParts; ++i) {
    store_n(p + i * kVecLanes<T>, lanes.part[i], part_lanes<T>(n, i));
  }
}

struct Add {
  template <typename V>
  KERAUNOS_INLINE V operator()(V a, V b) const {
    return a + b;
  }
};
struct Multiply {
  template <typename V>
  KERAUNOS_INLINE V operator()(V a, V b) const {
    return a * b;
  }
};
struct MaxNan {
  template <typename V>
  KERAUNOS_INLINE V operator()(V a, V b) const {
    return max_nan(a, b);
  }
};
struct MinNan {
  template <typename V>
  KERAUNOS_INLINE V operator()(V a, V b) const {
    return min_nan(a, b);
  }
};

typedef float F32x4 __attribute__((vector_size(16)));
typedef double F64x2 __attribute__((vector_size(16)));

// Folds one vector: upper half onto lower half, down to a scalar. The last step is a vector's too: of two scalars a
// maximum is a branch, missed half the time (maxima of 4096 rows of 10: 36 us, so 22 us).
template <typename Op>
KERAUNOS_INLINE float fold(F32x4 v, Op op) {
  v = op(v, shuffle<2, 3, 2, 3>(v, v));
  return op(v, shuffle<1, 1, 1, 1>(v, v))[0];
}
template <typename Op>
KERAUNOS_INLINE double fold(F64x2 v, Op op) {
  return op(v, shuffle<1, 1>(v, v))[0];
}
#if KERAUNOS_VECTOR_BYTES >= 32
typedef float F32x8 __attribute__((vector_size(32)));
typedef double F64x4 __attribute__((vector_size(32)));
template <typename Op>
KERAUNOS_INLINE float fold(F32x8 v, Op op) {
  return fold(op(shuffle<0, 1, 2, 3>(v, v), shuffle<4, 5, 6, 7>(v, v)), op);
}
template <typename Op>
KERAUNOS_INLINE double fold(F64x4 v, Op op) {
  return fold(op(shuffle<0, 1>(v, v), shuffle<2, 3>(v, v)), op);
}
#endif
#if KERAUNOS_VECTOR_BYTES >= 64
template <typename Op>
KERAUNOS_INLINE float fold(VecF32 v, Op op) {
  return fold(op(shuffle<0, 1, 2, 3, 4, 5, 6, 7>(v, v), shuffle<8, 9, 10, 11, 12, 13, 14, 15>(v, v)), op);
}
template <typename Op>
KERAUNOS_INLINE double fold(VecF64 v, Op op) {
  return fold(op(shuffle<0, 1, 2, 3>(v, v), shuffle<4, 5, 6, 7>(v, v)), op);
}
#endif

// Folds all sixteen lanes; the order depends on nothing but the lane numbers.
template <typename T, typename Op>
KERAUNOS_INLINE T fold(Lanes<T> lanes, Op op) {
  KERAUNOS_UNROLL for (int half = Lanes<T>::kParts / 2; half > 0; half /= 2) {
    KERAUNOS_UNROLL for (int i = 0; i < half; ++i) lanes.part[i] = op(lanes.part[i], lanes.part[i + half]);
  }
  return fold(lanes.part[0], op);
}

}  // namespace
}  // namespace keraunos

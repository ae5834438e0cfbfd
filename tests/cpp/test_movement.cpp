// Movement kernels against loops over single elements: all pairs of dtypes, strides of any sign, transposes around the
// tile size, hostile indices, every ISA.
#include "kernel_test.h"

namespace keraunos {
namespace {

// The definition of convert.h, in long double and 128-bit integers.
template <class To, class From>
To Converted(From x, double scale, double offset) {
  if constexpr (kIsFloat<To>) {
    To value;
    if constexpr (kDTypeOf<From> == kBool) {
      value = x ? 1 : 0;
    } else {
      value = static_cast<To>(x);
    }
    // To, not double: one rounding after the product and one after the sum.
    volatile To product = value * static_cast<To>(scale);
    return scale == 1 && offset == 0 ? value : product + static_cast<To>(offset);
  } else if constexpr (kDTypeOf<To> == kBool) {
    return Bool(x != From(0));
  } else if constexpr (kDTypeOf<From> == kBool) {
    return x ? 1 : 0;
  } else if constexpr (kIsFloat<From>) {
    if (x != x) return 0;
    const long double value = std::trunc(static_cast<long double>(x));
    if (value <= static_cast<long double>(std::numeric_limits<To>::lowest())) return std::numeric_limits<To>::lowest();
    if (value >= static_cast<long double>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    return static_cast<To>(value);
  } else {
    return static_cast<To>(x);
  }
}

TEST(CastOfEveryPair) {
  ForAllTypes([](auto from) {
    ForAllTypes([&](auto to) {
      using From = decltype(from);
      using To = decltype(to);
      for (const Isa isa : RunnableIsas()) {
        for (int64_t cols : TestSizes()) {
          const bool scaled = test::RandomBetween(0, 1);
          const Cast params = {cols, kDTypeOf<To>, scaled ? 1.0 / 255 : 1, scaled ? -0.5 : 0};
          const int64_t rows = test::RandomBetween(0, 3);
          Guarded<From> in(RandomValues<From>(rows * cols));
          if constexpr (kIsFloat<From>) {
            // Up to the limits of the integers and beyond.
            for (int64_t i = 0; i < in.size(); i += 3)
              in[i] *= std::ldexp(From(1), static_cast<int>(test::RandomBetween(0, 66)));
          }
          Guarded<To> out(rows * cols);
          RunKernel(isa, kOp_cast, kDTypeOf<From>, params, {in.data(), out.data()}, rows);
          EXPECT(out.GuardsIntact(), cols);
          for (int64_t i = 0; i < rows * cols; ++i) {
            const To expected = Converted<To>(in[i], params.scale, params.offset);
            EXPECT(Same(out[i], expected), IsaName(isa), kDTypeOf<From>, "to", kDTypeOf<To>, +in[i], +out[i],
                   +expected);
          }
        }
      }
    });
  });
}

struct Walk {
  std::vector<int64_t> dims, strides;
  int64_t offset, extent;
};

// Random dims with a permuted, reversed, padded or broadcast layout in memory.
Walk RandomWalk(bool may_overlap) {
  Walk walk;
  const int64_t rank = test::RandomBetween(1, 4);
  std::vector<int> order;
  for (int64_t i = 0; i < rank; ++i) {
    walk.dims.push_back(test::RandomBetween(0, 9) ? test::RandomBetween(1, 8) : test::RandomBetween(15, 40));
    order.push_back(static_cast<int>(i));
  }
  if (test::RandomBetween(0, 1)) std::shuffle(order.begin(), order.end(), test::Random());
  walk.strides.resize(rank);
  int64_t stride = 1;
  walk.offset = test::RandomBetween(0, 5);
  for (int64_t i = rank - 1; i >= 0; --i) {
    const int dim = order[i];
    const bool broadcast = may_overlap && test::RandomBetween(0, 7) == 0;
    const bool reversed = test::RandomBetween(0, 4) == 0;
    walk.strides[dim] = broadcast ? 0 : reversed ? -stride : stride;
    if (reversed && !broadcast) walk.offset += stride * (walk.dims[dim] - 1);
    if (!broadcast) stride *= walk.dims[dim] + (test::RandomBetween(0, 3) == 0);
  }
  walk.extent = StridedExtent(rank, walk.dims.data(), walk.strides.data(), walk.offset);
  return walk;
}

template <class Params>
Params StridedParams(const Walk& walk) {
  Params params = {};
  params.rank = static_cast<int64_t>(walk.dims.size());
  params.offset = walk.offset;
  for (size_t i = 0; i < walk.dims.size(); ++i) params.dims[i] = walk.dims[i], params.strides[i] = walk.strides[i];
  return params;
}

template <class Visit>
void ForEachOffset(const Walk& walk, Visit visit) {
  int64_t count = 1;
  for (int64_t dim : walk.dims) count *= dim;
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i, offset = walk.offset;
    for (int64_t d = static_cast<int64_t>(walk.dims.size()) - 1; d >= 0; --d) {
      offset += rest % walk.dims[d] * walk.strides[d];
      rest /= walk.dims[d];
    }
    visit(i, offset);
  }
}

template <class T>
void TestStrided(const Walk& read, const Walk& write) {
  int64_t read_count = 1, write_count = 1;
  for (int64_t dim : read.dims) read_count *= dim;
  for (int64_t dim : write.dims) write_count *= dim;
  Guarded<T> source(RandomValues<T>(read.extent)), dense(RandomValues<T>(write_count));
  const std::vector<T> background = RandomValues<T>(write.extent);
  for (const Isa isa : RunnableIsas()) {
    Guarded<T> out(read_count);
    RunKernel(isa, kOp_strided_read, kDTypeOf<T>, StridedParams<StridedRead>(read), {source.data(), out.data()},
              read.dims[0]);
    EXPECT(out.GuardsIntact(), "read");
    ForEachOffset(read, [&](int64_t i, int64_t offset) {
      EXPECT(Same(out[i], source[offset]), "read", IsaName(isa), sizeof(T), i, offset);
    });
    Guarded<T> target(background);
    std::vector<T> expected = background;
    RunKernel(isa, kOp_strided_write, kDTypeOf<T>, StridedParams<StridedWrite>(write), {dense.data(), target.data()},
              write.dims[0]);
    ForEachOffset(write, [&](int64_t i, int64_t offset) { expected[offset] = dense[i]; });
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT(Same(target[i], expected[i]), "write", IsaName(isa), sizeof(T), i);
    EXPECT(target.GuardsIntact(), "write");
  }
}

TEST(StridedReadAndWrite) {
  for (int trial = 0; trial < 300; ++trial) {
    ForAllTypes([](auto sample) { TestStrided<decltype(sample)>(RandomWalk(true), RandomWalk(false)); });
  }
}

TEST(Transposes) {
  for (int64_t rows : {1, 2, 3, 4, 5, 15, 16, 17, 33, 70}) {
    for (int64_t cols : {1, 3, 4, 7, 16, 31, 48, 65}) {
      const Walk plane = {{rows, cols}, {1, rows}, 0, rows * cols};
      const Walk batch = {{3, rows, 2, cols}, {rows * cols * 2, 1, rows * cols, rows}, 0, rows * cols * 6};
      ForAllTypes([&](auto sample) {
        TestStrided<decltype(sample)>(plane, plane);
        TestStrided<decltype(sample)>(batch, batch);
      });
    }
  }
}

TEST(FillWritesItsUnits) {
  ForAllTypes([](auto sample) {
    using T = decltype(sample);
    for (const Isa isa : RunnableIsas()) {
      for (int64_t cols : TestSizes()) {
        Guarded<T> out(cols * 3);
        RunKernel(isa, kOp_fill, kDTypeOf<T>, Fill{cols, 3}, {out.data()}, 3);
        for (int64_t i = 0; i < out.size(); ++i) EXPECT(out[i] == Converted<T>(3.0, 1, 0), cols, i);
        EXPECT(out.GuardsIntact(), cols);
      }
    }
  });
}

template <class Index>
std::vector<Index> RandomIndices(int64_t count, int64_t rows) {
  std::vector<Index> indices(count);
  for (Index& index : indices) {
    index = static_cast<Index>(test::RandomBetween(0, 9)   ? test::RandomBetween(-rows, rows - 1)
                               : test::RandomBetween(0, 1) ? test::Random()()
                                                           : rows);
  }
  return indices;
}

template <class T, class Index>
void TestTake(Isa isa) {
  for (int64_t elements : TestSizes()) {
    const int64_t rows = test::RandomBetween(0, 12), source_rows = test::RandomBetween(0, 9);
    const Take params = {rows, elements, source_rows, sizeof(Index) == 4 ? kInt32 : kInt64};
    Guarded<Index> indices(RandomIndices<Index>(rows, source_rows));
    const auto row_of = [&](int64_t r) {
      const int64_t row = indices[r] < 0 ? indices[r] + source_rows : indices[r];
      return row >= 0 && row < source_rows ? row : -1;
    };
    Guarded<T> source(RandomValues<T>(source_rows * elements)), out(rows * elements);
    RunKernel(isa, kOp_take, kDTypeOf<T>, params, {source.data(), indices.data(), out.data()}, rows);
    const T missing = kIsFloat<T> ? static_cast<T>(NAN) : T();
    for (int64_t i = 0; i < rows * elements; ++i) {
      const int64_t row = row_of(i / elements);
      EXPECT(Same(out[i], row < 0 ? missing : source[row * elements + i % elements]), IsaName(isa), elements, i);
    }
    EXPECT(out.GuardsIntact(), elements);
    if (kDTypeOf<T> == kBool) continue;
    Guarded<T> updates(RandomValues<T>(rows * elements)), sums(source_rows * elements);
    RunKernel(isa, kOp_scatter_add, kDTypeOf<T>, params, {updates.data(), indices.data(), sums.data()}, 1);
    std::vector<T> expected(source_rows * elements, T(0));
    for (int64_t i = 0; i < rows * elements; ++i) {
      const int64_t row = row_of(i / elements);
      if (row < 0) continue;
      T& sum = expected[row * elements + i % elements];
      if constexpr (kIsFloat<T>) {
        sum += updates[i];
      } else if constexpr (kDTypeOf<T> != kBool) {
        sum = static_cast<T>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(updates[i]));
      }
    }
    for (size_t i = 0; i < expected.size(); ++i) EXPECT(Same(sums[i], expected[i]), "scatter", elements, i);
    EXPECT(sums.GuardsIntact(), elements);
  }
}

TEST(TakeAndScatterAdd) {
  for (const Isa isa : RunnableIsas()) {
    ForAllTypes([&](auto sample) {
      TestTake<decltype(sample), int32_t>(isa);
      TestTake<decltype(sample), int64_t>(isa);
    });
  }
}

template <class Index>
void TestGroupRows(Isa isa) {
  for (int64_t rows : TestSizes()) {
    const int64_t source_rows = test::RandomBetween(0, 9);
    Guarded<Index> indices(RandomIndices<Index>(rows, source_rows));
    Guarded<int32_t> order(rows), starts(source_rows + 1);
    RunKernel(isa, kOp_group_rows, kDTypeOf<Index>, GroupRows{rows, source_rows},
              {indices.data(), order.data(), starts.data()}, 1);
    int64_t place = 0;
    for (int64_t row = 0; row < source_rows; ++row) {
      EXPECT(starts[row] == place, IsaName(isa), rows, row);
      for (int64_t r = 0; r < rows; ++r) {
        if (indices[r] != row && indices[r] != row - source_rows) continue;
        EXPECT(order[place] == r, IsaName(isa), rows, row, place);
        ++place;
      }
    }
    EXPECT(starts[source_rows] == place, IsaName(isa), rows);
    for (; place < rows; ++place) EXPECT(order[place] == 0, IsaName(isa), rows, place);
    EXPECT(order.GuardsIntact() && starts.GuardsIntact(), IsaName(isa), rows);
  }
}

TEST(GroupRowsIsAStableSort) {
  for (const Isa isa : RunnableIsas()) {
    TestGroupRows<int32_t>(isa);
    TestGroupRows<int64_t>(isa);
  }
}

int64_t Modulo(__int128 x, int64_t n) { return static_cast<int64_t>((x % n + n) % n); }

TEST(BatchGathersCastsAndScales) {
  ForAllTypes([](auto source_sample) {
    ForAllTypes([&](auto sample) {
      using S = decltype(source_sample);
      using T = decltype(sample);
      for (const Isa isa : RunnableIsas()) {
        for (int64_t elements : {0, 1, 3, 17, 784}) {
          const int64_t rows = test::RandomBetween(0, 9), source_rows = test::RandomBetween(1, 9);
          const int64_t order_rows = test::RandomBetween(0, 1) * test::RandomBetween(1, 9);
          const Batch params = {rows, elements, source_rows, order_rows, kDTypeOf<S>, 1.0 / 255, 0.5};
          Guarded<S> source(RandomValues<S>(source_rows * elements));
          Guarded<int32_t> order(RandomIndices<int32_t>(order_rows, source_rows));
          const bool hostile = test::RandomBetween(0, 4) == 0;
          Guarded<int64_t> cursor(std::vector<int64_t>{hostile ? INT64_MAX - 2 : test::RandomBetween(-5, 20)});
          Guarded<T> out(rows * elements);
          RunKernel(isa, kOp_batch, kDTypeOf<T>, params, {source.data(), order.data(), cursor.data(), out.data()},
                    rows);
          for (int64_t i = 0; i < rows * elements; ++i) {
            // The cursor wraps around in 64 bits.
            const int64_t at =
                static_cast<int64_t>(static_cast<uint64_t>(cursor[0]) + static_cast<uint64_t>(i / elements));
            const int64_t row =
                order_rows ? Modulo(order[Modulo(at, order_rows)], source_rows) : Modulo(at, source_rows);
            const T expected = Converted<T>(source[row * elements + i % elements], params.scale, params.offset);
            EXPECT(Same(out[i], expected), IsaName(isa), kDTypeOf<S>, kDTypeOf<T>, elements, i, +out[i], +expected);
          }
          EXPECT(out.GuardsIntact(), elements);
        }
      }
    });
  });
}

}  // namespace
}  // namespace keraunos

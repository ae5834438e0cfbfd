// What is beyond 2^31 elements: offsets over memory that is reserved but hardly touched, and tensors that are launched
// in slices, with slices made small.
#include <sys/mman.h>

#include "cuda/kernels/movement/convert.cuh"
#include "cuda/kernels/movement/strided.cuh"
#include "cuda/kernels/movement/take.cuh"
#include "device_test.h"

namespace keraunos::cuda {
namespace {

// Pages come into being when they are written.
class Reserved {
 public:
  explicit Reserved(size_t bytes)
      : bytes_(bytes),
        at_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {}
  ~Reserved() {
    if (at_ != MAP_FAILED) munmap(at_, bytes_);
  }
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;
  float* floats() { return at_ == MAP_FAILED ? nullptr : static_cast<float*>(at_); }

 private:
  size_t bytes_;
  void* at_;
};

constexpr int64_t kFar = (int64_t{1} << 31) + 5;  // elements

TEST(OffsetsBeyond31Bits) {
  Reserved memory(static_cast<size_t>(3 * kFar + 64) * sizeof(float));
  float* far = memory.floats();
  if (!far) return;  // a system that reserves nothing beyond its memory
  for (int64_t i = 0; i < 3; ++i) {
    for (int64_t j = 0; j < 40; ++j) far[i * kFar + j] = static_cast<float>(100 * i + j);
  }
  Memory out(kFloat32, 120);
  const StridedRead read = {2, {3, 40}, {kFar, 1}, 0};
  RunOnce(kOp_strided_read, kFloat32, read, {far, out.data()}, 3);
  for (int64_t i = 0; i < 120; ++i) EXPECT(out.Number(i) == 100 * (i / 40) + i % 40, i, out.Number(i));

  Memory added(kFloat32, 120);
  const Elementwise add = {2, {3, 40}, {{kFar, 1}, {kFar, 1}}, 0};
  RunOnce(kOp_add, kFloat32, add, {far, far, added.data()}, 3);
  for (int64_t i = 0; i < 120; ++i) EXPECT(added.Number(i) == 2 * out.Number(i), i, added.Number(i));

  const StridedWrite write = {2, {3, 40}, {kFar, 1}, 7};
  RunOnce(kOp_strided_write, kFloat32, write, {added.data(), far}, 3);
  for (int64_t i = 0; i < 120; ++i) EXPECT(far[7 + i / 40 * kFar + i % 40] == added.Number(i), i);

  // Transposed through tiles.
  constexpr int64_t kStep = kFar / 8;
  for (int64_t i = 0; i < 20; ++i) {
    for (int64_t j = 0; j < 40; ++j) far[i * kStep + j] = static_cast<float>(100 * i + j);
  }
  Memory turned(kFloat32, 800);
  const StridedRead turn = {2, {40, 20}, {1, kStep}, 0};
  RunOnce(kOp_strided_read, kFloat32, turn, {far, turned.data()}, 40);
  for (int64_t i = 0; i < 800; ++i) EXPECT(turned.Number(i) == 100 * (i % 20) + i / 20, i, turned.Number(i));

  Memory index(kInt64, 1), row(kFloat32, 40);
  index.as<int64_t>()[0] = (2 * kFar) / 40;
  const Take take = {1, 40, 3 * kFar / 40, kInt64};
  RunOnce(kOp_take, kFloat32, take, {far, index.data(), row.data()}, 1);
  const int64_t first = index.as<int64_t>()[0] * 40;
  for (int64_t j = 0; j < 40; ++j) EXPECT(row.Number(j) == far[first + j], j);
}

Call CallOf(const void* params, void* const* operands, const Facts& facts, Queue& queue) {
  return {params, operands, 0, nullptr, Float32Products::kExact, facts, queue};
}

TEST(SlicesMakeUpTheWhole) {
  const Facts facts = TestFacts();
  for (int64_t trial = 0; trial < test::Trials(60); ++trial) {
    const int64_t most = test::RandomBetween(1, 400);
    const int64_t planes = test::RandomBetween(1, 4), rows = test::RandomBetween(1, 40);
    const int64_t cols = test::RandomBetween(1, 70), n = planes * rows * cols;
    const Memory in = RandomMemory(kFloat32, n);
    Queue queue;

    // A transpose of the last dimensions.
    Memory got(kFloat32, n);
    const int64_t dims[] = {planes, cols, rows}, from[] = {rows * cols, 1, cols}, to[] = {rows * cols, rows, 1};
    void* operands[] = {const_cast<void*>(in.data()), got.data()};
    const Call copy = CallOf(nullptr, operands, facts, queue);
    CopyStrided(copy, MergeDims<2>(3, dims, {from, to}), static_cast<const char*>(in.data()),
                static_cast<char*>(got.data()), 4, most);
    for (int64_t i = 0; i < n; ++i) {
      const int64_t source = i / (rows * cols) * rows * cols + i % rows * cols + i / rows % cols;
      EXPECT(got.Number(i) == in.Number(source) || got.Number(i) != got.Number(i), trial, i);
    }
    EXPECT(got.GuardsIntact(), trial);
    EXPECT(static_cast<int64_t>(queue.log.size()) >= n / most, trial, most, queue.log.size());

    // A cast, of one row and of many.
    Memory bytes = RandomMemory(kUInt8, n, 0, false), converted(kFloat32, n);
    for (const int64_t lines : {int64_t{1}, planes}) {
      Conversion conversion = {};
      conversion.source = bytes.data();
      conversion.out = converted.data();
      conversion.scale = 0.5;
      LaunchConversion<float, uint8_t>(copy, conversion, lines, n / lines, most);
      for (int64_t i = 0; i < n; ++i) EXPECT(converted.Number(i) == bytes.Number(i) / 2, trial, lines, i);
    }

    // Rows by index.
    Memory indices(kInt64, rows), taken(kFloat32, rows * cols);
    for (int64_t r = 0; r < rows; ++r) indices.Set(r, static_cast<double>(test::RandomBetween(0, planes * rows - 1)));
    Taking taking = {};
    taking.source = in.data();
    taking.indices = indices.data();
    taking.out = taken.data();
    taking.wide = true;
    taking.source_rows = planes * rows;
    taking.row_words = cols;
    LaunchTake<uint32_t>(copy, taking, rows, most);
    for (int64_t i = 0; i < rows * cols; ++i) {
      const double want = in.Number(static_cast<int64_t>(indices.Number(i / cols)) * cols + i % cols);
      EXPECT(taken.Number(i) == want || want != want, trial, i);
    }
  }
}

}  // namespace
}  // namespace keraunos::cuda

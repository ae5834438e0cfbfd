#include "device_test.h"

namespace keraunos::cuda {
namespace {

// Statistics of n numbers of size `size` differ by a few roundings of their sums.
void Expect(uint32_t op, DType dtype, const Memory& got, const Memory& want, double size, const std::string& what) {
  const double ulp = dtype == kFloat64 ? 0x1p-52 : 0x1p-23;
  ExpectClose(got, want, 64 * ulp, 64 * ulp * size, std::string(GetOp(op).name) + " of " + what);
}

// Runs an op on device and processor.
struct Operation {
  uint32_t op;
  DType dtype;
  std::vector<const Memory*> inputs;
  std::vector<Memory*> outputs, wanted;
  double size;
};
template <class Params>
void Compare(const Operation& o, const Params& params, int64_t units, const std::string& what) {
  RunInOrders(o.op, o.dtype, params, o.inputs, o.outputs, units);
  RunOnProcessor(o.op, o.dtype, params, o.inputs, o.wanted, units);
  for (size_t i = 0; i < o.outputs.size(); ++i) {
    Expect(o.op, o.dtype, *o.outputs[i], *o.wanted[i], o.size, what + " output " + std::to_string(i));
  }
}

// mean: of the numbers, in units of their deviation.
void CompareChannels(DType dtype, int64_t rows, int64_t channels, int64_t block, bool relu, int64_t shift,
                     double mean) {
  const DType copies = dtype;
  const ChannelNorm p = {rows, channels, block, relu ? kRelu : kLinear, 1e-3};
  const int64_t blocks = rows == 0 ? 0 : (rows + block - 1) / block, elements = rows * channels;
  const std::string what = test::Join(dtype, rows, channels, block, relu, shift);
  Memory x = RandomMemory(dtype, elements, shift, false), dy = RandomMemory(dtype, elements, shift, false);
  for (int64_t i = 0; i < elements; ++i) x.Set(i, x.Number(i) + 3 * mean);
  Memory moments(copies, blocks * 2 * channels), wanted_moments = moments;
  // Squared distances of n numbers of deviation 3 are 9 n at most by rule; means of size `mean` lose digits of theirs.
  const double per_block = 9.0 * static_cast<double>(block < rows ? block : rows) + 3 * mean;
  Compare({kOp_channel_moments, dtype, {&x}, {&moments}, {&wanted_moments}, per_block}, p, blocks, what);
  Memory means(copies, channels), variance(copies, channels), wanted_means = means, wanted_variance = variance;
  Compare(
      {kOp_channel_moments_merge, dtype, {&moments}, {&means, &variance}, {&wanted_means, &wanted_variance}, 9 + mean},
      p, channels, what);
  if (rows == 0) return;
  const Memory gamma = RandomMemory(copies, channels, 0, false), beta = RandomMemory(copies, channels, 0, false);
  Memory y(dtype, elements, shift), wanted_y(copies, elements);
  Compare({kOp_channel_norm, dtype, {&x, &means, &variance, &gamma, &beta}, {&y}, {&wanted_y}, 10 * (1 + mean)}, p,
          blocks, what);
  Memory sums(copies, blocks * 2 * channels), wanted_sums = sums;
  const double terms = 30.0 * std::sqrt(static_cast<double>(rows));
  Compare({kOp_channel_norm_sums, dtype, {&dy, &x, &means, &variance, &gamma, &beta}, {&sums}, {&wanted_sums}, terms},
          p, blocks, what);
  Memory dgamma(copies, channels), dbeta(copies, channels), wanted_dgamma = dgamma, wanted_dbeta = dbeta;
  Compare({kOp_channel_norm_sums_merge,
           dtype,
           {&sums, &variance},
           {&dgamma, &dbeta},
           {&wanted_dgamma, &wanted_dbeta},
           terms},
          p, channels, what);
  Memory dx(dtype, elements, shift), wanted_dx(copies, elements);
  Compare({kOp_channel_norm_grad,
           dtype,
           {&dy, &x, &means, &variance, &gamma, &beta, &dgamma, &dbeta},
           {&dx},
           {&wanted_dx},
           100},
          p, blocks, what);
}

TEST(BatchNormalizationAgreesWithTheProcessor) {
  for (const DType dtype : {kFloat32, kFloat64}) {
    for (const int64_t channels : {1, 3, 8, 64, 130}) {
      for (const bool relu : {false, true}) {
        CompareChannels(dtype, 50, channels, 7, relu, 0, 0);
        CompareChannels(dtype, 1000, channels, 1000, relu, relu, 0);
      }
    }
    CompareChannels(dtype, 9000, 8, 4500, true, 0, 0);  // parts of blocks
    CompareChannels(dtype, 3, 5, 1, false, 0, 0);
    CompareChannels(dtype, 0, 5, 4, false, 0, 0);
  }
}

// So many rows that every thread takes several turns, the last ones cut short.
TEST(ThreadsOfLargeTensorsTakeTurns) {
  const int64_t rows = 4210, channels = 1031, elements = rows * channels;
  const ChannelNorm p = {rows, channels, rows, kRelu, 1e-3};
  const Memory x = RandomMemory(kFloat32, elements), dy = RandomMemory(kFloat32, elements);
  std::vector<Memory> numbers;
  for (int i = 0; i < 6; ++i) numbers.push_back(RandomMemory(kFloat32, channels, 0, false));
  for (int64_t c = 0; c < channels; ++c) numbers[1].Set(c, std::fabs(numbers[1].Number(c)));
  std::vector<const Memory*> forward = {&x}, backward = {&dy, &x};
  for (int i = 0; i < 6; ++i) {
    if (i < 4) forward.push_back(&numbers[static_cast<size_t>(i)]);
    backward.push_back(&numbers[static_cast<size_t>(i)]);
  }
  Memory got(kFloat32, elements), want(kFloat32, elements);
  RunInOrders(kOp_channel_norm, kFloat32, p, forward, {&got}, 1);
  RunOnProcessor(kOp_channel_norm, kFloat32, p, forward, {&want}, 1);
  Expect(kOp_channel_norm, kFloat32, got, want, 300, "many rows");
  RunInOrders(kOp_channel_norm_grad, kFloat32, p, backward, {&got}, 1);
  RunOnProcessor(kOp_channel_norm_grad, kFloat32, p, backward, {&want}, 1);
  Expect(kOp_channel_norm_grad, kFloat32, got, want, 300, "many rows");
}

// A mean a million times the deviation: the squares of float32 numbers would have lost all of it.
TEST(MeansFarFromZeroCostNoDigits) {
  const int64_t rows = 4096;
  const ChannelNorm p = {rows, 1, rows, kLinear, 1e-3};
  Memory x(kFloat32, rows), moments(kFloat32, 2);
  for (int64_t i = 0; i < rows; ++i) x.Set(i, 1e6 + static_cast<double>(i % 2 ? 1 : -1));
  RunInOrders(kOp_channel_moments, kFloat32, p, {&x}, {&moments}, 1);
  EXPECT(std::fabs(moments.Number(0) - 1e6) < 0.2, moments.Number(0));
  EXPECT(std::fabs(moments.Number(1) - 4096) < 1, moments.Number(1));
}

TEST(AlignmentChangesNoBit) {
  const ChannelNorm p = {3000, 16, 1500, kLinear, 1e-3};
  Memory x = RandomMemory(kFloat32, 3000 * 16, 0, false), shifted(kFloat32, 3000 * 16, 1);
  std::memcpy(shifted.data(), x.data(), x.size());
  Memory got(kFloat32, 64), want(kFloat32, 64);
  RunInOrders(kOp_channel_moments, kFloat32, p, {&x}, {&want}, 2);
  RunInOrders(kOp_channel_moments, kFloat32, p, {&shifted}, {&got}, 2);
  EXPECT(got.SameBits(want));
}

void CompareLayer(DType dtype, int64_t rows, int64_t cols, bool centered, int64_t shift) {
  const DType copies = dtype;
  const LayerNorm p = {rows, cols, 16, centered, 1e-3};
  const std::string what = test::Join(dtype, rows, cols, centered, shift);
  const int64_t elements = rows * cols, blocks = (rows + 15) / 16;
  const Memory x = RandomMemory(dtype, elements, shift, false), dy = RandomMemory(dtype, elements, shift, false);
  const Memory gamma = RandomMemory(copies, cols, 0, false), beta = RandomMemory(copies, cols, 0, false);
  Memory y(dtype, elements, shift), mean(copies, rows), scale(copies, rows);
  Memory wanted_y(copies, elements), wanted_mean = mean, wanted_scale = scale;
  Compare(
      {kOp_layer_norm, dtype, {&x, &gamma, &beta}, {&y, &mean, &scale}, {&wanted_y, &wanted_mean, &wanted_scale}, 20},
      p, rows, what);
  Memory dx(dtype, elements, shift), wanted_dx(copies, elements);
  Compare({kOp_layer_norm_grad, dtype, {&dy, &x, &gamma, &mean, &scale}, {&dx}, {&wanted_dx}, 300}, p, rows, what);
  Memory dgamma(copies, blocks * cols), dbeta = dgamma, wanted_dgamma = dgamma, wanted_dbeta = dgamma;
  Compare(
      {kOp_layer_norm_sums, dtype, {&dy, &x, &mean, &scale}, {&dgamma, &dbeta}, {&wanted_dgamma, &wanted_dbeta}, 200},
      p, blocks, what);
}

TEST(LayerNormalizationAgreesWithTheProcessor) {
  for (const DType dtype : {kFloat32, kFloat64}) {
    for (const int64_t cols : {2, 7, 64, 100, 129, 768, 1024, 1030, 3000}) {
      for (const bool centered : {true, false}) CompareLayer(dtype, cols < 200 ? 37 : 5, cols, centered, cols % 2);
    }
    CompareLayer(dtype, 0, 8, true, 0);
  }
}

}  // namespace
}  // namespace keraunos::cuda

#include "device_test.h"

namespace keraunos::cuda {
namespace {

void Compare(uint32_t op, DType dtype, int64_t elements, double a, double b, int64_t shift) {
  const bool half = dtype == kBFloat16 || dtype == kFloat16, drops = op == kOp_dropout;
  const DType reference = half ? kFloat32 : dtype;
  const Random params = {elements, a, b};
  Memory seed(kInt64, 2);
  seed.as<int64_t>()[0] = static_cast<int64_t>(test::Random()());
  seed.as<int64_t>()[1] = static_cast<int64_t>(test::Random()());
  const Memory x = RandomMemory(dtype, elements, shift);
  Memory wide(reference, elements), got(dtype, elements, shift), want(reference, elements);
  for (int64_t i = 0; i < elements; ++i) wide.Set(i, x.Number(i));
  std::vector<const Memory*> inputs, wide_inputs;
  if (drops) inputs.push_back(&x), wide_inputs.push_back(&wide);
  inputs.push_back(&seed), wide_inputs.push_back(&seed);
  RunInOrders(op, dtype, params, inputs, {&got}, 1);
  RunOnProcessor(op, reference, params, wide_inputs, {&want}, 1);
  Memory rounded(dtype, elements);
  for (int64_t i = 0; i < elements; ++i) rounded.Set(i, want.Number(i));
  // Normal numbers: logarithm, root and sine err by a few ulp of a radius up to 6, and halves may round either way.
  const double ulp = dtype == kFloat64 ? 0x1p-52 : dtype == kBFloat16 ? 0x1p-7 : dtype == kFloat16 ? 0x1p-10 : 0x1p-23;
  const bool normal = op == kOp_random_normal;
  ExpectClose(got, rounded, normal ? 4 * ulp : 0, normal ? 40 * (half ? 0x1p-23 : ulp) : 0,
              std::string(GetOp(op).name) + " " + test::Join(dtype, elements));
}

TEST(DrawsAreThoseOfTheProcessor) {
  for (const DType dtype : {kFloat32, kFloat64, kBFloat16, kFloat16}) {
    for (const int64_t elements : {0, 1, 2, 3, 4, 5, 1023, 4096, 5001}) {
      const int64_t shift = elements % 2;
      Compare(kOp_random_uniform, dtype, elements, 0, 1, shift);
      Compare(kOp_random_uniform, dtype, elements, -0.05, 0.05, shift);
      // Two numbers: every other draw rounds up to the bound and is held below it.
      Compare(kOp_random_uniform, dtype, elements, 1, 1 + (dtype == kFloat64 ? 0x1p-51 : 0x1p-22), shift);
      Compare(kOp_random_normal, dtype, elements, 0, 1, shift);
      Compare(kOp_dropout, dtype, elements, 0.25, 0, shift);
      Compare(kOp_dropout, dtype, elements, 1, 0, shift);
      Compare(kOp_dropout, dtype, elements, 0, 0, shift);
    }
  }
}

}  // namespace
}  // namespace keraunos::cuda

#include "cuda/kernels/update/update.h"

#include "device_test.h"

namespace keraunos::cuda {
namespace {

int States(uint32_t op) { return op == kOp_sgd ? 1 : op == kOp_adam ? 3 : 2; }

Update Coefficients(uint32_t op, int64_t cols) {
  if (op == kOp_sgd_momentum) return {cols, {0.9, 1}};
  if (op == kOp_adam) return {cols, {0.9, 0.999, 1e-7}};
  if (op == kOp_rmsprop) return {cols, {0.9, 1e-7}};
  return {cols, {1e-7}};
}

// Variables, gradient, rate, step of one update; states are positive where their roots are taken.
struct Variable {
  std::vector<Memory> inputs, outputs;
  Variable(uint32_t op, DType dtype, int64_t elements, int64_t shift) {
    for (int s = 0; s < States(op); ++s) {
      inputs.push_back(RandomMemory(dtype, elements, shift, false));
      for (int64_t i = 0; s > 0 && i < elements; ++i) inputs[s].Set(i, std::fabs(inputs[s].Number(i)));
    }
    inputs.push_back(RandomMemory(dtype, elements, shift, false));
    inputs.emplace_back(dtype, 1);
    inputs.back().Set(0, 0.01);
    if (op == kOp_adam) inputs.emplace_back(kInt64, 1), inputs.back().Set(0, 41);
    for (int s = 0; s < States(op); ++s) outputs.emplace_back(dtype, elements, shift);
  }
  std::vector<const Memory*> in() const {
    std::vector<const Memory*> pointers;
    for (const Memory& memory : inputs) pointers.push_back(&memory);
    return pointers;
  }
  std::vector<Memory*> out() {
    std::vector<Memory*> pointers;
    for (Memory& memory : outputs) pointers.push_back(&memory);
    return pointers;
  }
  std::vector<void*> in_place() {
    std::vector<void*> pointers;
    for (Memory& memory : inputs) pointers.push_back(memory.data());
    for (size_t s = 0; s < outputs.size(); ++s) pointers.push_back(inputs[s].data());
    return pointers;
  }
};

TEST(EveryRuleAgreesWithTheProcessor) {
  for (uint32_t op = kOp_sgd; op <= kOp_adagrad; ++op) {
    for (const DType dtype : {kFloat32, kFloat64}) {
      for (const int64_t elements : {int64_t{0}, int64_t{1}, int64_t{255}, int64_t{2048}, int64_t{5001}}) {
        Variable v(op, dtype, elements, elements % 2), want = v;
        const Update params = Coefficients(op, 1);
        RunInOrders(op, dtype, params, v.in(), v.out(), elements);
        RunOnProcessor(op, dtype, params, want.in(), want.out(), elements);
        // The same operations in the same order: only a processor without FMA rounds more often, and pow may differ.
        for (size_t s = 0; s < v.outputs.size(); ++s) {
          ExpectClose(v.outputs[s], want.outputs[s], dtype == kFloat32 ? 1e-6 : 1e-14, 1e-14, GetOp(op).name);
        }
      }
    }
    EXPECT(FindEntry(op, kBFloat16) && FindEntry(op, kFloat16), GetOp(op).name);
  }
}

// A hundred variables of ragged sizes, some empty, one with coefficients of its own: few launches, the same bits.
TEST(ManyVariablesInOneLaunch) {
  for (const uint32_t op : {uint32_t{kOp_sgd}, uint32_t{kOp_adam}}) {
    std::vector<Variable> many, singly;
    std::vector<Update> params;
    for (int64_t i = 0; i < 100; ++i) {
      const int64_t elements = i % 7 == 3 ? 0 : i % 10 == 9 ? 4099 : test::RandomBetween(1, 300);
      many.emplace_back(op, kFloat32, elements, i % 3 == 0);
      params.push_back(Coefficients(op, elements));
      if (i == 70) params.back().c[0] = 0.5;
    }
    singly = many;
    std::vector<std::vector<void*>> operands;
    std::vector<UpdateCall> calls;
    for (int64_t i = 0; i < 100; ++i) {
      operands.push_back(many[i].in_place());
      RunOnce(op, kFloat32, params[i], singly[i].in_place(), 1);
    }
    for (int64_t i = 0; i < 100; ++i) calls.push_back({&params[i], operands[i].data(), 1});
    Queue queue;
    LaunchUpdates(queue, op, kFloat32, calls.data(), 100);
    EXPECT(queue.log.size() <= 5, queue.log.size());
    for (int64_t i = 0; i < 100; ++i) {
      for (int s = 0; s < States(op); ++s) {
        EXPECT(many[i].inputs[s].SameBits(singly[i].inputs[s]) && many[i].inputs[s].GuardsIntact(), i, s);
      }
    }
  }
}

}  // namespace
}  // namespace keraunos::cuda

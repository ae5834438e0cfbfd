#include "cuda/kernels/elementwise/chain.h"

#include "device_test.h"

namespace keraunos::cuda {
namespace {

int64_t Sources(uint32_t op) { return op < kOp_add ? 1 : op < kOp_where ? 2 : 3; }
bool GivesTruth(uint32_t op) {
  return op == kOp_is_nan || op == kOp_is_finite || (op >= kOp_equal && op <= kOp_logical_xor) || op == kOp_logical_not;
}
bool TakesTruths(uint32_t op) { return op == kOp_logical_not || (op >= kOp_logical_and && op <= kOp_logical_xor); }

// A step by the device's own single kernels, on vectors of floats.
std::vector<float> Single(uint32_t op, const std::vector<std::vector<float>>& sources) {
  const auto n = static_cast<int64_t>(sources[0].size());
  std::vector<Memory> inputs;
  for (size_t k = 0; k < sources.size(); ++k) {
    inputs.emplace_back(TakesTruths(op) || (op == kOp_where && k == 0) ? kBool : kFloat32, n);
    for (int64_t i = 0; i < n; ++i) inputs.back().Set(i, sources[k][static_cast<size_t>(i)]);
  }
  std::vector<void*> operands;
  for (Memory& input : inputs) operands.push_back(input.data());
  Memory out(GivesTruth(op) ? kBool : kFloat32, n);
  operands.push_back(out.data());
  const Elementwise params = {1, {n}, {{1}, {1}, {1}}, 0};
  RunOnce(op, TakesTruths(op) ? kBool : kFloat32, params, operands, n);
  std::vector<float> result;
  for (int64_t i = 0; i < n; ++i) result.push_back(static_cast<float>(out.Number(i)));
  return result;
}

struct RandomChain {
  Chain chain = {};
  int64_t elements = 1;
  std::vector<Memory> inputs, outputs;
  std::vector<std::vector<float>> expected;
};

RandomChain MakeChain(int64_t shift) {
  RandomChain made;
  Chain& chain = made.chain;
  const DType dtypes[] = {kFloat32, kBFloat16, kFloat16, kBool, kUInt8};
  chain.rank = test::RandomBetween(0, 3);
  for (int64_t d = 0; d < chain.rank; ++d) {
    const int64_t sizes[] = {1, 3, 8, 16, 33};
    chain.dims[d] = sizes[test::RandomBetween(0, 4)];
    made.elements *= chain.dims[d];
  }
  chain.inputs = test::RandomBetween(0, kChainInputs);
  chain.outputs = test::RandomBetween(1, kChainOutputs);
  chain.steps = test::RandomBetween(chain.outputs, kChainSteps);
  std::vector<std::vector<float>> registers(kChainRegisters, std::vector<float>(static_cast<size_t>(made.elements)));
  for (int64_t k = 0; k < chain.inputs; ++k) {
    chain.input_dtypes[k] = dtypes[test::RandomBetween(0, 4)];
    int64_t stride = 1, extent = 1;
    for (int64_t d = chain.rank - 1; d >= 0; --d) {
      if (k % 2 && test::RandomBetween(0, 1)) continue;
      chain.strides[k][d] = stride;
      extent += stride * (chain.dims[d] - 1);
      stride *= chain.dims[d];
    }
    made.inputs.push_back(RandomMemory(static_cast<DType>(chain.input_dtypes[k]), extent, shift));
    for (int64_t i = 0; i < made.elements; ++i) {
      int64_t rest = i, offset = 0;
      for (int64_t d = chain.rank - 1; d >= 0; --d) {
        offset += rest % chain.dims[d] * chain.strides[k][d];
        rest /= chain.dims[d];
      }
      registers[static_cast<size_t>(k)][static_cast<size_t>(i)] = static_cast<float>(made.inputs.back().Number(offset));
    }
  }
  for (int64_t k = 0; k < chain.outputs; ++k) {
    chain.output_dtypes[k] = dtypes[test::RandomBetween(0, 4)];
    made.outputs.emplace_back(static_cast<DType>(chain.output_dtypes[k]), made.elements, shift);
  }
  made.expected.resize(static_cast<size_t>(chain.outputs));
  for (int64_t s = 0; s < chain.steps; ++s) {
    uint32_t op;
    do {
      op = static_cast<uint32_t>(test::RandomBetween(0, kOp_where));
    } while (!ChainHas(op));
    chain.op[s] = op;
    chain.scalar[s] = static_cast<double>(test::RandomBetween(-8, 8)) / 4;
    std::vector<std::vector<float>> sources;
    for (int64_t i = 0; i < 3; ++i) {
      chain.sources[s][i] = test::RandomBetween(-1, kChainRegisters - 1);
      const std::vector<float> scalars(static_cast<size_t>(made.elements), static_cast<float>(chain.scalar[s]));
      const int64_t source = chain.sources[s][i];
      if (i < Sources(op)) sources.push_back(source < 0 ? scalars : registers[static_cast<size_t>(source)]);
    }
    chain.target[s] = test::RandomBetween(0, kChainRegisters - 1);
    registers[static_cast<size_t>(chain.target[s])] = Single(op, sources);
    // The last steps give the outputs.
    chain.store[s] = s >= chain.steps - chain.outputs ? chain.steps - 1 - s : -1;
    if (chain.store[s] >= 0) {
      made.expected[static_cast<size_t>(chain.store[s])] = registers[static_cast<size_t>(chain.target[s])];
    }
  }
  return made;
}

// Steps give the bits of single ops: the same functions on the same numbers.
TEST(ChainsAreTheirSteps) {
  for (int64_t trial = 0; trial < test::Trials(150); ++trial) {
    RandomChain made = MakeChain(trial % 4 == 3);
    for (const auto order : {emulator::Order::kForward, emulator::Order::kShuffled}) {
      emulator::SetOrder(order);
      std::vector<void*> operands;
      for (Memory& input : made.inputs) operands.push_back(input.data());
      for (Memory& output : made.outputs) operands.push_back(output.data());
      Queue queue;
      LaunchChain(queue, made.chain, operands.data());
      EXPECT(queue.log.size() == 1, queue.log.size());
      for (size_t k = 0; k < made.outputs.size(); ++k) {
        const Memory& got = made.outputs[k];
        EXPECT(got.GuardsIntact(), trial, k);
        Memory floats(kFloat32, made.elements), want(got.dtype(), made.elements);
        for (int64_t i = 0; i < made.elements; ++i) floats.Set(i, made.expected[k][static_cast<size_t>(i)]);
        const Cast cast = {1, got.dtype(), 1, 0};
        RunOnce(kOp_cast, kFloat32, cast, {floats.data(), want.data()}, made.elements);
        ExpectClose(got, want, 0, 0, "chain " + test::Join(trial, k));
      }
    }
    emulator::SetOrder(emulator::Order::kForward);
  }
}

TEST(MalformedChainsAreRefused) {
  const auto refused = [](const Chain& chain) {
    Queue queue;
    void* operands[kChainInputs + kChainOutputs] = {};
    try {
      LaunchChain(queue, chain, operands);
    } catch (const CudaError&) {
      return queue.log.empty();
    }
    return false;
  };
  Chain good = {};
  good.outputs = good.steps = good.rank = 1;
  good.output_dtypes[0] = kFloat32;
  good.op[0] = kOp_relu;
  EXPECT(!refused(good));  // no elements, no launch
  Chain bad = good;
  bad.op[0] = kOp_tan;
  EXPECT(refused(bad));
  bad = good;
  bad.sources[0][1] = kChainRegisters;
  EXPECT(refused(bad));
  bad = good;
  bad.store[0] = 1;
  EXPECT(refused(bad));
  bad = good;
  bad.steps = kChainSteps + 1;
  EXPECT(refused(bad));
  bad = good;
  bad.output_dtypes[0] = kInt64;
  EXPECT(refused(bad));
}

}  // namespace
}  // namespace keraunos::cuda

// The persistent kernel: an interpreter of plans. Instructions of a chain are separated by barriers of the block,
// phases by barriers of the grid.
#include "cuda/persistent/steps.h"

#include <algorithm>

#include "cuda/base/runtime.h"
#include "cuda/persistent/elements.cuh"
#include "cuda/persistent/plan.h"
#include "cuda/persistent/products.cuh"
#include "cuda/persistent/rows.cuh"
#include "cuda/persistent/supported.h"
#include "device/grid.h"
#include "device/thread.h"
#include "kernels/kernel.h"

namespace keraunos::cuda {
namespace {

constexpr int64_t kSharedBytes = int64_t{kPersistentWarps} * kRows * kTileColumns * 4;

template <class P>
__device__ __forceinline__ const P& As(const PlanInstruction& i) {
  return *static_cast<const P*>(i.params);
}

__device__ void RunGemm(const PlanInstruction& i, int64_t begin, int64_t end, float* shared) {
  const bool third = i.op != kOp_gemm;
  BlockProduct o = {static_cast<const float*>(i.operands[0]),
                    static_cast<const float*>(i.operands[1]),
                    nullptr,
                    static_cast<float*>(i.operands[third ? 3 : 2]),
                    0,
                    i.op == kOp_gemm_update};
  if (i.op == kOp_gemm_bias) o.bias = static_cast<const float*>(i.operands[2]);
  if (i.op == kOp_gemm_update) o.rate = *static_cast<const float*>(i.operands[2]);
  Multiply(As<Gemm>(i), o, begin, end, shared);
}

#define UNARY_CASE(kind, name, T) \
  case kOp_##name:                \
    return Unary<kind##_##name, T>(As<Elementwise>(i), i.operands, begin, end);
#define BINARY_CASE(kind, name, T) \
  case kOp_##name:                 \
    return Binary<kind##_##name, T>(As<Elementwise>(i), i.operands, begin, end);

__device__ void RunFloats(const PlanInstruction& i, int64_t begin, int64_t end) {
  switch (i.op) {
#define NUMBER_UNARY(name, expression) UNARY_CASE(Scalar, name, float)
#define VECTOR_UNARY(name, expression) UNARY_CASE(Vector, name, float)
#define FLOAT_UNARY_TO_BOOL(name, expression) \
  case kOp_##name:                            \
    return Unary<Scalar_##name, float>(As<Elementwise>(i), i.operands, begin, end);
#define ALL_BINARY(name, expression) BINARY_CASE(Scalar, name, float)
#define FLOAT_BINARY(name, expression) BINARY_CASE(Scalar, name, float)
#define VECTOR_BINARY(name, expression) BINARY_CASE(Vector, name, float)
#define ALL_BINARY_TO_BOOL(name, expression) BINARY_CASE(Scalar, name, float)
#include "cuda/kernels/elementwise/words.inc"
#include "kernels/elementwise/functions.inc"
    case kOp_where:
      return Where<float>(As<Elementwise>(i), i.operands, begin, end);
    case kOp_fill:
      return FillRows<float>(As<Fill>(i), i.operands, begin, end);
    case kOp_cast:
      return CastRows<int32_t, float>(As<Cast>(i), i.operands, begin, end);
    case kOp_batch:
      if (As<Batch>(i).source_dtype == kUInt8) return GatherRows<float, uint8_t>(As<Batch>(i), i.operands, begin, end);
      return GatherRows<float, float>(As<Batch>(i), i.operands, begin, end);
    case kOp_sum:
      return SumRows(As<Reduce>(i), i.operands, begin, end);
    case kOp_argmax:
      return ArgmaxRows(As<Reduce>(i), i.operands, begin, end);
    case kOp_softmax:
      return SoftmaxRows<SoftmaxOp>(As<Rows>(i), i.operands, begin, end);
    case kOp_log_softmax:
      return SoftmaxRows<LogSoftmaxOp>(As<Rows>(i), i.operands, begin, end);
    case kOp_softmax_cross_entropy:
      return SoftmaxRows<CrossEntropyOp<Targets::kDense>>(As<Rows>(i), i.operands, begin, end);
    case kOp_softmax_cross_entropy_grad:
      return SoftmaxRows<CrossEntropyGradOp<Targets::kDense>>(As<Rows>(i), i.operands, begin, end);
    case kOp_sparse_softmax_cross_entropy:
      return SoftmaxRows<CrossEntropyOp<Targets::kSparse>>(As<Rows>(i), i.operands, begin, end);
    case kOp_sparse_softmax_cross_entropy_grad:
      return SoftmaxRows<CrossEntropyGradOp<Targets::kSparse>>(As<Rows>(i), i.operands, begin, end);
    case kOp_sgd:
      return UpdateRows<Sgd>(As<Update>(i), i.operands, begin, end);
    case kOp_sgd_momentum:
      return UpdateRows<SgdMomentum>(As<Update>(i), i.operands, begin, end);
    case kOp_adam:
      return UpdateRows<Adam>(As<Update>(i), i.operands, begin, end);
    case kOp_rmsprop:
      return UpdateRows<Rmsprop>(As<Update>(i), i.operands, begin, end);
    case kOp_adagrad:
      return UpdateRows<Adagrad>(As<Update>(i), i.operands, begin, end);
  }
}

// Counters, labels and masks.
template <class T>
__device__ void RunIntegers(const PlanInstruction& i, int64_t begin, int64_t end) {
  switch (i.op) {
#define ALL_BINARY(name, expression) BINARY_CASE(Scalar, name, T)
#define ALL_BINARY_TO_BOOL(name, expression) BINARY_CASE(Scalar, name, T)
#include "cuda/kernels/elementwise/words.inc"
#include "kernels/elementwise/functions.inc"
    case kOp_where:
      return Where<T>(As<Elementwise>(i), i.operands, begin, end);
    case kOp_cast:
      return CastRows<float, T>(As<Cast>(i), i.operands, begin, end);
    case kOp_batch:
      if (As<Batch>(i).source_dtype == kUInt8) return GatherRows<T, uint8_t>(As<Batch>(i), i.operands, begin, end);
      if (As<Batch>(i).source_dtype == kInt64) return GatherRows<T, int64_t>(As<Batch>(i), i.operands, begin, end);
      return GatherRows<T, int32_t>(As<Batch>(i), i.operands, begin, end);
  }
}

__device__ void RunBools(const PlanInstruction& i, int64_t begin, int64_t end) {
  switch (i.op) {
#define BOOL_UNARY(name, expression) UNARY_CASE(Scalar, name, Bool)
#define BOOL_BINARY(name, expression) BINARY_CASE(Scalar, name, Bool)
#include "cuda/kernels/elementwise/words.inc"
#include "kernels/elementwise/functions.inc"
    case kOp_cast:
      return CastRows<float, Bool>(As<Cast>(i), i.operands, begin, end);
  }
}

__device__ void RunInstruction(const PlanInstruction& i, int64_t begin, int64_t end, float* shared) {
  switch (i.dtype) {
    case kFloat32:
      if (i.op == kOp_gemm || i.op == kOp_gemm_bias || i.op == kOp_gemm_update) return RunGemm(i, begin, end, shared);
      return RunFloats(i, begin, end);
    case kInt32:
      return RunIntegers<int32_t>(i, begin, end);
    case kInt64:
      return RunIntegers<int64_t>(i, begin, end);
    case kBool:
      return RunBools(i, begin, end);
  }
}

__device__ void RunItem(const Plan& plan, const PlanGroup& group, uint32_t item, float* shared) {
  const int64_t begin = item * group.chunk;
  const int64_t end = begin + group.chunk < group.units ? begin + group.chunk : group.units;
  for (uint32_t i = 0; i < group.instructions; ++i) {
    RunInstruction(plan.instructions[group.first_instruction + i], begin, end, shared);
    __syncthreads();
  }
}

__global__ void __launch_bounds__(kPersistentThreads)
    RunSteps(const __grid_constant__ Plan plan, int64_t steps, GridState* state) {
  auto* const shared = reinterpret_cast<float*>(DynamicShared());
  for (int64_t step = 0; step < steps; ++step) {
    for (uint32_t number = 0; number < plan.phase_count; ++number) {
      const PlanPhase phase = plan.phases[number];
      const uint32_t first = phase.alone ? (blockIdx.x ? phase.items : 0) : blockIdx.x;
      for (uint32_t item = first; item < phase.items; item += phase.alone ? 1 : gridDim.x) {
        uint32_t group = phase.first_group + phase.groups - 1;
        while (plan.groups[group].first_item > item) --group;
        RunItem(plan, plan.groups[group], item - plan.groups[group].first_item, shared);
      }
      const PlanPhase next = plan.phases[number + 1 < plan.phase_count ? number + 1 : 0];
      if (!phase.alone || !next.alone) GridBarrier(state);
    }
  }
}

template <class Record>
Block Upload(Queue& queue, int device, const std::vector<Record>& records) {
  Block block(device, records.size() * sizeof(Record));
  CopyToDevice(queue, block.address(), records.data(), records.size() * sizeof(Record));
  return block;
}

}  // namespace

std::unique_ptr<PersistentSteps> PersistentSteps::Make(const ProgramImage& image, int device, const Facts& facts) {
  if (!Supported(image)) return nullptr;
  std::unique_ptr<PersistentSteps> made(new PersistentSteps());
  Queue& queue = DeviceQueue(device);
  made->params_ = Block(device, image.params.bytes());
  CopyToDevice(queue, made->params_.address(), image.params.data(), image.params.bytes());
  made->operands_ = Block(device, image.operands.size() * sizeof(void*));
  made->state_ = Block(device, sizeof(GridState));
  FillZero(queue, made->state_.address(), sizeof(GridState));
  std::vector<PlanInstruction> instructions;
  for (const InstructionRecord& record : image.instructions) {
    instructions.push_back({record.op, record.dtype,
                            static_cast<const char*>(made->params_.address()) + record.params_offset,
                            static_cast<void* const*>(made->operands_.address()) + record.first_operand});
  }
  std::vector<PlanGroup> groups;
  std::vector<PlanPhase> phases;
  for (const PhaseRecord& record : image.phases) {
    PlanPhase phase = {record.first_group, record.groups, 0, record.serial};
    for (uint32_t k = 0; k < record.groups; ++k) {
      const GroupRecord& group = image.groups[record.first_group + k];
      const auto units = static_cast<int64_t>(group.units);
      const int64_t chunk = record.serial ? units : ItemUnits(units, facts.multiprocessors);
      const auto items = static_cast<uint32_t>(units ? (units - 1) / chunk + 1 : 0);
      groups.push_back({group.first_instruction, group.instructions, phase.items, items, units, chunk});
      phase.items += items;
    }
    // Serial phases of many groups stay with one block: each is shorter than a barrier.
    made->blocks_ = std::max(made->blocks_, record.serial ? 1u : phase.items);
    phases.push_back(phase);
  }
  made->blocks_ = std::min(made->blocks_, static_cast<unsigned>(facts.multiprocessors));
  made->phases_ = static_cast<uint32_t>(phases.size());
  made->instructions_ = Upload(queue, device, instructions);
  made->groups_ = Upload(queue, device, groups);
  made->phase_records_ = Upload(queue, device, phases);
  return made;
}

void PersistentSteps::SetOperands(Queue& queue, const std::vector<void*>& operands) {
  CopyToDevice(queue, operands_.address(), operands.data(), operands.size() * sizeof(void*));
}

void PersistentSteps::Run(Queue& queue, int64_t steps) {
  const Plan plan = {static_cast<const PlanInstruction*>(instructions_.address()),
                     static_cast<const PlanGroup*>(groups_.address()),
                     static_cast<const PlanPhase*>(phase_records_.address()), phases_};
  Launch(queue, "persistent_steps", RunSteps, Shape{dim3(blocks_), dim3(kPersistentThreads), kSharedBytes, 1, true},
         plan, steps, static_cast<GridState*>(state_.address()));
}

}  // namespace keraunos::cuda

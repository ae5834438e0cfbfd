// Family update: optimizer steps, elementwise over variables, in place. A block updates a stretch of one variable; a
// table of variables goes with the launch. Cost: one pass over variables, states and gradients.
#include "cuda/kernels/update/update.h"

#include "cuda/kernels/divide.h"
#include "cuda/kernels/pack.h"
#include "cuda/kernels/update/rules.cuh"
#include "device/thread.h"

namespace keraunos::cuda {
namespace {

constexpr int kUpdateThreads = 256;
// 40 variables are less than the 4 KB that arguments of a kernel may have on every driver.
constexpr int kVariables = 40;

template <int states>
struct Variable {
  void* out[states];
  const void* in[states];
  const void *gradient, *rate;
  const int64_t* step;
  int64_t elements;
  bool packs;
};

template <int states>
struct Variables {
  Variable<states> of[kVariables];
  uint32_t end[kVariables];  // number of the block after the variable's last
  double c[6];
};

template <class Rule, class T>
struct Updater {
  static constexpr int kStates = Rule::kStates;
  static constexpr int kItems = kAccessBytes / static_cast<int>(sizeof(T));
  static constexpr int kPacks = 2;
  static constexpr int64_t kPerBlock = int64_t{kUpdateThreads} * kItems * kPacks;
  using C = Compute<T>;

  static __device__ __forceinline__ const T* In(const Variable<kStates>& v, int state) {
    return static_cast<const T*>(v.in[state]);
  }

  // The rule's constants may take a microsecond (powers in double): `ready` waits for them after the loads began.
  template <class Ready>
  static __device__ __forceinline__ void RunPacks(const Variable<kStates>& v, int64_t first, const Ready& ready) {
    Pack<T, kItems> states[kPacks][kStates], gradients[kPacks];
#pragma unroll
    for (int p = 0; p < kPacks; ++p) {
      const int64_t at = first + (p * kUpdateThreads + threadIdx.x) * kItems;
#pragma unroll
      for (int s = 0; s < kStates; ++s) states[p][s] = LoadPack<kItems>(In(v, s) + at);
      gradients[p] = LoadPack<kItems>(static_cast<const T*>(v.gradient) + at);
    }
    const Rule rule = ready();
#pragma unroll
    for (int p = 0; p < kPacks; ++p) {
      const int64_t at = first + (p * kUpdateThreads + threadIdx.x) * kItems;
#pragma unroll
      for (int i = 0; i < kItems; ++i) {
        C state[kStates];
#pragma unroll
        for (int s = 0; s < kStates; ++s) state[s] = Widen(states[p][s].items[i]);
        rule.Step(state, Widen(gradients[p].items[i]));
#pragma unroll
        for (int s = 0; s < kStates; ++s) states[p][s].items[i] = Narrow<T>(state[s]);
      }
#pragma unroll
      for (int s = 0; s < kStates; ++s) StorePack(static_cast<T*>(v.out[s]) + at, states[p][s]);
    }
  }

  template <class Ready>
  static __device__ __forceinline__ void RunSingles(const Variable<kStates>& v, int64_t first, const Ready& ready) {
    const Rule rule = ready();
    const int64_t end = first + kPerBlock < v.elements ? first + kPerBlock : v.elements;
#pragma unroll 1
    for (int64_t i = first + threadIdx.x; i < end; i += kUpdateThreads) {
      C state[kStates];
#pragma unroll
      for (int s = 0; s < kStates; ++s) state[s] = Widen(In(v, s)[i]);
      rule.Step(state, Widen(static_cast<const T*>(v.gradient)[i]));
#pragma unroll
      for (int s = 0; s < kStates; ++s) static_cast<T*>(v.out[s])[i] = Narrow<T>(state[s]);
    }
  }
};

template <template <class> class Rule, class T>
__global__ void __launch_bounds__(kUpdateThreads)
    UpdateVariables(const __grid_constant__ Variables<Rule<Compute<T>>::kStates> variables) {
  using R = Rule<Compute<T>>;
  using U = Updater<R, T>;
  __shared__ R shared_rule;
  int number = 0;
  while (variables.end[number] <= blockIdx.x) ++number;
  const Variable<R::kStates>& v = variables.of[number];
  const int64_t first = (blockIdx.x - (number ? variables.end[number - 1] : 0)) * U::kPerBlock;
  const auto ready = [&] {
    if (threadIdx.x == 0) shared_rule.Prepare(variables.c, Widen(*static_cast<const T*>(v.rate)), v.step);
    __syncthreads();
    return shared_rule;
  };
  if (v.packs && first + U::kPerBlock <= v.elements) {
    U::RunPacks(v, first, ready);
  } else {
    U::RunSingles(v, first, ready);
  }
}

bool SameCoefficients(const Update& a, const Update& b) {
  for (int i = 0; i < 6; ++i) {
    if (a.c[i] != b.c[i]) return false;
  }
  return true;
}

template <template <class> class Rule, class T>
void LaunchRule(Queue& queue, const UpdateCall* calls, int64_t count) {
  using U = Updater<Rule<Compute<T>>, T>;
  constexpr int kStates = U::kStates;
  for (int64_t i = 0; i < count;) {
    Variables<kStates> variables = {};
    for (int k = 0; k < 6; ++k) variables.c[k] = calls[i].params->c[k];
    int64_t blocks = 0;
    int number = 0;
    const Update& shared = *calls[i].params;
    for (; i < count && number < kVariables && SameCoefficients(shared, *calls[i].params); ++i) {
      const int64_t elements = calls[i].units * calls[i].params->cols, more = CeilDivide(elements, U::kPerBlock);
      if (elements == 0) continue;
      if (number > 0 && blocks + more > kMostPerLaunch) break;
      Variable<kStates>& v = variables.of[number];
      void* const* operands = calls[i].operands;
      constexpr int kInputs = kStates + (kStates == 3 ? 3 : 2);
      v.packs = IsAligned(operands[kStates], kAccessBytes);
      for (int s = 0; s < kStates; ++s) {
        v.in[s] = operands[s];
        v.out[s] = operands[kInputs + s];
        v.packs = v.packs && IsAligned(v.in[s], kAccessBytes) && IsAligned(v.out[s], kAccessBytes);
      }
      v.gradient = operands[kStates];
      v.rate = operands[kStates + 1];
      v.step = kStates == 3 ? static_cast<const int64_t*>(operands[kStates + 2]) : nullptr;
      v.elements = elements;
      blocks += more;
      variables.end[number++] = static_cast<uint32_t>(blocks);
    }
    Launch(queue, "update", UpdateVariables<Rule, T>, Shape{{static_cast<uint32_t>(blocks)}, {kUpdateThreads}},
           variables);
  }
}

using RuleLauncher = void (*)(Queue&, const UpdateCall*, int64_t);
template <RuleLauncher launch>
void LaunchOne(const Call& call) {
  const UpdateCall one = {&call.as<Update>(), call.operands, call.units};
  launch(call.queue, &one, 1);
}

struct RuleRow {
  uint32_t op, dtype;
  RuleLauncher launch;
};

// clang-format off
#define EVERY_TYPE(ROW, op, Rule) \
  ROW(op, Rule, float) ROW(op, Rule, double) ROW(op, Rule, BFloat16) ROW(op, Rule, Float16)
#define EVERY_RULE(ROW) \
  EVERY_TYPE(ROW, sgd, Sgd) \
  EVERY_TYPE(ROW, sgd_momentum, SgdMomentum) \
  EVERY_TYPE(ROW, adam, Adam) \
  EVERY_TYPE(ROW, rmsprop, Rmsprop) \
  EVERY_TYPE(ROW, adagrad, Adagrad)
// clang-format on

#define RULE_ROW(op, Rule, T) {kOp_##op, kDTypeOf<T>, LaunchRule<Rule, T>},
constexpr RuleRow kRules[] = {EVERY_RULE(RULE_ROW)};
#define ENTRY_ROW(op, Rule, T) {kOp_##op, kDTypeOf<T>, LaunchOne<LaunchRule<Rule, T>>},
constexpr KernelEntry kEntries[] = {EVERY_RULE(ENTRY_ROW)};

}  // namespace

void LaunchUpdates(Queue& queue, uint32_t op, uint32_t dtype, const UpdateCall* calls, int64_t count) {
  for (const RuleRow& row : kRules) {
    if (row.op == op && row.dtype == dtype) row.launch(queue, calls, count);
  }
}

}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(update, keraunos::cuda::kEntries)

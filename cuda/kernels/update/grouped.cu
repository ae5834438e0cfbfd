// Family update: optimizer steps of tables whose gradient is known by position (GroupedUpdate in params.h). A thread
// sums a row's gradient when it comes to the row; no gradient as large as the table is ever written. Rows that nobody
// looked up cost what the rule makes of a gradient of zero, for SGD and Adagrad in place nothing.
#include "cuda/kernels/movement/row_sums.cuh"
#include "cuda/kernels/update/rules.cuh"

namespace keraunos::cuda {
namespace {

// Rows, one below the other, of a thread: what a rule prepares (powers in double) serves all of them.
constexpr int kRowTurns = 4;

template <int states>
struct GroupedStates {
  void* out[states];
  const void* in[states];
  const void* rate;
  const int64_t* step;
  bool rests;  // rows without a gradient stay as they are
  double c[6];
};

template <class R, class T, int kItems>
__global__ void __launch_bounds__(kRowSumThreads, 1)
    UpdateRows(const __grid_constant__ RowUpdates<T, kItems> u, const __grid_constant__ GroupedStates<R::kStates> v,
               const __grid_constant__ RowThreads threads) {
  __shared__ R shared_rule;
  if (threadIdx.x == 0) shared_rule.Prepare(v.c, *static_cast<const T*>(v.rate), v.step);
  __syncthreads();
  const R rule = shared_rule;
  const int x = static_cast<int>(threadIdx.x) % threads.across, y = static_cast<int>(threadIdx.x) / threads.across;
  const int down = kRowSumThreads / threads.across;
  for (int turn = 0; turn < kRowTurns; ++turn) {
    const int64_t row = (static_cast<int64_t>(blockIdx.x) * kRowTurns + turn) * down + y;
    if (row >= u.positions.rows) return;
    const int64_t begin = u.positions.Begin(row), end = u.positions.End(row);
    if (v.rests && begin >= end) continue;
    for (int64_t column = x * kItems; column < u.cols; column += threads.across * kItems) {
      const int64_t at = row * u.cols + column;
      Pack<T, kItems> states[R::kStates], gradient = {};
#pragma unroll
      for (int s = 0; s < R::kStates; ++s) states[s] = LoadPack<kItems>(static_cast<const T*>(v.in[s]) + at);
      if (begin < end) gradient = u.SumOfRow(begin, end, column);
#pragma unroll
      for (int i = 0; i < kItems; ++i) {
        T state[R::kStates];
#pragma unroll
        for (int s = 0; s < R::kStates; ++s) state[s] = states[s].items[i];
        rule.Step(state, gradient.items[i]);
#pragma unroll
        for (int s = 0; s < R::kStates; ++s) states[s].items[i] = state[s];
      }
#pragma unroll
      for (int s = 0; s < R::kStates; ++s) StorePack(static_cast<T*>(v.out[s]) + at, states[s]);
    }
  }
}

template <class R, class T, int kItems>
void LaunchRows(const Call& call, const RowUpdates<T, kItems>& u, const GroupedStates<R::kStates>& states) {
  LaunchRuns(call.queue, u);
  const RowThreads threads(u.cols, kItems);
  const int64_t blocks = CeilDivide(u.positions.rows, threads.down() * kRowTurns);
  Launch(call.queue, "update_rows", UpdateRows<R, T, kItems>, Shape{{static_cast<uint32_t>(blocks)}, {kRowSumThreads}},
         u, states, threads);
}

// (variables..., updates, order, starts, rate[, step]) -> variables
template <template <class> class Rule, class T>
void LaunchGrouped(const Call& call) {
  using R = Rule<T>;
  constexpr int n = R::kStates, kItems = kAccessBytes / static_cast<int>(sizeof(T));
  const auto& params = call.as<GroupedUpdate>();
  if (params.cols == 0) return;
  GroupedStates<n> states = {};
  for (int k = 0; k < 6; ++k) states.c[k] = params.c[k];
  const T* updates = call.operand<const T>(n);
  states.rate = call.operands[n + 3];
  states.step = n == 3 ? call.operand<const int64_t>(n + 4) : nullptr;
  states.rests = R::kRests;
  bool packs = params.cols % kItems == 0 && IsAligned(updates, kAccessBytes);
  for (int s = 0; s < n; ++s) {
    states.in[s] = call.operands[s];
    states.out[s] = call.operands[n + (n == 3 ? 5 : 4) + s];
    states.rests = states.rests && states.in[s] == states.out[s];
    packs = packs && IsAligned(states.in[s], kAccessBytes) && IsAligned(states.out[s], kAccessBytes);
  }
  const Positions positions = {call.operand<const int32_t>(n + 1), call.operand<const int32_t>(n + 2), params.positions,
                               call.units};
  T* parts = static_cast<T*>(call.workspace);
  if (packs) {
    LaunchRows<R>(call, RowUpdates<T, kItems>{updates, parts, positions, params.cols}, states);
  } else {
    LaunchRows<R>(call, RowUpdates<T, 1>{updates, parts, positions, params.cols}, states);
  }
}

template <class T>
int64_t GroupedWorkspace(const Call& call) {
  return PartsBytes(call.as<GroupedUpdate>().positions, call.as<GroupedUpdate>().cols, sizeof(T));
}

#define RULE(op, Rule)                                                         \
  {kOp_##op, kFloat32, LaunchGrouped<Rule, float>, GroupedWorkspace<float>}, { \
    kOp_##op, kFloat64, LaunchGrouped<Rule, double>, GroupedWorkspace<double>  \
  }
constexpr KernelEntry kEntries[] = {
    RULE(sgd_rows, Sgd),         RULE(sgd_momentum_rows, SgdMomentum), RULE(adam_rows, Adam),
    RULE(rmsprop_rows, Rmsprop), RULE(adagrad_rows, Adagrad),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(grouped, keraunos::cuda::kEntries)

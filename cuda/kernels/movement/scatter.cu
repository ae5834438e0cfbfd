// Family movement: rows of equal index (GroupRows, Take and GroupedUpdate in params.h) found, and added up in the order
// of the indices, without atomics. scatter_add is group_rows and sum_rows in one. Cost: a sort of the indices, one
// read of the updates, one write of the table.
#include "cuda/kernels/movement/positions.cuh"
#include "cuda/kernels/movement/row_sums.cuh"

namespace keraunos::cuda {
namespace {

template <class T, int kItems>
__global__ void __launch_bounds__(kRowSumThreads)
    SumRows(const __grid_constant__ RowUpdates<T, kItems> u, T* out, const __grid_constant__ RowThreads threads) {
  const int x = static_cast<int>(threadIdx.x) % threads.across, y = static_cast<int>(threadIdx.x) / threads.across;
  const int64_t row = static_cast<int64_t>(blockIdx.x) * (kRowSumThreads / threads.across) + y;
  if (row >= u.positions.rows) return;
  const int64_t begin = u.positions.Begin(row), end = u.positions.End(row);
  for (int64_t column = x * kItems; column < u.cols; column += threads.across * kItems) {
    Pack<T, kItems> sums = {};
    if (begin < end) {
      const auto sum = u.SumOfRow(begin, end, column);
#pragma unroll
      for (int i = 0; i < kItems; ++i) sums.items[i] = Narrow<T>(sum.items[i]);
    }
    StorePack(out + row * u.cols + column, sums);
  }
}

template <class T, int kItems>
void LaunchSums(Queue& queue, const T* updates, const Positions& positions, int64_t cols, T* out, void* parts) {
  const RowUpdates<T, kItems> u = {updates, static_cast<Compute<T>*>(parts), positions, cols};
  LaunchRuns(queue, u);
  const RowThreads threads(cols, kItems);
  Launch(queue, "row_sums", SumRows<T, kItems>,
         Shape{{static_cast<uint32_t>(CeilDivide(positions.rows, threads.down()))}, {kRowSumThreads}}, u, out, threads);
}

template <class T>
void SumByRow(Queue& queue, const T* updates, const Positions& positions, int64_t cols, T* out, void* parts) {
  constexpr int kItems = kAccessBytes / static_cast<int>(sizeof(T));
  if (cols == 0) return;
  if (cols % kItems == 0 && IsAligned(updates, kAccessBytes) && IsAligned(out, kAccessBytes)) {
    LaunchSums<T, kItems>(queue, updates, positions, cols, out, parts);
  } else {
    LaunchSums<T, 1>(queue, updates, positions, cols, out, parts);
  }
}

// (index) -> order, starts
int64_t GroupWorkspace(const Call& call) { return GroupLayout(call.as<GroupRows>().rows).end; }
template <bool wide>
void LaunchGroups(const Call& call) {
  const auto& params = call.as<GroupRows>();
  GroupPositions(call.queue, call.operands[0], wide, params.rows, params.source_rows, call.operand<int32_t>(1),
                 call.operand<int32_t>(2), call.workspace);
}

// (updates, order, starts) -> sums
template <class T>
int64_t SumRowsWorkspace(const Call& call) {
  return PartsBytes(call.as<GroupedUpdate>().positions, call.as<GroupedUpdate>().cols, sizeof(Compute<T>));
}
template <class T>
void LaunchSumRows(const Call& call) {
  const auto& params = call.as<GroupedUpdate>();
  SumByRow(call.queue, call.operand<const T>(0),
           {call.operand<const int32_t>(1), call.operand<const int32_t>(2), params.positions, call.units}, params.cols,
           call.operand<T>(3), call.workspace);
}

// (updates, index) -> sums. Workspace: parts, order, starts, what grouping needs.
struct ScatterLayout {
  int64_t order, starts, groups, end;
  ScatterLayout(const Take& params, int64_t item_bytes) {
    order = RoundUp(PartsBytes(params.rows, params.row_elements, item_bytes));
    starts = order + RoundUp(params.rows * 4);
    groups = starts + RoundUp((params.source_rows + 1) * 4);
    end = groups + GroupLayout(params.rows).end;
  }
};
template <class T>
int64_t ScatterWorkspace(const Call& call) {
  return ScatterLayout(call.as<Take>(), sizeof(Compute<T>)).end;
}
template <class T>
void ScatterAddRows(const Call& call) {
  const auto& params = call.as<Take>();
  const ScatterLayout layout(params, sizeof(Compute<T>));
  char* workspace = static_cast<char*>(call.workspace);
  auto* order = reinterpret_cast<int32_t*>(workspace + layout.order);
  auto* starts = reinterpret_cast<int32_t*>(workspace + layout.starts);
  GroupPositions(call.queue, call.operands[1], params.index_dtype == kInt64, params.rows, params.source_rows, order,
                 starts, workspace + layout.groups);
  SumByRow(call.queue, call.operand<const T>(0), {order, starts, params.rows, params.source_rows}, params.row_elements,
           call.operand<T>(2), workspace);
}

#define SCATTER(T) {kOp_scatter_add, kDTypeOf<T>, ScatterAddRows<T>, ScatterWorkspace<T>}
#define SUMS(T) {kOp_sum_rows, kDTypeOf<T>, LaunchSumRows<T>, SumRowsWorkspace<T>}
constexpr KernelEntry kEntries[] = {
    {kOp_group_rows, kInt32, LaunchGroups<false>, GroupWorkspace},
    {kOp_group_rows, kInt64, LaunchGroups<true>, GroupWorkspace},
    SUMS(float),
    SUMS(double),
    SCATTER(uint8_t),
    SCATTER(int32_t),
    SCATTER(int64_t),
    SCATTER(float),
    SCATTER(double),
    SCATTER(BFloat16),
    SCATTER(Float16),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(scatter, keraunos::cuda::kEntries)

// Tables that are looked up: positions found by row, their sums, updates of rows, against the processor and against
// the dense gradient.
#include <algorithm>
#include <array>

#include "device_test.h"

namespace keraunos::cuda {
namespace {

// What half of all positions name, what is counted from the end, what is out of range, rows that nobody names.
Memory RandomIndex(DType dtype, int64_t positions, int64_t rows, int64_t named) {
  Memory index(dtype, positions);
  for (int64_t i = 0; i < positions; ++i) {
    const int64_t row = i % 50 == 7 ? rows : i % 50 == 8 ? -rows - 1 : test::RandomBetween(-named, named - 1);
    index.Set(i, static_cast<double>(i % 2 ? row : 0));
  }
  return index;
}

struct Grouped {
  Memory index, order, starts;
  Grouped(DType dtype, int64_t positions, int64_t rows, int64_t named)
      : index(RandomIndex(dtype, positions, rows, named)), order(kInt32, positions), starts(kInt32, rows + 1) {
    const GroupRows params = {positions, rows};
    RunOnProcessor(kOp_group_rows, dtype, params, {&index}, {&order, &starts}, 1);
  }
};

TEST(PositionsAreGroupedAsByTheProcessor) {
  for (const DType dtype : {kInt32, kInt64}) {
    for (const int64_t positions : {0, 1, 2, 500, 1024, 3000}) {
      for (const int64_t rows : {0, 1, 3, 256, 4000}) {
        const Grouped want(dtype, positions, rows, rows ? (rows + 1) / 2 : 1);
        Memory order(kInt32, positions), starts(kInt32, rows + 1);
        RunInOrders(kOp_group_rows, dtype, GroupRows{positions, rows}, {&want.index}, {&order, &starts}, 1);
        EXPECT(order.SameBits(want.order), "order", dtype, positions, rows);
        EXPECT(starts.SameBits(want.starts), "starts", dtype, positions, rows);
      }
    }
  }
}

// Up to 32 positions of a row add up as on the processor; more add up in another order.
TEST(RowsAreSummedAsByTheProcessor) {
  for (const DType dtype : {kFloat32, kFloat64}) {
    for (const int64_t positions : {0, 1, 31, 63, 3000}) {
      for (const int64_t cols : {1, 4, 5, 64, 1300}) {
        if (positions * cols > 200000) continue;
        const int64_t rows = 300, shift = positions % 2;
        const Grouped found(kInt32, positions, rows, 280);
        const Memory updates = RandomMemory(dtype, positions * cols, shift, false);
        const GroupedUpdate params = {cols, positions, {}};
        Memory got(dtype, rows * cols, shift), want(dtype, rows * cols), scattered(dtype, rows * cols);
        const std::vector<const Memory*> in = {&updates, &found.order, &found.starts};
        RunInOrders(kOp_sum_rows, dtype, params, in, {&got}, rows);
        RunOnProcessor(kOp_sum_rows, dtype, params, in, {&want}, rows);
        const double ulp = dtype == kFloat64 ? 0x1p-52 : 0x1p-23;
        for (int64_t row = 0; row < rows; ++row) {
          const double count = found.starts.Number(row + 1) - found.starts.Number(row);
          // Numbers of size 3, each sum rounded once.
          const double bound = count <= 32 ? 0 : count * std::sqrt(count) * 3 * ulp;
          for (int64_t i = row * cols; i < (row + 1) * cols; ++i) {
            EXPECT(std::fabs(got.Number(i) - want.Number(i)) <= bound, "sum", dtype, positions, cols, row, count);
          }
        }
        RunInOrders(kOp_scatter_add, dtype, Take{positions, cols, rows, kInt32}, {&updates, &found.index}, {&scattered},
                    1);
        EXPECT(std::memcmp(scattered.data(), got.data(), got.size()) == 0, "scatter_add", dtype, positions, cols);
      }
    }
  }
}

// Row r is named r times, in any order of the positions, so that sums of every length begin everywhere in a run; the
// last one many times. Sums of small whole numbers are exact in any order.
TEST(SumsOfEveryLengthAreExact) {
  const int64_t lengths = 72, many = 700, rows = lengths + 1, positions = lengths * (lengths - 1) / 2 + many + 3;
  std::vector<int64_t> named = {rows, -rows - 1, INT32_MAX};  // out of range
  for (int64_t row = 0; row < rows; ++row) named.insert(named.end(), row < lengths ? row : many, row);
  std::shuffle(named.begin(), named.end(), test::Random());
  Memory index(kInt32, positions), order(kInt32, positions), starts(kInt32, rows + 1);
  for (int64_t i = 0; i < positions; ++i) {
    const bool from_the_end = i % 3 == 0 && named[i] >= 0 && named[i] < rows;
    index.Set(i, static_cast<double>(named[i] - (from_the_end ? rows : 0)));
  }
  RunInOrders(kOp_group_rows, kInt32, GroupRows{positions, rows}, {&index}, {&order, &starts}, 1);
  for (const DType dtype : {kUInt8, kInt32, kInt64, kFloat32, kFloat64, kBFloat16, kFloat16}) {
    for (const int64_t cols : {1, 3, 16}) {
      const bool half = dtype == kBFloat16 || dtype == kFloat16;
      Memory updates(dtype, positions * cols), wide(half ? kFloat32 : dtype, positions * cols);
      for (int64_t i = 0; i < updates.count(); ++i) {
        const auto number = static_cast<double>(test::RandomBetween(dtype == kUInt8 ? 0 : -2, 3));
        updates.Set(i, number);
        wide.Set(i, number);
      }
      Memory sums(wide.dtype(), rows * cols), want(dtype, rows * cols), got(dtype, rows * cols);
      RunOnProcessor(kOp_scatter_add, wide.dtype(), Take{positions, cols, rows, kInt32}, {&wide, &index}, {&sums}, 1);
      for (int64_t i = 0; i < want.count(); ++i) want.Set(i, sums.Number(i));
      RunInOrders(kOp_scatter_add, dtype, Take{positions, cols, rows, kInt32}, {&updates, &index}, {&got}, 1);
      EXPECT(got.SameBits(want), "scatter_add", dtype, cols);
      if (dtype != kFloat32 && dtype != kFloat64) continue;
      RunInOrders(kOp_sum_rows, dtype, GroupedUpdate{cols, positions, {}}, {&updates, &order, &starts}, {&got}, rows);
      EXPECT(got.SameBits(want), "sum_rows", dtype, cols);
    }
  }
}

struct Rule {
  uint32_t op, dense;
  int states;
  double c[6];
};
constexpr Rule kRules[] = {{kOp_sgd_rows, kOp_sgd, 1, {}},
                           {kOp_sgd_momentum_rows, kOp_sgd_momentum, 2, {0.9, 1}},
                           {kOp_adam_rows, kOp_adam, 3, {0.9, 0.999, 1e-7}},
                           {kOp_rmsprop_rows, kOp_rmsprop, 2, {0.9, 1e-7}},
                           {kOp_adagrad_rows, kOp_adagrad, 2, {1e-7}}};

// Operands of an update of a table; states are positive where their roots are taken.
struct Table {
  std::vector<Memory> states, rest;
  Table(const Rule& rule, DType dtype, int64_t elements, int64_t shift) {
    for (int s = 0; s < rule.states; ++s) {
      states.push_back(RandomMemory(dtype, elements, shift, false));
      for (int64_t i = 0; s > 0 && i < elements; ++i) states[s].Set(i, std::fabs(states[s].Number(i)));
    }
    rest.emplace_back(dtype, 1);
    rest.back().Set(0, 0.01);
    if (rule.states == 3) rest.emplace_back(kInt64, 1), rest.back().Set(0, 41);
  }
  std::vector<const Memory*> Inputs(const std::vector<const Memory*>& gradient) const {
    std::vector<const Memory*> inputs;
    for (const Memory& state : states) inputs.push_back(&state);
    inputs.insert(inputs.end(), gradient.begin(), gradient.end());
    for (const Memory& number : rest) inputs.push_back(&number);
    return inputs;
  }
};

std::vector<Memory*> Pointers(std::vector<Memory>& memories) {
  std::vector<Memory*> pointers;
  for (Memory& memory : memories) pointers.push_back(&memory);
  return pointers;
}

// In place and beside the variables: the bits of the dense update on the device, the numbers of the processor.
TEST(EveryRuleUpdatesRows) {
  for (const Rule& rule : kRules) {
    for (const DType dtype : {kFloat32, kFloat64}) {
      // No positions, no rows, no columns, one of each, columns that no access of 16 bytes divides, long sums.
      for (const auto& [positions, rows, cols, shift] : {std::array<int64_t, 4>{0, 150, 4, 0},
                                                         {40, 0, 4, 0},
                                                         {40, 9, 0, 0},
                                                         {1, 1, 1, 0},
                                                         {700, 150, 1, 0},
                                                         {20, 150, 5, 1},
                                                         {700, 150, 4, 0},
                                                         {700, 150, 64, 0},
                                                         {90, 9, 1030, 0}}) {
        const Grouped found(kInt64, positions, rows, (rows + 1) / 2 + (rows == 0));
        const Memory updates = RandomMemory(dtype, positions * cols, shift, false);
        const Table table(rule, dtype, rows * cols, shift);
        GroupedUpdate params = {cols, positions, {}};
        Update dense = {cols, {}};
        for (int k = 0; k < 6; ++k) params.c[k] = dense.c[k] = rule.c[k];

        Memory gradient(dtype, rows * cols, shift);
        const std::vector<const Memory*> by_position = {&updates, &found.order, &found.starts};
        RunInOrders(kOp_sum_rows, dtype, params, by_position, {&gradient}, rows);
        std::vector<Memory> got, want, exact;
        for (int s = 0; s < rule.states; ++s) {
          for (auto* results : {&got, &want, &exact}) results->emplace_back(dtype, rows * cols, shift);
        }
        RunInOrders(rule.op, dtype, params, table.Inputs(by_position), Pointers(got), rows);
        RunInOrders(rule.dense, dtype, dense, table.Inputs({&gradient}), Pointers(want), rows);
        RunOnProcessor(rule.op, dtype, params, table.Inputs(by_position), Pointers(exact), rows);
        Table in_place = table;
        std::vector<void*> operands;
        for (const Memory* input : in_place.Inputs(by_position)) operands.push_back(const_cast<void*>(input->data()));
        for (Memory& state : in_place.states) operands.push_back(state.data());
        RunOnce(rule.op, dtype, params, operands, rows);
        for (int s = 0; s < rule.states; ++s) {
          const std::string what = GetOp(rule.op).name + test::Join(dtype, positions, rows, cols, s);
          EXPECT(got[s].SameBits(want[s]), what, "dense");
          EXPECT(in_place.states[s].SameBits(got[s]) && in_place.states[s].GuardsIntact(), what, "in place");
          // 350 additions, each rounded by up to 2^-24 of 60, mostly to either side: 18 * 60 * 2^-24 = 7e-5.
          const double bound = dtype == kFloat32 ? 1e-4 : 2e-13;
          ExpectClose(got[s], exact[s], bound, bound, what);
        }
      }
    }
  }
}

// Programs come from anywhere: whatever order and starts say, memory beyond the operands is left alone.
TEST(HostileGroupsStayInBounds) {
  const int64_t positions = 200, rows = 50, cols = 8;
  for (int trial = 0; trial < 20; ++trial) {
    Memory order(kInt32, positions), starts(kInt32, rows + 1);
    for (Memory* hostile : {&order, &starts}) {
      for (int64_t i = 0; i < hostile->count(); ++i) {
        const double extremes[] = {INT32_MIN, INT32_MAX, -1, static_cast<double>(positions)};
        const int64_t pick = test::RandomBetween(0, 7);
        hostile->Set(i, pick < 4 ? extremes[pick] : static_cast<double>(test::RandomBetween(0, positions)));
      }
    }
    const Memory updates = RandomMemory(kFloat32, positions * cols, 0, false);
    GroupedUpdate params = {cols, positions, {}};
    Memory sums(kFloat32, rows * cols);
    RunInOrders(kOp_sum_rows, kFloat32, params, {&updates, &order, &starts}, {&sums}, rows);
    for (const Rule& rule : kRules) {
      for (int k = 0; k < 6; ++k) params.c[k] = rule.c[k];
      const Table table(rule, kFloat32, rows * cols, 0);
      std::vector<Memory> got(static_cast<size_t>(rule.states), Memory(kFloat32, rows * cols));
      RunInOrders(rule.op, kFloat32, params, table.Inputs({&updates, &order, &starts}), Pointers(got), rows);
    }
  }
}

}  // namespace
}  // namespace keraunos::cuda

// Every rule of docs/program-format.md: a Program that breaks it is refused, with a message that says why.
#include <functional>
#include <memory>
#include <vector>

#include "base/error.h"
#include "program/kernel_table.h"
#include "program/ops.h"
#include "program/program.h"
#include "program_bytes.h"
#include "test.h"

namespace keraunos {
namespace {

// y = -x; z = x + constant.
ProgramBytes Valid() {
  ProgramBytes p;
  const float ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  const uint32_t x = p.Slot(32, false), z = p.Slot(32, true);
  const uint32_t y = p.Memory(32), c = p.Constant(ones, 32);
  p.Add(kOp_negative, kFloat32, ContiguousElementwise({8}), {x, y});
  p.EndGroup(1, 8, 4);
  p.EndPhase(1, false);
  p.Add(kOp_add, kFloat32, ContiguousElementwise({8}), {x, c, z});
  p.EndGroup(1, 8, 8);
  p.EndPhase(1, true);
  return p;
}

std::string LoadError(const std::string& bytes) {
  try {
    Program::Load(bytes.data(), bytes.size());
  } catch (const InputError& error) {
    return error.what();
  } catch (const RunError& error) {
    return error.what();
  }
  return "";
}

void ExpectRefused(const char* text, const std::function<void(ProgramBytes&)>& change) {
  ProgramBytes p = Valid();
  change(p);
  const std::string message = LoadError(p.Encode());
  EXPECT(message.find(text) != std::string::npos, "expected:", text, "got:", message);
}

template <class Params>
Params& FirstParams(ProgramBytes& p) {
  return *reinterpret_cast<Params*>(p.params.data());
}

TEST(AValidProgramLoads) { EXPECT(LoadError(Valid().Encode()).empty(), LoadError(Valid().Encode())); }

TEST(EveryTruncationIsRefused) {
  const std::string bytes = Valid().Encode();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT(!LoadError(bytes.substr(0, size)).empty(), size);
  }
  EXPECT(LoadError(bytes + "x").find("follow the last section") != std::string::npos, LoadError(bytes + "x"));
}

TEST(HeaderRules) {
  const auto refused = [](const char* text, size_t at, uint8_t value) {
    std::string bytes = Valid().Encode();
    bytes[at] = static_cast<char>(value);
    EXPECT(LoadError(bytes).find(text) != std::string::npos, text, LoadError(bytes));
  };
  refused("not a Program", 0, 'k');
  refused("version", offsetof(HeaderRecord, version), 2);
  refused("reserved", offsetof(HeaderRecord, reserved), 1);
  refused("multiple of 8", offsetof(HeaderRecord, params_bytes), 1);
  refused("truncated", offsetof(HeaderRecord, buffers) + 3, 255);
  refused("truncated", offsetof(HeaderRecord, constants_bytes) + 7, 255);
  refused("[memory]", offsetof(HeaderRecord, arena_bytes) + 7, 127);
}

TEST(BufferRules) {
  ExpectRefused("kind 3", [](ProgramBytes& p) { p.buffers[0].kind = 3; });
  ExpectRefused("slot 2", [](ProgramBytes& p) { p.buffers[0].slot = 2; });
  ExpectRefused("ends outside", [](ProgramBytes& p) { p.buffers[0].bytes = 33; });
  ExpectRefused("ends outside", [](ProgramBytes& p) { p.buffers[0].offset = 1; });
  ExpectRefused("ends outside", [](ProgramBytes& p) { p.buffers[2].bytes = 65; });
  ExpectRefused("ends outside", [](ProgramBytes& p) { p.buffers[2].offset = ~uint64_t{63}; });
  ExpectRefused("ends outside", [](ProgramBytes& p) { p.buffers[3].bytes = ~uint64_t{0}; });
  ExpectRefused("multiple of 64", [](ProgramBytes& p) { p.buffers[2].offset = 32; });
  ExpectRefused("multiple of 64", [](ProgramBytes& p) { p.buffers[3].offset = 4; });
}

TEST(InstructionRules) {
  ExpectRefused("is unknown", [](ProgramBytes& p) { p.instructions[0].op = kNumOps; });
  ExpectRefused("dtype 8", [](ProgramBytes& p) { p.instructions[0].dtype = kNumDTypes; });
  ExpectRefused("no kernel", [](ProgramBytes& p) { p.instructions[0].dtype = kBool; });
  ExpectRefused("has 3 operands", [](ProgramBytes& p) { p.instructions[0].operands = 3; });
  ExpectRefused("operands out of range", [](ProgramBytes& p) { p.instructions[1].first_operand = 3; });
  ExpectRefused("params out of range", [](ProgramBytes& p) { p.instructions[0].params_offset = 4; });
  ExpectRefused("params out of range", [](ProgramBytes& p) { p.instructions[1].params_offset += 8; });
  ExpectRefused("params out of range", [](ProgramBytes& p) { p.instructions[0].params_offset = ~uint64_t{7}; });
  ExpectRefused("buffer 4", [](ProgramBytes& p) { p.operands[0] = 4; });
  ExpectRefused("writes a constant", [](ProgramBytes& p) { p.operands[1] = 3; });
  ExpectRefused("not writable", [](ProgramBytes& p) { p.operands[1] = 0; });
}

TEST(GroupAndPhaseRules) {
  ExpectRefused("instructions out of range", [](ProgramBytes& p) { p.groups[1].instructions = 2; });
  ExpectRefused("chunk is 0", [](ProgramBytes& p) { p.groups[0].chunk = 0; });
  ExpectRefused("too many units", [](ProgramBytes& p) { p.groups[0].units = ~uint64_t{0}; });
  ExpectRefused("units, params say", [](ProgramBytes& p) { p.groups[0].units = 7; });
  ExpectRefused("not those that follow", [](ProgramBytes& p) { p.groups[1].first_instruction = 0; });
  ExpectRefused("not those that follow", [](ProgramBytes& p) { p.phases[1].first_group = 0; });
  ExpectRefused("not those that follow", [](ProgramBytes& p) { p.phases[1].groups = 2; });
  ExpectRefused("items", [](ProgramBytes& p) {
    FirstParams<Elementwise>(p).dims[0] = 1 << 21;
    FirstParams<Elementwise>(p).strides[0][0] = 0;
    p.buffers[2].bytes = p.arena_bytes = 4 << 21;
    p.groups[0] = {0, 1, 1 << 21, 1};
  });
}

TEST(ElementwiseExtents) {
  const auto change = [](auto edit) { return [edit](ProgramBytes& p) { edit(FirstParams<Elementwise>(p)); }; };
  ExpectRefused("rank 7", change([](Elementwise& e) { e.rank = 7; }));
  ExpectRefused("rank -1", change([](Elementwise& e) { e.rank = -1; }));
  ExpectRefused("operand 0 needs 60 bytes, its buffer has 32", change([](Elementwise& e) { e.strides[0][0] = 2; }));
  ExpectRefused("below the buffer", change([](Elementwise& e) { e.strides[0][0] = -1; }));
  ExpectRefused("overflow", change([](Elementwise& e) { e.strides[0][0] = INT64_MAX; }));
  ExpectRefused("overflow", change([](Elementwise& e) { e.rank = 2, e.dims[1] = INT64_MAX; }));
  ExpectRefused("negative size", change([](Elementwise& e) { e.rank = 2, e.dims[1] = -1; }));
  ExpectRefused("operand 1 needs", change([](Elementwise& e) { e.rank = 2, e.dims[1] = 2; }));
}

// One instruction over slots of exactly the stated bytes loads; with any one operand a byte shorter it does not.
template <class Params>
void ExpectExtents(Op op, DType dtype, const Params& params, int64_t units, const std::vector<uint64_t>& bytes) {
  if (!FindKernel(ActiveIsa(), op, dtype)) return;
  for (size_t shorter = 0; shorter <= bytes.size(); ++shorter) {
    if (shorter < bytes.size() && bytes[shorter] == 0) continue;
    ProgramBytes p;
    std::vector<uint32_t> used;
    for (size_t i = 0; i < bytes.size(); ++i) used.push_back(p.Slot(bytes[i] - (i == shorter), true));
    p.Add(op, dtype, params, used);
    p.EndGroup(1, static_cast<uint64_t>(units), 1);
    p.EndPhase(1, true);
    const std::string message = LoadError(p.Encode());
    const bool good = shorter == bytes.size() ? message.empty() : message.find("needs") != std::string::npos;
    EXPECT(good, GetOp(op).name, "operand", shorter, message);
  }
}

// One more than a size is a size, too.
TEST(StartsOfTheMostRows) {
  for (const auto& [rows, problem] : {std::pair<int64_t, const char*>{INT64_MAX, "overflow"}, {-1, "negative size"}}) {
    ProgramBytes p;
    const std::vector<uint32_t> slots = {p.Slot(8, true), p.Slot(8, true), p.Slot(8, true)};
    p.Add(kOp_group_rows, kInt64, GroupRows{1, rows}, slots);
    p.EndGroup(1, 1, 1);
    p.EndPhase(1, true);
    const std::string message = LoadError(p.Encode());
    EXPECT(message.find(problem) != std::string::npos, rows, message);
  }
}

TEST(ExtentsOfEveryFamily) {
  ExpectExtents(kOp_where, kFloat64, ContiguousElementwise({3, 5}), 3, {15, 120, 120, 120});
  ExpectExtents(kOp_less, kInt32, ContiguousElementwise({3, 5}), 3, {60, 60, 15});
  ExpectExtents(kOp_is_nan, kFloat32, ContiguousElementwise({}), 1, {4, 1});
  ExpectExtents(kOp_cast, kUInt8, Cast{5, kFloat32, 1, 0}, 3, {15, 60});
  ExpectExtents(kOp_strided_read, kInt64, StridedRead{2, {2, 3}, {-4, 1}, 6}, 2, {9 * 8, 48});
  ExpectExtents(kOp_strided_write, kInt64, StridedWrite{2, {2, 3}, {4, 1}, 2}, 2, {48, 9 * 8});
  ExpectExtents(kOp_fill, kBool, Fill{5, 1}, 3, {15});
  ExpectExtents(kOp_take, kFloat32, Take{3, 5, 7, kInt64}, 3, {140, 24, 60});
  ExpectExtents(kOp_scatter_add, kFloat32, Take{3, 5, 7, kInt32}, 1, {60, 12, 140});
  ExpectExtents(kOp_group_rows, kInt64, GroupRows{3, 7}, 1, {24, 12, 32});
  ExpectExtents(kOp_batch, kFloat32, Batch{3, 5, 7, 4, kUInt8, 1, 0}, 3, {35, 16, 8, 60});
  ExpectExtents(kOp_sum, kFloat32, Reduce{3, 5, 7}, 3, {420, 84});
  ExpectExtents(kOp_sum, kFloat32, Reduce{1, 5, 7}, 7, {140, 28});
  ExpectExtents(kOp_argmax, kFloat64, Reduce{3, 5, 7}, 3, {840, 84});
  ExpectExtents(kOp_cumsum, kFloat32, Reduce{3, 5, 7}, 3, {420, 420});
  ExpectExtents(kOp_softmax, kFloat32, Rows{3, 5, 0}, 3, {60, 60});
  ExpectExtents(kOp_argsort, kFloat64, Rows{3, 5, 0}, 3, {120, 60});
  ExpectExtents(kOp_softmax_cross_entropy, kFloat64, Rows{3, 5, 0}, 3, {120, 120, 24});
  ExpectExtents(kOp_softmax_cross_entropy_grad, kFloat64, Rows{3, 5, 0}, 3, {120, 120, 24, 120});
  ExpectExtents(kOp_sparse_softmax_cross_entropy, kFloat64, Rows{3, 5, 0}, 3, {120, 12, 24});
  ExpectExtents(kOp_sparse_softmax_cross_entropy_grad, kFloat64, Rows{3, 5, 0}, 3, {120, 12, 24, 120});
  const Gemm nn = {3, 5, 7, 8, 6, 9, 0, 0, 2, 30, 50, 40, 0, 0, kLinear};
  ExpectExtents(kOp_gemm, kFloat32, nn, 6, {(30 + 16 + 7) * 4, (50 + 36 + 5) * 4, (40 + 18 + 5) * 4});
  const Gemm blocks = {3, 5, 7, 8, 6, 9, 0, 0, 2, 30, 50, 40, 1, 2, kLinear};
  ExpectExtents(kOp_gemm, kFloat32, blocks, 2 * 3, {(30 + 16 + 7) * 4, (50 + 36 + 5) * 4, (40 + 18 + 5) * 4});
  const Gemm tt = {3, 5, 7, 4, 8, 9, 1, 1, 1, 0, 0, 0, 1, 2, kRelu};
  ExpectExtents(kOp_gemm_bias, kFloat32, tt, 3, {(24 + 3) * 4, (32 + 7) * 4, 20, (18 + 5) * 4});
  ExpectExtents(kOp_gemm_update, kFloat32, tt, 3, {(24 + 3) * 4, (32 + 7) * 4, 4, (18 + 5) * 4});
  const Gemm packed = {3, 50, 7, 8, 0, 50, 0, 0, 1, 0, 0, 0, 0, 0, kLinear};
  ExpectExtents(kOp_gemm_packed, kFloat32, packed, 3, {(16 + 7) * 4, 2 * 7 * 48 * 4, 150 * 4});
  ExpectExtents(kOp_gemm_packed_bias, kFloat32, packed, 3, {(16 + 7) * 4, 2 * 7 * 48 * 4, 200, 150 * 4});
  ExpectExtents(kOp_gemm_pack, kFloat32, Pack{7, 50, 51, 0}, 2, {(6 * 51 + 50) * 4, 2 * 7 * 48 * 4});
  ExpectExtents(kOp_random_normal, kFloat64, Random{5, 0, 1}, 3, {16, 120});
  ExpectExtents(kOp_dropout, kFloat32, Random{5, 0.5, 0}, 3, {60, 16, 60});
  ExpectExtents(kOp_sgd, kFloat32, Update{5, {}}, 3, {60, 60, 4, 60});
  ExpectExtents(kOp_sgd_momentum, kFloat32, Update{5, {}}, 3, {60, 60, 60, 4, 60, 60});
  ExpectExtents(kOp_adam, kFloat64, Update{5, {}}, 3, {120, 120, 120, 120, 8, 8, 120, 120, 120});
  ExpectExtents(kOp_sum_rows, kFloat32, GroupedUpdate{5, 7, {}}, 3, {140, 28, 16, 60});
  ExpectExtents(kOp_sgd_rows, kFloat32, GroupedUpdate{5, 7, {}}, 3, {60, 140, 28, 16, 4, 60});
  ExpectExtents(kOp_rmsprop_rows, kFloat32, GroupedUpdate{5, 7, {}}, 3, {60, 60, 140, 28, 16, 4, 60, 60});
  ExpectExtents(kOp_adam_rows, kFloat64, GroupedUpdate{5, 7, {}}, 3, {120, 120, 120, 280, 28, 16, 8, 8, 120, 120, 120});
}

}  // namespace
}  // namespace keraunos

// Bytes from anywhere: a valid Program per op and dtype is damaged at random; it must then be refused or run without
// touching anything outside its arrays. Meant for the address sanitizer: every slot is a heap block of exactly its
// size.
#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/pool.h"
#include "kernels/check.h"
#include "program/kernel_table.h"
#include "program/ops.h"
#include "program/program.h"
#include "program_bytes.h"
#include "sample_params.h"
#include "test.h"

namespace keraunos {
namespace {

// Numbers at which extents wrap, vanish or turn negative, and small ones, which keep the rest valid.
uint64_t InterestingNumber() {
  switch (test::RandomBetween(0, 5)) {
    case 0:
      return uint64_t{1} << test::RandomBetween(0, 63);
    case 1:
      return (uint64_t{1} << test::RandomBetween(0, 63)) - 1;
    case 2:
      return -static_cast<uint64_t>(test::RandomBetween(1, 9));
    case 3:
      return test::Random()();
    default:
      return static_cast<uint64_t>(test::RandomBetween(0, 70));
  }
}

void Damage(std::string& bytes) {
  const int64_t kind = test::RandomBetween(0, 9);
  if (kind == 0 || bytes.size() < 16) {
    bytes.resize(static_cast<size_t>(test::RandomBetween(0, static_cast<int64_t>(bytes.size()))));
    return;
  }
  const size_t word = kind < 5 ? 8 : kind < 8 ? 4 : 1;
  const size_t at = static_cast<size_t>(test::RandomBetween(0, static_cast<int64_t>(bytes.size() / word - 1))) * word;
  const uint64_t value = InterestingNumber();
  std::memcpy(&bytes[at], &value, word);
}

// Whether it loaded.
bool LoadAndRun(const std::string& bytes) {
  try {
    const auto program = Program::Load(bytes.data(), bytes.size());
    std::vector<std::unique_ptr<uint8_t[]>> arrays;
    for (uint32_t slot = 0; slot < program->slots().size(); ++slot) {
      const uint64_t size = program->slots()[slot].bytes;
      if (size > (uint64_t{1} << 20)) return true;
      arrays.emplace_back(new uint8_t[size]);
      // Indices, labels and cursors get all kinds of bytes.
      for (uint64_t i = 0; i < size; i += 8) {
        const uint64_t value = test::Random()();
        std::memcpy(&arrays.back()[i], &value, std::min<uint64_t>(8, size - i));
      }
      program->Bind(slot, arrays.back().get(), size, true);
    }
    program->Run(1);
    return true;
  } catch (const InputError&) {
    return false;
  } catch (const RunError&) {
    return false;  // no memory for a huge arena
  }
}

TEST(DamagedProgramsAreRefusedOrHarmless) {
  SetNumThreads(2);
  int64_t loaded = 0, total = 0;
  for (const Isa isa : RunnableIsas()) {
    SetIsa(IsaName(isa));
    for (uint32_t op = 0; op < kNumOps; ++op) {
      for (uint32_t dtype = 0; dtype < kNumDTypes; ++dtype) {
        if (!FindKernel(isa, op, dtype)) continue;
        const std::string valid = SampleProgram(static_cast<Op>(op), static_cast<DType>(dtype)).Encode();
        EXPECT(LoadAndRun(valid), "the sample itself", GetOp(op).name, dtype);
        for (int64_t round = 0; round < test::Trials(200); ++round) {
          std::string bytes = valid;
          for (int64_t i = test::RandomBetween(1, 3); i > 0; --i) Damage(bytes);
          loaded += LoadAndRun(bytes);
          ++total;
        }
      }
    }
  }
  // A damage that always prevents loading, or never, would test nothing.
  EXPECT(loaded > total / 50 && loaded < total, loaded, total);
}

// Params that contradict each other or describe what nobody would compute: where the check accepts them, its own byte
// counts must do.
TEST(AcceptedParamsStayInsideTheirOperands) {
  constexpr uint64_t kMostBytes = 1 << 16;
  SetNumThreads(2);
  for (const Isa isa : RunnableIsas()) {
    SetIsa(IsaName(isa));
    for (uint32_t number = 0; number < kNumOps; ++number) {
      const Op op = static_cast<Op>(number);
      int64_t accepted = 0, total = 0;
      for (uint32_t dtype = 0; dtype < kNumDTypes; ++dtype) {
        if (!FindKernel(isa, op, dtype)) continue;
        for (int64_t round = 0; round < test::Trials(400); ++round, ++total) {
          Sample sample = SampleParams(op);
          for (int64_t i = test::RandomBetween(1, 3); i > 0; --i) {
            const int64_t words = static_cast<int64_t>(sample.params.size() / 8);
            const uint64_t value = InterestingNumber();
            std::memcpy(&sample.params[static_cast<size_t>(test::RandomBetween(0, words - 1)) * 8], &value, 8);
          }
          try {
            const auto bytes = SlotBytes(op, static_cast<DType>(dtype), sample, kMostBytes, true);
            accepted += LoadAndRun(OneInstruction(op, static_cast<DType>(dtype), sample, bytes, 7).Encode());
          } catch (const InputError&) {
          }
        }
      }
      // One in 100; few trials may be unlucky.
      EXPECT(accepted * 100 >= total - 200, "hardly anything accepted", GetOp(op).name, accepted, total);
    }
  }
}

}  // namespace
}  // namespace keraunos

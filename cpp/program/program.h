// A loaded Program: verified instructions with resolved operand pointers, its arena, and the arrays bound to its slots.
//
// Load verifies everything once (loader.cpp), so that Run is only indirect calls (executor.cpp). Different Programs may
// run on different threads at the same time; a second Run of a Program that is running throws RunError.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/arena.h"
#include "base/isa.h"
#include "base/pool.h"
#include "kernels/kernel.h"
#include "program/format.h"

namespace keraunos {

struct Instruction {
  Kernel kernel;
  const void* params;
  void* const* operands;
};

struct Group {
  const Instruction* instructions;
  uint32_t count;
  uint32_t first_item;  // of its phase
  int64_t units, chunk;
};

struct Phase : Job {
  const Group* groups;
  uint32_t group_count;
  bool serial;
};

class Program {
 public:
  // Throws InputError unless `bytes` are a Program that cannot do harm; docs/program-format.md lists the rules.
  static std::unique_ptr<Program> Load(const void* bytes, uint64_t size);

  // Uses `address` for `slot` until the next Bind. Throws InputError on a missing slot, too few bytes, a read-only
  // array for a slot that is written.
  void Bind(uint32_t slot, void* address, uint64_t bytes, bool writable);

  // Forgets the address of `slot`: Run throws until it is bound again.
  void Unbind(uint32_t slot);

  // All phases, `steps` times. Throws RunError when a slot is not bound or the Program is running already.
  void Run(int64_t steps);

  // Throws InputError unless `index` is an arena or constants buffer.
  const char* BufferData(uint32_t index) const;

  uint64_t arena_bytes() const { return arena_.bytes(); }
  const std::vector<BufferRecord>& buffers() const { return buffers_; }
  const std::vector<SlotRecord>& slots() const { return slots_; }
  Isa isa() const { return isa_; }
  // Bytes that one step's operands span; says whether a step is worth letting other threads of Python run.
  uint64_t step_bytes() const { return step_bytes_; }

 private:
  friend class Loader;
  struct Patch {
    uint32_t operand;
    uint64_t offset;
  };

  Program() = default;

  Isa isa_ = {};
  Arena arena_, constants_, params_;
  std::vector<BufferRecord> buffers_;
  std::vector<SlotRecord> slots_;
  std::vector<void*> operands_;        // of all instructions; kernels read them in place
  std::vector<uint32_t> patch_first_;  // per slot, into patches_; one more at the end
  std::vector<Patch> patches_;         // operands to write when a slot is bound
  std::vector<uint8_t> bound_;         // per slot
  uint32_t unbound_ = 0;               // slots without an array
  std::vector<Instruction> instructions_;
  std::vector<Group> groups_;
  std::vector<Phase> phases_;
  bool shared_ = false;  // some phase is not serial
  uint64_t step_bytes_ = 0;
  std::atomic<uint32_t> running_{0};  // 1 + fork generation of the runner
};

}  // namespace keraunos

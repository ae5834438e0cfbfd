#include "cuda/emulator/fibers.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "cuda/base/error.h"
#include "cuda/emulator/switch.h"

namespace keraunos::emulator {
namespace {

constexpr size_t kStackBytes = 64 << 10;
constexpr int kBarriers = 16;  // per block; 0 is that of all threads
// Shared memory and slots start as NaN in every float type, so that what was never written is seen in results.
constexpr unsigned char kUnwritten = 0xff;

Order thread_order = Order::kForward;

struct Barrier {
  int arrived = 0;
  uint32_t generation = 0;
};

struct Warp {
  Slot slots[kWarp];
  uint32_t arrived = 0, wanted = 0;
  uint32_t generation = 0;
  int alive = 0;
};

struct Block;

struct Fiber {
  Thread thread;
  Block* block = nullptr;
  bool done = false;
  // Set while it waits: it may go on when *generation is no longer `seen`.
  const uint32_t* generation = nullptr;
  uint32_t seen = 0;
  Context context;
  std::unique_ptr<unsigned char[]> stack;
};

struct Block {
  Barrier barriers[kBarriers];
  std::vector<Warp> warps;
  unsigned char* shared = nullptr;
  std::unique_ptr<unsigned char[]> memory;
  int64_t capacity = 0;
  int alive = 0;
};

struct Machine {
  std::vector<Fiber> fibers;
  std::vector<Block> blocks;  // of the cluster
  Barrier cluster;
  int alive = 0;
  uint64_t lives = 0;
  Context scheduler;
  Fiber* running = nullptr;
  void (*body)(void*) = nullptr;
  void* argument = nullptr;
  std::mt19937 shuffle{1};
};

Machine machine;
std::mutex one_grid;

void Release(Barrier& barrier) {
  barrier.arrived = 0;
  ++barrier.generation;
}

void Wait(const uint32_t* generation, uint32_t seen) {
  Fiber& me = *machine.running;
  me.generation = generation;
  me.seen = seen;
  SwitchContext(me.context, machine.scheduler);
  me.generation = nullptr;
}

void ReleaseWarpIfComplete(Warp& warp, const Block& block, int first) {
  // Lanes that ended count as arrived.
  uint32_t ended = 0;
  for (int lane = 0; lane < kWarp; ++lane) {
    const size_t number = static_cast<size_t>(first + lane);
    const size_t offset =
        static_cast<size_t>(&block - machine.blocks.data()) * (machine.fibers.size() / machine.blocks.size());
    const size_t per_block = machine.fibers.size() / machine.blocks.size();
    if (number >= per_block || machine.fibers[offset + number].done) ended |= 1u << lane;
  }
  if (warp.wanted && ((warp.arrived | ended) & warp.wanted) == warp.wanted && warp.arrived) {
    warp.arrived = warp.wanted = 0;
    ++warp.generation;
  }
}

// What every fiber runs.
void Entry() {
  machine.body(machine.argument);
  Fiber& me = *machine.running;
  Block& block = *me.block;
  me.done = true;
  --machine.alive;
  --block.alive;
  // Who ends is waited for no longer.
  if (block.barriers[0].arrived && block.barriers[0].arrived == block.alive) Release(block.barriers[0]);
  if (machine.cluster.arrived && machine.cluster.arrived == machine.alive) Release(machine.cluster);
  const int first = me.thread.linear / kWarp * kWarp;
  ReleaseWarpIfComplete(block.warps[static_cast<size_t>(first / kWarp)], block, first);
  LeaveContext(me.context, machine.scheduler);
}

bool MayRun(const Fiber& fiber) { return !fiber.done && (!fiber.generation || *fiber.generation != fiber.seen); }

void RunCluster(const std::vector<uint32_t>& order) {
  while (machine.alive > 0) {
    bool moved = false;
    for (uint32_t number : order) {
      Fiber& fiber = machine.fibers[number];
      if (!MayRun(fiber)) continue;
      moved = true;
      machine.running = &fiber;
      running_thread = &fiber.thread;
      SwitchContext(machine.scheduler, fiber.context);
    }
    if (!moved) {
      throw cuda::CudaError("[emulator] threads wait for ever: " + std::to_string(machine.alive) +
                            " are at barriers that the others do not reach");
    }
  }
}

}  // namespace

void SetOrder(Order order) { thread_order = order; }

const Thread* running_thread = nullptr;

void BlockBarrier() {
  Block& block = *machine.running->block;
  Barrier& barrier = block.barriers[0];
  if (++barrier.arrived == block.alive) {
    Release(barrier);
  } else {
    Wait(&barrier.generation, barrier.generation);
  }
}

void NamedBarrier(int number, int threads) {
  Barrier& barrier = machine.running->block->barriers[number];
  if (++barrier.arrived == threads) {
    Release(barrier);
  } else {
    Wait(&barrier.generation, barrier.generation);
  }
}

void ClusterBarrier() {
  Barrier& barrier = machine.cluster;
  if (++barrier.arrived == machine.alive) {
    Release(barrier);
  } else {
    Wait(&barrier.generation, barrier.generation);
  }
}

void WarpBarrier(uint32_t mask) {
  const Fiber& me = *machine.running;
  const int first = me.thread.linear / kWarp * kWarp;
  Warp& warp = me.block->warps[static_cast<size_t>(first / kWarp)];
  warp.arrived |= 1u << (me.thread.linear % kWarp);
  warp.wanted |= mask;
  const uint32_t generation = warp.generation;
  ReleaseWarpIfComplete(warp, *me.block, first);
  if (warp.generation == generation) Wait(&warp.generation, generation);
}

void WaitWhile(const uint32_t* generation, uint32_t seen) {
  if (*generation == seen) Wait(generation, seen);
}

void Yield() {
  static const uint32_t always = 1;
  Wait(&always, 0);
}

unsigned char* SharedMemory() { return machine.running->block->shared; }
unsigned char* SharedMemory(int rank) { return machine.blocks[static_cast<size_t>(rank)].shared; }

Slot& LaneSlot(int lane) {
  const Fiber& me = *machine.running;
  return me.block->warps[static_cast<size_t>(me.thread.linear / kWarp)].slots[lane];
}

void RunGrid(Index grid, Index block, int64_t shared_bytes, int cluster, void (*body)(void*), void* argument) {
  const std::lock_guard<std::mutex> guard(one_grid);
  const size_t threads = size_t{block.x} * block.y * block.z, blocks = static_cast<size_t>(cluster);
  machine.body = body;
  machine.argument = argument;
  if (machine.fibers.size() < threads * blocks || machine.fibers.size() != threads * blocks) {
    std::vector<Fiber> fibers(threads * blocks);
    for (size_t i = 0; i < fibers.size(); ++i) {
      fibers[i].stack = i < machine.fibers.size() ? std::move(machine.fibers[i].stack)
                                                  : std::make_unique_for_overwrite<unsigned char[]>(kStackBytes);
    }
    machine.fibers = std::move(fibers);
  }
  machine.blocks.resize(blocks);
  std::vector<uint32_t> order(machine.fibers.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  if (thread_order == Order::kBackward) std::reverse(order.begin(), order.end());
  const uint64_t total = uint64_t{grid.x} * grid.y * grid.z;
  for (uint64_t first = 0; first < total; first += blocks) {
    if (thread_order == Order::kShuffled) std::shuffle(order.begin(), order.end(), machine.shuffle);
    machine.cluster = {};
    const uint64_t life = ++machine.lives;
    machine.alive = static_cast<int>(machine.fibers.size());
    for (size_t rank = 0; rank < blocks; ++rank) {
      Block& here = machine.blocks[rank];
      for (Barrier& barrier : here.barriers) barrier = {};
      here.warps.assign((threads + kWarp - 1) / kWarp, Warp{});
      here.alive = static_cast<int>(threads);
      if (here.capacity < shared_bytes) {
        here.memory = std::make_unique_for_overwrite<unsigned char[]>(static_cast<size_t>(shared_bytes) + 1024);
        here.shared = here.memory.get() + (1024 - reinterpret_cast<uintptr_t>(here.memory.get()) % 1024);
        here.capacity = shared_bytes;
      }
      if (shared_bytes) std::memset(here.shared, kUnwritten, static_cast<size_t>(shared_bytes));
      const uint64_t number = first + rank;
      const Index at(static_cast<uint32_t>(number % grid.x), static_cast<uint32_t>(number / grid.x % grid.y),
                     static_cast<uint32_t>(number / grid.x / grid.y));
      for (size_t t = 0; t < threads; ++t) {
        Fiber& fiber = machine.fibers[rank * threads + t];
        const auto linear = static_cast<uint32_t>(t);
        fiber.thread = {Index(linear % block.x, linear / block.x % block.y, linear / block.x / block.y),
                        at,
                        block,
                        grid,
                        static_cast<int>(t),
                        static_cast<int>(rank),
                        cluster,
                        life};
        fiber.block = &here;
        fiber.done = false;
        fiber.generation = nullptr;
        PrepareContext(fiber.context, fiber.stack.get(), kStackBytes, Entry);
      }
    }
    RunCluster(order);
  }
  machine.running = nullptr;
}

}  // namespace keraunos::emulator

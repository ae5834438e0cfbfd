// One block of threads on one thread of the host: every thread of the block is a fiber with a stack of its own, and
// the scheduler runs them one at a time until each waits or ends.
#pragma once
#include <cstddef>
#include <cstdint>

namespace keraunos::emulator {

inline constexpr int kMostThreads = 1024;
inline constexpr int kWarp = 32;

struct Index {
  uint32_t x = 1, y = 1, z = 1;
  constexpr Index() = default;
  constexpr Index(uint32_t x, uint32_t y = 1, uint32_t z = 1) : x(x), y(y), z(z) {}
};

// In which order threads of a block are run. A kernel that is free of races gives the same bits in every order.
enum class Order { kForward, kBackward, kShuffled };
void SetOrder(Order order);

// Runs `body(argument)` once for every thread of every block of the grid, cluster by cluster. One grid runs at a time
// in the process. Throws EmulatorError when threads wait for ever, or leave what others wait for.
void RunGrid(Index grid, Index block, int64_t shared_bytes, int cluster, void (*body)(void*), void* argument);

// The running thread.
struct Thread {
  Index thread, block, block_dim, grid_dim;
  int linear = 0;  // number in its block
  int rank = 0;    // of its block in the cluster
  int cluster = 1;
  uint64_t life = 0;  // differs between any two runs of a cluster
};
extern const Thread* running_thread;
inline const Thread& Current() { return *running_thread; }

// Waits until all threads of the block (that have not ended) are here.
void BlockBarrier();
// The same for `threads` threads of the block that name barrier `number` (1 to 15).
void NamedBarrier(int number, int threads);
// The same for all blocks of the cluster.
void ClusterBarrier();
// The same for the lanes of the warp that `mask` names.
void WarpBarrier(uint32_t mask = 0xffffffffu);
// Waits while *generation is `seen`.
void WaitWhile(const uint32_t* generation, uint32_t seen);
// Lets others run; for loops that wait for a value in memory.
void Yield();

// Dynamic shared memory of the running block, or of block `rank` of its cluster.
unsigned char* SharedMemory();
unsigned char* SharedMemory(int rank);

// 64 bytes per lane for exchanges within the running warp.
struct Slot {
  alignas(64) unsigned char bytes[64];
};
Slot& LaneSlot(int lane);
inline int Lane() { return Current().linear % kWarp; }

}  // namespace keraunos::emulator

// Copies from global to shared memory that the thread waits for. They are made when it waits, no earlier, so that who
// reads too early finds what was there before; or at once, so that who overwrites too early is seen as well.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <vector>

#include "device/thread.h"

namespace keraunos::emulator {

enum class Arrival { kWhenWaitedFor, kAtOnce };
inline Arrival copies_arrive = Arrival::kWhenWaitedFor;
inline void SetArrival(Arrival arrival) { copies_arrive = arrival; }

struct PendingCopy {
  unsigned char* to;
  const unsigned char* from;
  int bytes, size;

  void Make() const {
    if (bytes) std::memcpy(to, from, static_cast<size_t>(bytes));
    std::memset(to + bytes, 0, static_cast<size_t>(size - bytes));
  }
};

// Of one thread: groups in their order, the last one open.
struct PendingCopies {
  uint64_t life = 0;
  std::deque<std::vector<PendingCopy>> groups;
};

inline PendingCopies& MyCopies() {
  static thread_local std::vector<PendingCopies> all;
  const Thread& me = Current();
  const size_t number = static_cast<size_t>(me.rank * kMostThreads + me.linear);
  if (all.size() <= number) all.resize(number + 1);
  PendingCopies& mine = all[number];
  if (mine.life != me.life) mine = {me.life, {{}}};
  return mine;
}

// No exception passes the stack of a fiber.
inline void RequireAligned(const void* address, int64_t bytes, const char* what) {
  if (reinterpret_cast<uintptr_t>(address) % static_cast<uintptr_t>(bytes) == 0) return;
  std::fprintf(stderr, "[emulator] %s: address %p is no multiple of %d\n", what, address, static_cast<int>(bytes));
  std::abort();
}

inline void AddCopy(void* shared, const void* global, int bytes, int size) {
  RequireAligned(shared, size, "asynchronous copy to shared memory");
  RequireAligned(global, size, "asynchronous copy from global memory");
  const PendingCopy copy = {static_cast<unsigned char*>(shared), static_cast<const unsigned char*>(global), bytes,
                            size};
  if (copies_arrive == Arrival::kAtOnce) {
    copy.Make();
  } else {
    MyCopies().groups.back().push_back(copy);
  }
}

}  // namespace keraunos::emulator

namespace keraunos::cuda {

inline void CopyAsync16(void* shared, const void* global, int bytes) { emulator::AddCopy(shared, global, bytes, 16); }
inline void CopyAsync4(void* shared, const void* global, int bytes) { emulator::AddCopy(shared, global, bytes, 4); }
inline void CommitCopies() { emulator::MyCopies().groups.emplace_back(); }
template <int kPending>
void WaitCopies() {
  auto& groups = emulator::MyCopies().groups;
  while (groups.size() > kPending + 1) {
    for (const auto& copy : groups.front()) copy.Make();
    groups.pop_front();
  }
}

}  // namespace keraunos::cuda

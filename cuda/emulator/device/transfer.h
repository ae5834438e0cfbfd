// The tensor memory accelerator on the host: boxes arrive when somebody waits for them, or at once (SetArrival).
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "device/async_copy.h"
#include "device/half.h"

namespace keraunos::cuda {

struct alignas(64) TensorMap {
  const unsigned char* data;
  int64_t extents[3], strides[3];  // strides in bytes
  int box_rows, element_bytes;
};

template <class T>
TensorMap MakeTensorMap(const T* data, const int64_t (&extents)[3], const int64_t (&strides)[2], int box_rows) {
  constexpr int64_t kBytes = sizeof(T);
  emulator::RequireAligned(data, 16, "tensor map");
  for (const int64_t stride : strides) {
    emulator::RequireAligned(reinterpret_cast<const void*>(stride * kBytes), 16, "stride of a tensor map");
    if (stride * kBytes >= int64_t{1} << 40) std::abort();
  }
  if (box_rows < 1 || box_rows > 256 || extents[0] < 1 || extents[1] < 1 || extents[2] < 1) std::abort();
  return {reinterpret_cast<const unsigned char*>(data),
          {extents[0], extents[1], extents[2]},
          {kBytes, strides[0] * kBytes, strides[1] * kBytes},
          box_rows,
          static_cast<int>(kBytes)};
}

struct TransferBarrier {
  uint64_t state;
};

}  // namespace keraunos::cuda

namespace keraunos::emulator {

struct PendingBox {
  unsigned char* to;
  cuda::TensorMap map;  // a copy: the thread that asked may have ended
  int64_t at[3];

  int64_t bytes() const { return 128 * int64_t{map.box_rows}; }
  void Make() const {
    for (int64_t row = 0; row < map.box_rows; ++row) {
      for (int64_t element = 0; element < 128 / map.element_bytes; ++element) {
        const int64_t i[3] = {at[0] + element, at[1] + row, at[2]};
        const unsigned char* from = map.data;
        bool inside = true;
        for (int d = 0; d < 3; ++d) {
          inside = inside && i[d] >= 0 && i[d] < map.extents[d];
          from += i[d] * map.strides[d];
        }
        const int64_t byte = element * map.element_bytes, chunk = byte / 16 ^ row % 8;
        unsigned char* out = to + row * 128 + chunk * 16 + byte % 16;
        if (inside) {
          std::memcpy(out, from, static_cast<size_t>(map.element_bytes));
        } else {
          std::memset(out, 0, static_cast<size_t>(map.element_bytes));
        }
      }
    }
  }
};

struct BarrierState {
  int arrivals = 0, pending = 0;
  int64_t bytes = 0;  // that are still expected in this phase
  uint32_t phase = 0;
  uint32_t events = 0;  // arrivals and boxes: what those who wait look at again
  std::vector<PendingBox> boxes;

  void EndPhaseIfComplete() {
    if (pending > 0 || bytes != 0) return;
    pending = arrivals;
    ++phase;
  }
  void Deliver() {
    std::vector<PendingBox> arrived;
    arrived.swap(boxes);
    for (const PendingBox& box : arrived) {
      box.Make();
      bytes -= box.bytes();
    }
    if (!arrived.empty()) EndPhaseIfComplete();
  }
};

inline std::map<const void*, BarrierState>& BarrierStates() {
  static thread_local std::map<const void*, BarrierState> states;
  return states;
}
inline BarrierState& StateOf(const void* barrier) {
  const auto found = BarrierStates().find(barrier);
  if (found == BarrierStates().end()) {
    std::fprintf(stderr, "[emulator] barrier %p was never initialised\n", barrier);
    std::abort();
  }
  return found->second;
}

}  // namespace keraunos::emulator

namespace keraunos::cuda {

inline void InitBarrier(TransferBarrier* barrier, int arrivals) {
  emulator::BarrierState state;
  state.arrivals = state.pending = arrivals;
  emulator::BarrierStates()[barrier] = state;
}
inline void PublishBarriers() {}
inline void Arrive(TransferBarrier* barrier) {
  emulator::BarrierState& state = emulator::StateOf(barrier);
  --state.pending;
  ++state.events;
  state.EndPhaseIfComplete();
}
inline void ArriveExpecting(TransferBarrier* barrier, int bytes) {
  emulator::StateOf(barrier).bytes += bytes;
  Arrive(barrier);
}
inline void WaitBarrier(TransferBarrier* barrier, int parity) {
  emulator::BarrierState& state = emulator::StateOf(barrier);
  state.Deliver();
  while (static_cast<int>(state.phase & 1) == parity) {
    emulator::WaitWhile(&state.events, state.events);
    state.Deliver();
  }
}

inline void PublishWrites() {}
inline void GroupBarrier(int number, int threads) { emulator::NamedBarrier(number, threads); }

inline void CopyBox(void* shared, const TensorMap* map, int c0, int c1, int c2, TransferBarrier* barrier) {
  emulator::RequireAligned(shared, 1024, "box in shared memory");
  emulator::RequireAligned(map, 64, "tensor map");
  emulator::BarrierState& state = emulator::StateOf(barrier);
  state.boxes.push_back({static_cast<unsigned char*>(shared), *map, {c0, c1, c2}});
  ++state.events;
  if (emulator::copies_arrive == emulator::Arrival::kAtOnce) state.Deliver();
}

}  // namespace keraunos::cuda

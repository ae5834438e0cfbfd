// What the executor asks of a device: memory, copies, queues, recorded graphs. Two implementations: cuda/hardware/ (the
// CUDA runtime) and cuda/emulator/ (the host).
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "cuda/base/facts.h"
#include "device/launch.h"

namespace keraunos::cuda {

struct DeviceDescription {
  std::string name;
  Facts facts;
  uint64_t total_bytes;
};

// Devices that this build has kernels for, 0 when there is no driver; never throws and prints nothing.
int DeviceCount();
// Why DeviceCount is 0, in one line; empty when it is not.
std::string MissingReason();
// Throws CudaError on a number that does not exist.
DeviceDescription Describe(int device);

// Makes `device` the calling thread's for as long as it lives.
class Current {
 public:
  explicit Current(int device);
  ~Current();
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  int before_;
};

// The following act on the calling thread's device.
void* AllocateBytes(uint64_t bytes);  // throws CudaError
void FreeBytes(void* address) noexcept;
uint64_t FreeMemory();
void CopyToDevice(Queue& queue, void* to, const void* from, uint64_t bytes);  // the host's bytes may change at once
void CopyToHost(Queue& queue, void* to, const void* from, uint64_t bytes);    // waits for the queue
void CopyOnDevice(Queue& queue, void* to, const void* from, uint64_t bytes);
void FillZero(Queue& queue, void* to, uint64_t bytes);

// A queue of its own for each device, made on first use and kept.
Queue& DeviceQueue(int device);
void Synchronize(Queue& queue);  // throws CudaError with what went wrong on the device
// Lets `queue` wait for what another producer's queue (DLPack's and the array interface's stream numbers; 0: the
// default one) holds now.
void WaitFor(Queue& queue, int64_t stream);
// Lets a consumer's stream wait for what `queue` holds now.
void LetWait(Queue& queue, int64_t stream);
int64_t StreamNumber(const Queue& queue);

// Work that was recorded once and is started as a whole.
class Graph {
 public:
  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // Between Begin and End, what is put on `queue` (and on branches) is recorded instead of run.
  void Begin(Queue& queue);
  void End(Queue& queue);
  void Start(Queue& queue);
  // A graph whose recording failed half-way forgets it.
  void Abandon(Queue& queue) noexcept;
  // Number of kernels and copies, for reports.
  int64_t nodes() const;

 private:
  struct Recorded;
  std::unique_ptr<Recorded> recorded_;
};

// Queues beside `main` that recorded work may fork to and join from.
class Branches {
 public:
  Branches(Queue& main, int count);
  ~Branches();
  Branches(const Branches&) = delete;
  Branches& operator=(const Branches&) = delete;

  // Queue `number`; 0 is the main one. Others see what the main queue held at the last Fork.
  Queue& at(int number);
  void Fork(int count);  // branches 1 to count - 1 wait for the main queue
  void Join();           // the main queue waits for all that forked

 private:
  struct Streams;
  std::unique_ptr<Streams> streams_;
};

}  // namespace keraunos::cuda

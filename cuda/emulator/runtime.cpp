// A device that is the host: memory is the heap, queues run at once, graphs are lists of closures.
#include "cuda/base/runtime.h"

#include <cstdlib>
#include <cstring>

#include "cuda/base/error.h"

namespace keraunos::cuda {
namespace {

// Facts of an H200, so that kernels take the paths that they take there. KERAUNOS_EMULATED_CAPABILITY names another.
Facts EmulatedFacts() {
  const char* capability = std::getenv("KERAUNOS_EMULATED_CAPABILITY");
  return {capability ? std::atoi(capability) : 90, 132, 227 << 10, int64_t{60} << 20};
}

constexpr uint64_t kMemory = uint64_t{8} << 30;
constexpr size_t kAlignment = 256;  // as cudaMalloc

void RequireDevice(int device) {
  if (device != 0) throw CudaError("[cuda] cudaSetDevice: cudaErrorInvalidDevice: invalid device ordinal");
}

}  // namespace

int DeviceCount() { return 1; }
std::string MissingReason() { return ""; }
DeviceDescription Describe(int device) {
  RequireDevice(device);
  return {"emulated GPU", EmulatedFacts(), kMemory};
}

Current::Current(int device) : before_(0) { RequireDevice(device); }
Current::~Current() = default;

void* AllocateBytes(uint64_t bytes) {
  if (bytes > kMemory) throw CudaError("[cuda] cudaMalloc: cudaErrorMemoryAllocation: out of memory");
  // Every byte that nobody wrote is part of a NaN.
  void* address = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  if (!address) throw CudaError("[cuda] cudaMalloc: cudaErrorMemoryAllocation: out of memory");
  std::memset(address, 0xff, bytes);
  return address;
}
void FreeBytes(void* address) noexcept { std::free(address); }
uint64_t FreeMemory() { return kMemory; }

void CopyToDevice(Queue&, void* to, const void* from, uint64_t bytes) { std::memcpy(to, from, bytes); }
void CopyToHost(Queue&, void* to, const void* from, uint64_t bytes) { std::memcpy(to, from, bytes); }
void CopyOnDevice(Queue& queue, void* to, const void* from, uint64_t bytes) {
  queue.Do([=] { std::memmove(to, from, bytes); });
}
void FillZero(Queue& queue, void* to, uint64_t bytes) {
  queue.Do([=] { std::memset(to, 0, bytes); });
}

Queue& DeviceQueue(int device) {
  RequireDevice(device);
  static Queue queue;
  return queue;
}
void Synchronize(Queue&) {}
void WaitFor(Queue&, int64_t) {}
void LetWait(Queue&, int64_t) {}
int64_t StreamNumber(const Queue&) { return 1; }

struct Graph::Recorded {
  std::vector<std::function<void()>> work;
};

Graph::Graph() : recorded_(new Recorded) {}
Graph::~Graph() = default;
void Graph::Begin(Queue& queue) {
  queue.recorded.clear();
  queue.recording = true;
}
void Graph::End(Queue& queue) {
  recorded_->work = std::move(queue.recorded);
  Abandon(queue);
}
void Graph::Start(Queue&) {
  for (const auto& work : recorded_->work) work();
}
void Graph::Abandon(Queue& queue) noexcept {
  queue.recorded.clear();
  queue.recording = false;
}
int64_t Graph::nodes() const { return static_cast<int64_t>(recorded_->work.size()); }

struct Branches::Streams {
  Queue* main;
};

Branches::Branches(Queue& main, int) : streams_(new Streams{&main}) {}
Branches::~Branches() = default;
Queue& Branches::at(int) { return *streams_->main; }
void Branches::Fork(int) {}
void Branches::Join() {}

}  // namespace keraunos::cuda

// The device through CUDA's runtime, which is linked statically and looks for the driver by itself.
#include "cuda/base/runtime.h"

#include <cuda_runtime.h>

#include <mutex>
#include <vector>

#include "cuda/base/error.h"

namespace keraunos::cuda {

void Check(int status, const char* call) {
  if (status == cudaSuccess) return;
  const auto error = static_cast<cudaError_t>(status);
  cudaGetLastError();  // errors of a launch stay until they are read
  throw CudaError(std::string("[cuda] ") + call + ": " + cudaGetErrorName(error) + ": " + cudaGetErrorString(error));
}

namespace {

constexpr int kOldestCapability = 80;

Facts ReadFacts(int device) {
  const auto read = [device](cudaDeviceAttr attribute) {
    int value = 0;
    Check(cudaDeviceGetAttribute(&value, attribute, device), "cudaDeviceGetAttribute");
    return value;
  };
  return {10 * read(cudaDevAttrComputeCapabilityMajor) + read(cudaDevAttrComputeCapabilityMinor),
          read(cudaDevAttrMultiProcessorCount), read(cudaDevAttrMaxSharedMemoryPerBlockOptin),
          read(cudaDevAttrL2CacheSize)};
}

cudaEvent_t NewEvent() {
  cudaEvent_t event;
  Check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreate");
  return event;
}

// Events of waits between streams; destroying one that is still pending is allowed.
void Wait(cudaStream_t waiting, cudaStream_t producing) {
  cudaEvent_t event = NewEvent();
  const cudaError_t recorded = cudaEventRecord(event, producing);
  const cudaError_t waited = recorded ? recorded : cudaStreamWaitEvent(waiting, event, 0);
  cudaEventDestroy(event);
  Check(waited, "cudaStreamWaitEvent");
}

}  // namespace

int DeviceCount() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) {
    cudaGetLastError();
    return 0;
  }
  return count;
}

std::string MissingReason() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  cudaGetLastError();
  if (error == cudaErrorInsufficientDriver) {
    int driver = 0, runtime = 0;
    cudaDriverGetVersion(&driver);
    cudaRuntimeGetVersion(&runtime);
    if (driver == 0) return "no NVIDIA driver (libcuda.so.1) was found; install it";
    return "the NVIDIA driver supports CUDA " + std::to_string(driver / 1000) + ", keraunos needs " +
           std::to_string(runtime / 1000) + "; install a newer driver";
  }
  if (error != cudaSuccess) return std::string("the NVIDIA driver says: ") + cudaGetErrorString(error);
  return count ? "" : "the NVIDIA driver lists no GPU";
}

DeviceDescription Describe(int device) {
  cudaDeviceProp properties;
  Check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
  const DeviceDescription description = {properties.name, ReadFacts(device), properties.totalGlobalMem};
  if (description.facts.capability < kOldestCapability) {
    throw CudaError("[cuda] " + description.name + " has compute capability " +
                    std::to_string(description.facts.capability / 10) + "." +
                    std::to_string(description.facts.capability % 10) + "; keraunos needs 8.0 or later");
  }
  return description;
}

Current::Current(int device) {
  Check(cudaGetDevice(&before_), "cudaGetDevice");
  Check(cudaSetDevice(device), "cudaSetDevice");
}
Current::~Current() { cudaSetDevice(before_); }

void* AllocateBytes(uint64_t bytes) {
  void* address = nullptr;
  Check(cudaMalloc(&address, bytes), "cudaMalloc");
  return address;
}
void FreeBytes(void* address) noexcept { cudaFree(address); }

uint64_t FreeMemory() {
  size_t available = 0, total = 0;
  Check(cudaMemGetInfo(&available, &total), "cudaMemGetInfo");
  return available;
}

// Pageable memory: the runtime has staged it when the call returns.
void CopyToDevice(Queue& queue, void* to, const void* from, uint64_t bytes) {
  Check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, queue.stream), "cudaMemcpyAsync to the device");
}
void CopyToHost(Queue& queue, void* to, const void* from, uint64_t bytes) {
  Check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, queue.stream), "cudaMemcpyAsync to the host");
  Synchronize(queue);
}
void CopyOnDevice(Queue& queue, void* to, const void* from, uint64_t bytes) {
  Check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, queue.stream), "cudaMemcpyAsync");
}
void FillZero(Queue& queue, void* to, uint64_t bytes) {
  Check(cudaMemsetAsync(to, 0, bytes, queue.stream), "cudaMemsetAsync");
}

Queue& DeviceQueue(int device) {
  static std::mutex lock;
  static std::vector<Queue*> queues;  // streams live as long as the process
  const std::lock_guard<std::mutex> guard(lock);
  if (queues.size() <= static_cast<size_t>(device)) queues.resize(static_cast<size_t>(device) + 1);
  Queue*& queue = queues[static_cast<size_t>(device)];
  if (!queue) {
    const Current current(device);
    cudaStream_t stream;
    Check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
    queue = new Queue{stream};
  }
  return *queue;
}

void Synchronize(Queue& queue) { Check(cudaStreamSynchronize(queue.stream), "cudaStreamSynchronize"); }

// DLPack and the array interface number the legacy default stream 1 and the per-thread one 2, as CUDA's handles do.
void WaitFor(Queue& queue, int64_t stream) { Wait(queue.stream, reinterpret_cast<cudaStream_t>(stream)); }
void LetWait(Queue& queue, int64_t stream) { Wait(reinterpret_cast<cudaStream_t>(stream), queue.stream); }
int64_t StreamNumber(const Queue& queue) { return reinterpret_cast<int64_t>(queue.stream); }

struct Graph::Recorded {
  cudaGraphExec_t executable = nullptr;
  size_t nodes = 0;
};

Graph::Graph() : recorded_(new Recorded) {}
Graph::~Graph() {
  if (recorded_->executable) cudaGraphExecDestroy(recorded_->executable);
}
void Graph::Begin(Queue& queue) {
  Check(cudaStreamBeginCapture(queue.stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
}
void Graph::End(Queue& queue) {
  cudaGraph_t graph = nullptr;
  Check(cudaStreamEndCapture(queue.stream, &graph), "cudaStreamEndCapture");
  cudaGraphGetNodes(graph, nullptr, &recorded_->nodes);
  if (recorded_->executable) cudaGraphExecDestroy(recorded_->executable);
  recorded_->executable = nullptr;
  const cudaError_t status = cudaGraphInstantiate(&recorded_->executable, graph, 0);
  cudaGraphDestroy(graph);
  Check(status, "cudaGraphInstantiate");
}
void Graph::Start(Queue& queue) { Check(cudaGraphLaunch(recorded_->executable, queue.stream), "cudaGraphLaunch"); }
void Graph::Abandon(Queue& queue) noexcept {
  cudaGraph_t graph = nullptr;
  cudaStreamEndCapture(queue.stream, &graph);
  if (graph) cudaGraphDestroy(graph);
  cudaGetLastError();
}
int64_t Graph::nodes() const { return static_cast<int64_t>(recorded_->nodes); }

struct Branches::Streams {
  Queue* main;
  std::vector<Queue> queues;
  std::vector<cudaEvent_t> events;  // of each branch; 0: of the main queue
  int forked = 0;
};

Branches::Branches(Queue& main, int count) : streams_(new Streams{&main, {}, {}, 0}) {
  for (int i = 1; i < count; ++i) {
    cudaStream_t stream;
    Check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
    streams_->queues.push_back({stream});
  }
  for (int i = 0; i < count; ++i) streams_->events.push_back(NewEvent());
}
Branches::~Branches() {
  for (Queue& queue : streams_->queues) cudaStreamDestroy(queue.stream);
  for (cudaEvent_t event : streams_->events) cudaEventDestroy(event);
}
Queue& Branches::at(int number) {
  return number == 0 ? *streams_->main : streams_->queues[static_cast<size_t>(number - 1)];
}
void Branches::Fork(int count) {
  streams_->forked = count;
  if (count <= 1) return;
  Check(cudaEventRecord(streams_->events[0], streams_->main->stream), "cudaEventRecord");
  for (int i = 1; i < count; ++i) {
    Check(cudaStreamWaitEvent(at(i).stream, streams_->events[0], 0), "cudaStreamWaitEvent");
  }
}
void Branches::Join() {
  for (int i = 1; i < streams_->forked; ++i) {
    const cudaEvent_t event = streams_->events[static_cast<size_t>(i)];
    Check(cudaEventRecord(event, at(i).stream), "cudaEventRecord");
    Check(cudaStreamWaitEvent(streams_->main->stream, event, 0), "cudaStreamWaitEvent");
  }
  streams_->forked = 0;
}

}  // namespace keraunos::cuda

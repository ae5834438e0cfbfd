// The one thread pool of the process. A job is a number of items; threads take them freely and the caller works too.
//
// Every thread owns a range of items (the same share of every job, so that its slice of the weights stays in its cache)
// and takes from others when its own is empty. Only taken items are waited for: a worker that the system has not
// scheduled costs nothing. Workers spin for about 20 us after their last item, then sleep in the kernel; posting a job
// allocates nothing and takes no lock. Workers are rebuilt after fork and flush denormals to zero.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>

namespace keraunos {

struct Job {
  void (*run)(const Job& job, uint32_t item, void* scratch);
  uint32_t items;
};

class Pool {
 public:
  // The pool, for this thread alone until Release; null when somebody else has it or when there is only one thread.
  static Pool* TryAcquire(uint64_t scratch_bytes);
  void Release();

  // Runs all items and returns when they are done.
  void Run(const Job& job, void* scratch);

  int threads() const { return threads_; }

  Pool(int threads, uint64_t scratch_bytes);
  ~Pool();

 private:
  struct Worker;
  struct alignas(128) Range {
    std::atomic<uint64_t> word{0};  // first item in the low half, end in the high half
  };

  static void* WorkerMain(void* worker);
  void Work(int thread, void* scratch);
  void WaitForWork(uint32_t seen);
  void WaitForEnd();

  int threads_ = 1;
  const int requested_;
  std::unique_ptr<Range[]> ranges_;
  std::unique_ptr<Worker[]> workers_;
  alignas(128) std::atomic<uint32_t> epoch_{0};  // futex of sleeping workers, one up per job
  std::atomic<uint32_t> sleepers_{0};
  std::atomic<const Job*> job_{nullptr};
  std::atomic<bool> stop_{false};
  alignas(128) std::atomic<uint32_t> unfinished_{0};  // items; the top bit says that the caller sleeps on this futex
};

int NumThreads();

// Takes effect with the next run. Throws InputError when not in 1..256.
void SetNumThreads(int threads);

// Changes in every child made by fork: what other threads of the parent held is free there.
uint32_t ForkGeneration();

}  // namespace keraunos

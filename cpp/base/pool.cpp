#include "base/pool.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "base/arena.h"
#include "base/cpu_count.h"
#include "base/denormals.h"
#include "base/error.h"

namespace keraunos {
namespace {

constexpr int kMaxThreads = 256;
constexpr uint32_t kCallerSleeps = uint32_t{1} << 31;
// Longer than most gaps between two phases, shorter than a scheduler slice that somebody else could use.
constexpr int64_t kSpinNanoseconds = 20000;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  asm volatile("yield" ::: "memory");
#endif
}

int64_t Nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1000000000} + now.tv_nsec;
}

// True when `done` became true within the spinning time. The clock costs about 25 ns, so it is read every 32 pauses.
template <class Done>
bool SpinUntil(Done done) {
  const int64_t start = Nanoseconds();
  do {
    for (int i = 0; i < 32; ++i) {
      if (done()) return true;
      Pause();
    }
  } while (Nanoseconds() - start < kSpinNanoseconds);
  return done();
}

void FutexWait(std::atomic<uint32_t>& word, uint32_t value) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
}

void FutexWake(std::atomic<uint32_t>& word, int threads) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, threads, nullptr, nullptr, 0);
}

constexpr uint64_t Pack(uint64_t first, uint64_t end) { return end << 32 | first; }

// Takes one item: the owner from the front, others from the back. A range is only filled for a job whose fields were
// stored before it, so whoever takes an item may read them, however old its view of the range was before the exchange.
bool Take(std::atomic<uint64_t>& range, bool owner, uint32_t* item) {
  uint64_t word = range.load(std::memory_order_relaxed);
  while (true) {
    const uint32_t first = static_cast<uint32_t>(word), end = static_cast<uint32_t>(word >> 32);
    if (first == end) return false;
    *item = owner ? first : end - 1;
    const uint64_t rest = owner ? Pack(first + 1, end) : Pack(first, end - 1);
    if (range.compare_exchange_weak(word, rest, std::memory_order_acq_rel, std::memory_order_relaxed)) return true;
  }
}

std::atomic<Pool*> current_pool{nullptr};
std::atomic<bool> pool_taken{false};
std::atomic<int> num_threads{0};
std::atomic<uint32_t> fork_generation{0};

// The child has none of the parent's threads. The old pool is left alone: its memory may be in the middle of anything.
void ForgetPoolInChild() {
  current_pool.store(nullptr);
  pool_taken.store(false);
  fork_generation.fetch_add(1);
}

[[maybe_unused]] const int fork_handler = pthread_atfork(nullptr, nullptr, ForgetPoolInChild);

}  // namespace

struct Pool::Worker {
  Pool* pool = nullptr;
  int thread = 0;
  Arena scratch;
  pthread_t handle{};
};

Pool* Pool::TryAcquire(uint64_t scratch_bytes) {
  const int wanted = NumThreads();
  if (wanted < 2 || pool_taken.exchange(true, std::memory_order_acquire)) return nullptr;
  Pool* pool = current_pool.load();
  if (!pool || pool->requested_ != wanted) {
    try {
      delete pool;
      current_pool.store(nullptr);
      pool = new Pool(wanted, scratch_bytes);
      current_pool.store(pool);
    } catch (...) {
      pool_taken.store(false, std::memory_order_release);
      throw;
    }
  }
  return pool;
}

void Pool::Release() { pool_taken.store(false, std::memory_order_release); }

Pool::Pool(int threads, uint64_t scratch_bytes)
    : requested_(threads), ranges_(new Range[threads]), workers_(new Worker[threads - 1]) {
  for (int i = 0; i < threads - 1; ++i) {
    workers_[i].pool = this;
    workers_[i].thread = i + 1;
    workers_[i].scratch = Arena(scratch_bytes);
  }
  // Signals belong to the threads of the program that uses us.
  sigset_t all, saved;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &saved);
  // Where the system refuses more threads, fewer do the work.
  for (; threads_ < threads; ++threads_) {
    Worker& worker = workers_[threads_ - 1];
    if (pthread_create(&worker.handle, nullptr, WorkerMain, &worker) != 0) break;
  }
  pthread_sigmask(SIG_SETMASK, &saved, nullptr);
}

Pool::~Pool() {
  stop_.store(true);
  epoch_.fetch_add(1);
  FutexWake(epoch_, kMaxThreads);
  for (int i = 1; i < threads_; ++i) pthread_join(workers_[i - 1].handle, nullptr);
}

void* Pool::WorkerMain(void* argument) {
  Worker& worker = *static_cast<Worker*>(argument);
  Pool& pool = *worker.pool;
  const FlushDenormals flush;
  uint32_t seen = 0;
  while (true) {
    pool.WaitForWork(seen);
    seen = pool.epoch_.load(std::memory_order_acquire);
    if (pool.stop_.load()) return nullptr;
    pool.Work(worker.thread, worker.scratch.data());
  }
}

void Pool::WaitForWork(uint32_t seen) {
  const auto posted = [&] { return epoch_.load(std::memory_order_acquire) != seen; };
  while (!SpinUntil(posted)) {
    // Sequentially consistent with Run, which raises the epoch first and looks for sleepers then: one of us sees the
    // other.
    sleepers_.fetch_add(1);
    FutexWait(epoch_, seen);
    sleepers_.fetch_sub(1);
  }
}

void Pool::Work(int thread, void* scratch) {
  uint32_t done = 0;
  int owner = thread;
  // threads_ grows while the first workers already run; they find empty ranges until the first job.
  const int ranges = requested_;
  for (int i = 0; i < ranges; ++i) {
    uint32_t item;
    while (Take(ranges_[owner].word, owner == thread, &item)) {
      const Job& job = *job_.load(std::memory_order_relaxed);
      job.run(job, item, scratch);
      ++done;
    }
    if (++owner == ranges) owner = 0;
  }
  if (done == 0) return;
  const uint32_t before = unfinished_.fetch_sub(done, std::memory_order_acq_rel);
  if (before == (done | kCallerSleeps)) FutexWake(unfinished_, 1);
}

void Pool::Run(const Job& job, void* scratch) {
  if (job.items == 0) return;
  job_.store(&job, std::memory_order_relaxed);
  unfinished_.store(job.items, std::memory_order_relaxed);
  const uint64_t items = job.items, threads = threads_;
  uint64_t first = 0;
  for (uint64_t thread = 0; thread < threads; ++thread) {
    const uint64_t end = (items * (thread + 1) + threads - 1) / threads;
    ranges_[thread].word.store(Pack(first, end), std::memory_order_release);
    first = end;
  }
  epoch_.fetch_add(1);
  if (sleepers_.load() != 0) FutexWake(epoch_, kMaxThreads);
  Work(0, scratch);
  WaitForEnd();
}

void Pool::WaitForEnd() {
  const auto ended = [&] { return (unfinished_.load(std::memory_order_acquire) & ~kCallerSleeps) == 0; };
  if (ended()) return;
  while (!SpinUntil(ended)) {
    const uint32_t left = unfinished_.fetch_or(kCallerSleeps, std::memory_order_acq_rel) | kCallerSleeps;
    if (left != kCallerSleeps) FutexWait(unfinished_, left);
  }
}

int NumThreads() {
  int threads = num_threads.load(std::memory_order_relaxed);
  if (threads == 0) {
    threads = std::min(DefaultThreadCount(), kMaxThreads);
    num_threads.store(threads);
  }
  return threads;
}

void SetNumThreads(int threads) {
  if (threads < 1 || threads > kMaxThreads) {
    throw InputError("[threads] expected 1.." + std::to_string(kMaxThreads) + " threads, got " +
                     std::to_string(threads));
  }
  num_threads.store(threads);
}

uint32_t ForkGeneration() { return fork_generation.load(std::memory_order_relaxed); }

}  // namespace keraunos

// The pool runs every item of every job exactly once, also when jobs are tiny, threads change, or the process forks.
#include "base/pool.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "base/error.h"
#include "test.h"

namespace keraunos {
namespace {

struct Counts {
  std::vector<std::atomic<int>> counts;
  std::vector<int64_t> plain;  // unsynchronised: the thread sanitizer checks that a barrier stands between jobs
  explicit Counts(uint32_t size) : counts(size), plain(size) {}
};

// Reads what another thread may have written in the job before.
struct ReadingJob : Job {
  const Counts& counted;
  std::atomic<int64_t> sum{0};
  explicit ReadingJob(const Counts& counted)
      : Job{Run, static_cast<uint32_t>(counted.plain.size())}, counted(counted) {}
  static void Run(const Job& job, uint32_t item, void*) {
    auto& self = const_cast<ReadingJob&>(static_cast<const ReadingJob&>(job));
    self.sum.fetch_add(self.counted.plain[(item * 7 + 3) % self.items], std::memory_order_relaxed);
  }
};

struct WritingJob : Job {
  Counts& counted;
  explicit WritingJob(Counts& counted) : Job{Run, static_cast<uint32_t>(counted.plain.size())}, counted(counted) {}
  static void Run(const Job& job, uint32_t item, void* scratch) {
    auto& self = static_cast<const WritingJob&>(job);
    self.counted.plain[item] += 1;
    self.counted.counts[item].fetch_add(1, std::memory_order_relaxed);
    static_cast<char*>(scratch)[0] = static_cast<char>(item);
  }
};

char scratch[64];

void RunRounds(Pool& pool, uint32_t items, int rounds) {
  Counts counted(items);
  for (int round = 1; round <= rounds; ++round) {
    WritingJob write(counted);
    ReadingJob read(counted);
    pool.Run(write, scratch);
    pool.Run(read, scratch);
    EXPECT(read.sum.load() == static_cast<int64_t>(items) * round, items, round, read.sum.load());
  }
  for (uint32_t i = 0; i < items; ++i) EXPECT(counted.counts[i] == rounds, i, counted.counts[i].load());
}

TEST(EveryItemRunsOnceAndJobsAreOrdered) {
  for (int threads : {2, 3, 4, 7}) {
    SetNumThreads(threads);
    Pool* pool = Pool::TryAcquire(64);
    EXPECT(pool && pool->threads() == threads, threads);
    for (uint32_t items : {0u, 1u, 2u, 3u, 5u, 64u, 1000u}) RunRounds(*pool, items, 100);
    pool->Release();
  }
}

TEST(ManyTinyJobs) {
  SetNumThreads(4);
  Pool* pool = Pool::TryAcquire(64);
  RunRounds(*pool, 4, 10000);
  pool->Release();
}

TEST(JobsAfterASleepAreComplete) {
  SetNumThreads(3);
  Pool* pool = Pool::TryAcquire(64);
  for (int round = 0; round < 50; ++round) {
    // Longer than the spinning time, so that workers sleep.
    usleep(200);
    RunRounds(*pool, 6, 1);
  }
  pool->Release();
}

// Two items that wait for one another: it ends early only when two threads work.
struct MeetingJob : Job {
  mutable std::atomic<int> arrived{0};
  mutable std::atomic<bool> missed{false};
  MeetingJob() : Job{Run, 2} {}
  static void Run(const Job& job, uint32_t, void*) {
    auto& self = static_cast<const MeetingJob&>(job);
    self.arrived.fetch_add(1);
    for (int i = 0; i < 5000 && self.arrived.load() < 2; ++i) usleep(1000);
    if (self.arrived.load() < 2) self.missed.store(true);
  }
};

TEST(SleepersWorkToo) {
  SetNumThreads(2);
  Pool* pool = Pool::TryAcquire(64);
  for (int round = 0; round < 20; ++round) {
    usleep(500);
    MeetingJob meeting;
    pool->Run(meeting, scratch);
    EXPECT(!meeting.missed.load(), round);
    if (test::Failed()) break;
  }
  pool->Release();
}

struct SlowJob : Job {
  SlowJob() : Job{Run, 2} {}
  static void Run(const Job&, uint32_t item, void*) {
    if (item == 1) usleep(2000);
  }
};

TEST(CallerSleepsForASlowWorker) {
  SetNumThreads(2);
  Pool* pool = Pool::TryAcquire(64);
  for (int round = 0; round < 50; ++round) pool->Run(SlowJob(), scratch);
  pool->Release();
}

TEST(OneOwnerAtATime) {
  SetNumThreads(2);
  Pool* pool = Pool::TryAcquire(64);
  EXPECT(Pool::TryAcquire(64) == nullptr, "taken");
  pool->Release();
  std::atomic<int> inside{0}, taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      char own[64];
      for (int round = 0; round < 500; ++round) {
        Pool* mine = Pool::TryAcquire(64);
        if (!mine) continue;
        if (inside.fetch_add(1) != 0) test::Fail(__FILE__, __LINE__, "two owners");
        Counts counted(8);
        WritingJob write(counted);
        mine->Run(write, own);
        inside.fetch_sub(1);
        taken.fetch_add(1);
        mine->Release();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT(taken.load() > 0, taken.load());
}

TEST(OneThreadHasNoPool) {
  SetNumThreads(1);
  EXPECT(Pool::TryAcquire(64) == nullptr, "");
  for (int wrong : {0, -1, 257}) {
    bool thrown = false;
    try {
      SetNumThreads(wrong);
    } catch (const InputError&) {
      thrown = true;
    }
    EXPECT(thrown, wrong);
  }
}

#if !defined(__SANITIZE_THREAD__)  // it does not support threads in a forked child
TEST(ForkedChildrenHaveTheirOwnPool) {
  if (std::getenv("KERAUNOS_EMULATED")) {
    std::printf("skip ForkedChildrenHaveTheirOwnPool: qemu-user aborts when a forked child starts threads\n");
    return;
  }
  SetNumThreads(3);
  for (int round = 0; round < 1000; ++round) {
    Pool* pool = Pool::TryAcquire(64);
    RunRounds(*pool, 6, 1);
    // In half of the rounds the fork happens while the pool is taken.
    if (round % 2) pool->Release();
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a hang ends the child with a signal
      Pool* own = Pool::TryAcquire(64);
      if (!own) _exit(1);
      Counts counted(6);
      WritingJob write(counted);
      own->Run(write, scratch);
      for (auto& count : counted.counts) {
        if (count != 1) _exit(2);
      }
      _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT(status == 0, round, status);
    if (round % 2 == 0) pool->Release();
    if (test::Failed()) return;
  }
}
#endif

}  // namespace
}  // namespace keraunos

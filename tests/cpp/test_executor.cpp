// Binding and running Programs: order of phases, equal bits for any thread count, errors, floating-point state.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/pool.h"
#include "program/program.h"
#include "program_bytes.h"
#include "test.h"

namespace keraunos {
namespace {

std::unique_ptr<Program> Load(const ProgramBytes& builder) {
  const std::string bytes = builder.Encode();
  return Program::Load(bytes.data(), bytes.size());
}

template <class Error, class Action>
void ExpectError(const char* text, Action action) {
  std::string message = "nothing was thrown";
  try {
    action();
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT(message.find(text) != std::string::npos, message);
}

// x (rows, cols) -> y = sum over rows of exp(-x) * 2: three phases, the first a chain of three in several groups.
ProgramBytes ThreePhases(int64_t rows, int64_t cols, int64_t chunk, bool serial) {
  ProgramBytes p;
  const uint64_t bytes = static_cast<uint64_t>(rows * cols) * 4;
  const uint32_t x = p.Slot(bytes, false), y = p.Slot(static_cast<uint64_t>(cols) * 4, true);
  const uint32_t a = p.Memory(bytes), b = p.Memory(bytes), half = p.Memory(bytes), two = p.Memory(bytes);
  const Elementwise same = ContiguousElementwise({rows, cols});
  p.Add(kOp_negative, kFloat32, same, {x, a});
  p.Add(kOp_exp, kFloat32, same, {a, a});
  p.EndGroup(2, static_cast<uint64_t>(rows), static_cast<uint64_t>(chunk));
  p.Add(kOp_fill, kFloat32, Fill{cols, 0.5}, {half});
  p.Add(kOp_reciprocal, kFloat32, same, {half, two});
  p.EndGroup(2, static_cast<uint64_t>(rows), static_cast<uint64_t>(chunk));
  p.EndPhase(2, serial);
  p.Add(kOp_multiply, kFloat32, same, {a, two, b});
  p.EndGroup(1, static_cast<uint64_t>(rows), static_cast<uint64_t>(chunk));
  p.EndPhase(1, serial);
  p.Add(kOp_sum, kFloat32, Reduce{1, rows, cols}, {b, y});
  p.EndGroup(1, static_cast<uint64_t>(cols), static_cast<uint64_t>(chunk));
  p.EndPhase(1, serial);
  return p;
}

TEST(PhasesRunInOrderWithEqualBitsForAnyThreadCount) {
  const int64_t rows = 301, cols = 37;
  std::vector<float> x(rows * cols), first;
  for (float& value : x) value = static_cast<float>(test::RandomNormal());
  for (const bool serial : {true, false}) {
    for (const int threads : {1, 2, 5}) {
      SetNumThreads(threads);
      auto program = Load(ThreePhases(rows, cols, 7, serial));
      std::vector<float> y(cols, NAN);
      program->Bind(0, x.data(), x.size() * 4, false);
      program->Bind(1, y.data(), y.size() * 4, true);
      program->Run(20);
      if (first.empty()) first = y;
      EXPECT(first == y, serial, threads);
    }
  }
  for (int64_t c = 0; c < cols; ++c) {
    double sum = 0;
    for (int64_t r = 0; r < rows; ++r) sum += 2 * std::exp(-static_cast<double>(x[r * cols + c]));
    EXPECT(std::abs(first[c] - sum) <= 1e-5 * sum, c, first[c], sum);
  }
}

TEST(StepsAccumulate) {
  ProgramBytes p;
  const uint32_t w = p.Slot(40, true), g = p.Slot(40, false);
  p.Add(kOp_add, kFloat32, ContiguousElementwise({10}), {w, g, w});
  p.EndGroup(1, 10, 3);
  p.EndPhase(1, false);
  auto program = Load(p);
  SetNumThreads(2);
  std::vector<float> weights(10, 0), gradient(10, 1), other(10, 100);
  program->Bind(0, weights.data(), 40, true);
  program->Bind(1, gradient.data(), 40, false);
  program->Run(0);
  EXPECT(weights[9] == 0, weights[9]);
  program->Run(1000);
  EXPECT(weights[0] == 1000 && weights[9] == 1000, weights[0]);
  program->Bind(0, other.data(), 40, true);
  program->Run(1);
  EXPECT(other[5] == 101 && weights[5] == 1000, other[5]);
}

TEST(BuffersOfASlotStartAtTheirOffset) {
  ProgramBytes p;
  p.Slot(80, true);
  p.buffers.push_back({kSlotBuffer, 0, 40, 40});
  p.Add(kOp_negative, kFloat32, ContiguousElementwise({10}), {0, 1});
  p.EndGroup(1, 10, 10);
  p.EndPhase(1, true);
  auto program = Load(p);
  std::vector<float> values(20, 2);
  program->Bind(0, values.data(), 80, true);
  program->Run(1);
  EXPECT(values[9] == 2 && values[10] == -2, values[10]);
}

TEST(MistakesAreErrors) {
  ProgramBytes p;
  const uint32_t x = p.Slot(40, false), y = p.Slot(40, true);
  p.Add(kOp_negative, kFloat32, ContiguousElementwise({10}), {x, y});
  p.EndGroup(1, 10, 10);
  p.EndPhase(1, true);
  auto program = Load(p);
  std::vector<float> values(10);
  ExpectError<RunError>("slot 0 has no array", [&] { program->Run(1); });
  ExpectError<InputError>("no slot 2", [&] { program->Bind(2, values.data(), 40, true); });
  ExpectError<InputError>("needs 40 bytes, got 36", [&] { program->Bind(0, values.data(), 36, true); });
  ExpectError<InputError>("read-only", [&] { program->Bind(1, values.data(), 40, false); });
  program->Bind(0, values.data(), 40, false);
  ExpectError<RunError>("slot 1 has no array", [&] { program->Run(1); });
  ExpectError<InputError>("no buffer 2", [&] { program->BufferData(2); });
  ExpectError<InputError>("bound array", [&] { program->BufferData(0); });
}

TEST(DifferentProgramsRunAtTheSameTime) {
  SetNumThreads(3);
  std::vector<std::thread> threads;
  std::vector<float> x(301 * 37, 0.25f), results[4];
  for (auto& result : results) {
    threads.emplace_back([&] {
      result.resize(37);
      auto program = Load(ThreePhases(301, 37, 7, false));
      program->Bind(0, x.data(), x.size() * 4, false);
      program->Bind(1, result.data(), 37 * 4, true);
      for (int i = 0; i < 200; ++i) program->Run(1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (auto& result : results) EXPECT(result == results[0] && result[0] > 0, result[0]);
}

TEST(OneProgramRunsOnceAtATime) {
  SetNumThreads(2);
  std::vector<float> x(301 * 37, 0.25f), y(37);
  auto program = Load(ThreePhases(301, 37, 7, false));
  program->Bind(0, x.data(), x.size() * 4, false);
  program->Bind(1, y.data(), 37 * 4, true);
  std::atomic<int> ran{0}, refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 300; ++round) {
        try {
          program->Run(2);
          ran.fetch_add(1);
        } catch (const RunError&) {
          refused.fetch_add(1);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT(ran > 0 && ran + refused == 900, ran.load(), refused.load());
}

#if !defined(__SANITIZE_THREAD__)  // it does not support threads in a forked child
TEST(AChildRunsWhatAThreadOfTheParentWasRunning) {
  if (std::getenv("KERAUNOS_EMULATED")) {
    std::printf(
        "skip AChildRunsWhatAThreadOfTheParentWasRunning: qemu-user aborts when a forked child starts threads\n");
    return;
  }
  SetNumThreads(2);
  std::vector<float> x(301 * 37, 0.25f), y(37);
  auto program = Load(ThreePhases(301, 37, 7, false));
  program->Bind(0, x.data(), x.size() * 4, false);
  program->Bind(1, y.data(), 37 * 4, true);
  std::atomic<bool> stop{false};
  std::thread runner([&] {
    while (!stop) program->Run(10);
  });
  for (int round = 0; round < 100 && !test::Failed(); ++round) {
    usleep(300);
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a hang ends the child with a signal
      try {
        program->Run(1);
      } catch (...) {
        _exit(1);
      }
      _exit(y[0] > 0 ? 0 : 2);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT(status == 0, round, status);
  }
  stop = true;
  runner.join();
}
#endif

TEST(DenormalsAreFlushedOnlyWhileRunning) {
  // Large enough for every worker to get its share.
  const int64_t rows = 64, cols = 20000;
  const uint64_t bytes = static_cast<uint64_t>(rows * cols) * 4;
  for (const int threads : {1, 2, 3}) {
    SetNumThreads(threads);
    ProgramBytes p;
    const uint32_t x = p.Slot(bytes, false), y = p.Slot(bytes, true);
    p.Add(kOp_multiply, kFloat32, ContiguousElementwise({rows, cols}), {x, x, y});
    p.EndGroup(1, static_cast<uint64_t>(rows), 1);
    p.EndPhase(1, false);
    auto program = Load(p);
    std::vector<float> tiny(rows * cols, 1e-21f), out(rows * cols, 1);
    program->Bind(0, tiny.data(), bytes, false);
    program->Bind(1, out.data(), bytes, true);
    program->Run(5);
    for (float value : out) EXPECT(value == 0, threads, value);
    volatile float a = 1e-21f;
    EXPECT(a * a != 0, "the caller's own setting is back");
  }
}

TEST(EmptyProgramsAndEmptyTensorsRun) {
  Load(ProgramBytes())->Run(3);
  ProgramBytes p;
  const uint32_t x = p.Slot(0, false), y = p.Slot(0, true), cursor = p.Memory(8);
  // 2^60 rows of nothing must not keep anybody busy.
  const int64_t rows = int64_t{1} << 60;
  p.Add(kOp_batch, kFloat32, Batch{rows, 0, 1, 0, kFloat32, 1, 0}, {x, x, cursor, y});
  p.EndGroup(1, uint64_t{1} << 60, uint64_t{1} << 59);
  p.EndPhase(1, false);
  auto program = Load(p);
  float nothing = 7;
  program->Bind(0, &nothing, 0, false);
  program->Bind(1, &nothing, 0, true);
  program->Run(1);
  EXPECT(nothing == 7, nothing);
}

}  // namespace
}  // namespace keraunos

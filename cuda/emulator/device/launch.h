// The launch layer on the host: a Queue runs kernels at once, or notes them while it is being recorded.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cuda/base/error.h"
#include "cuda/emulator/fibers.h"

namespace keraunos::cuda {

// What a launch was, for tests.
struct LaunchRecord {
  std::string name;
  emulator::Index grid, block;
  int64_t shared_bytes;
  int cluster;
};

struct Queue {
  bool recording = false;
  std::vector<std::function<void()>> recorded;
  std::vector<LaunchRecord> log;

  void Do(std::function<void()> work) {
    if (recording) {
      recorded.push_back(std::move(work));
    } else {
      work();
    }
  }
};

struct Shape {
  emulator::Index grid;
  emulator::Index block;
  int64_t shared_bytes = 0;
  int cluster = 1;
  bool cooperative = false;
};

// What the hardware would refuse: throws CudaError.
void CheckShape(const char* name, const Shape& shape);

template <typename... Parameters, typename... Arguments>
void Launch(Queue& queue, const char* name, void (*kernel)(Parameters...), const Shape& shape,
            Arguments&&... arguments) {
  if (shape.grid.x == 0 || shape.grid.y == 0 || shape.grid.z == 0) return;
  CheckShape(name, shape);
  queue.log.push_back({name, shape.grid, shape.block, shape.shared_bytes, shape.cluster});
  queue.Do([kernel, shape,
            values = std::tuple<std::remove_cv_t<Parameters>...>(static_cast<Parameters>(arguments)...)]() mutable {
    auto body = [&] { std::apply(kernel, values); };
    emulator::RunGrid(
        shape.grid, shape.block, shape.shared_bytes, shape.cooperative ? static_cast<int>(shape.grid.x) : shape.cluster,
        [](void* context) { (*static_cast<decltype(body)*>(context))(); }, &body);
  });
}

}  // namespace keraunos::cuda

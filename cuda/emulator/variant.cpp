// What tests ask of the emulator: the order of threads, and what was launched.
#include <nanobind/stl/string.h>

#include "cuda/base/runtime.h"
#include "cuda/bindings/module.h"

namespace nb = nanobind;

namespace keraunos::cuda {
namespace {

void SetThreadOrder(const std::string& order) {
  if (order == "forward") {
    emulator::SetOrder(emulator::Order::kForward);
  } else if (order == "backward") {
    emulator::SetOrder(emulator::Order::kBackward);
  } else if (order == "shuffled") {
    emulator::SetOrder(emulator::Order::kShuffled);
  } else {
    throw nb::value_error("[emulator] order must be forward, backward or shuffled");
  }
}

nb::list TakeLog() {
  nb::list found;
  for (const LaunchRecord& launch : DeviceQueue(0).log) {
    found.append(nb::make_tuple(launch.name, nb::make_tuple(launch.grid.x, launch.grid.y, launch.grid.z),
                                nb::make_tuple(launch.block.x, launch.block.y, launch.block.z), launch.shared_bytes));
  }
  DeviceQueue(0).log.clear();
  return found;
}

}  // namespace

void BindVariant(nb::module_& module) {
  module.attr("emulated") = true;
  module.def("set_thread_order", &SetThreadOrder, nb::arg("order"));
  module.def("take_log", &TakeLog,
             "(kernel, grid, block, shared bytes) of every launch put on the queue since the last call.");
}

}  // namespace keraunos::cuda

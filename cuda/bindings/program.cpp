#include "cuda/program/program.h"

#include "base/error.h"
#include "cuda/bindings/module.h"

namespace nb = nanobind;

namespace keraunos::cuda {
namespace {

void Load(Program* self, nb::bytes bytes, int device, bool exact, bool persistent) {
  new (self)
      Program(bytes.data(), bytes.size(), device, exact ? Float32Products::kExact : Float32Products::kTf32, persistent);
}

nb::list Slots(const Program& program) {
  nb::list slots;
  for (const SlotRecord& slot : program.slots()) slots.append(nb::make_tuple(slot.bytes, slot.writable != 0));
  return slots;
}

void Run(Program& program, int64_t steps, bool wait) {
  if (steps < 0) throw InputError("[run] steps must not be negative, got " + std::to_string(steps));
  const nb::gil_scoped_release release;
  program.Run(steps);
  if (wait) program.Wait();
}

}  // namespace

void BindProgram(nb::module_& module) {
  nb::class_<Program>(module, "Program")
      .def("__init__", &Load, nb::arg("bytes"), nb::arg("device"), nb::arg("exact") = false,
           nb::arg("persistent") = false,
           "exact: float32 products without TF32. persistent: many steps of a small Program in one launch.")
      .def(
          "bind",
          [](Program& program, uint32_t slot, uint64_t address, uint64_t bytes) {
            program.Bind(slot, reinterpret_cast<void*>(address), bytes);
          },
          nb::arg("slot"), nb::arg("address"), nb::arg("bytes"), "Uses device memory that the caller keeps alive.")
      .def("unbind", &Program::Unbind, nb::arg("slot"))
      .def("run", &Run, nb::arg("steps") = 1, nb::arg("wait") = true)
      .def_prop_ro("slots", &Slots, "(bytes, writable) of each slot.")
      .def_prop_ro("arena_bytes", &Program::arena_bytes)
      .def_prop_ro("persistent", &Program::persistent, "Whether steps run in one launch.")
      .def_prop_ro("launches", &Program::launches, "Kernels and copies of a recorded step.");
}

}  // namespace keraunos::cuda

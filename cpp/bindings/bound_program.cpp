#include "bindings/bound_program.h"

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "program/program.h"

namespace py = pybind11;

namespace keraunos {
namespace {

// Releasing the GIL costs 50 ns, and up to 5 ms to get it back when another Python thread computes: a step that touches
// less than this (some microseconds) keeps it.
constexpr uint64_t kTinyStepBytes = 64 << 10;

// A buffer view: holds the array, and keeps it from being resized, as long as it lives.
class View {
 public:
  View(PyObject* array, bool writable) {
    // PyBUF_SIMPLE asks for one C-contiguous run of bytes; the exporter says no in its own words.
    if (PyObject_GetBuffer(array, &buffer_, writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) != 0)
      throw py::error_already_set();
  }
  ~View() { PyBuffer_Release(&buffer_); }
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  const Py_buffer& buffer() const { return buffer_; }

 private:
  Py_buffer buffer_ = {};
};

class BoundProgram {
 public:
  explicit BoundProgram(const py::buffer& bytes) {
    const View view(bytes.ptr(), false);
    program_ = Program::Load(view.buffer().buf, static_cast<uint64_t>(view.buffer().len));
    views_.resize(program_->slots().size());
  }

  void Bind(uint32_t slot, py::handle array, bool writable) {
    const bool written = writable || (slot < views_.size() && program_->slots()[slot].writable);
    auto view = std::make_unique<View>(array.ptr(), written);
    const Py_buffer& buffer = view->buffer();
    if (buffer.itemsize > 0 && reinterpret_cast<uintptr_t>(buffer.buf) % static_cast<uintptr_t>(buffer.itemsize) != 0) {
      throw InputError("[bind] slot " + std::to_string(slot) + ": the array is not aligned to its elements");
    }
    program_->Bind(slot, buffer.buf, static_cast<uint64_t>(buffer.len), !buffer.readonly);
    views_[slot] = std::move(view);
  }

  void BindAddress(uint32_t slot, uintptr_t address, uint64_t bytes, bool writable) {
    program_->Bind(slot, reinterpret_cast<void*>(address), bytes, writable);
    views_[slot].reset();
  }

  void Unbind(uint32_t slot) {
    program_->Unbind(slot);
    views_[slot].reset();
  }

  void Run(int64_t steps) {
    if (steps < 0) throw InputError("[run] steps must not be negative, got " + std::to_string(steps));
    if (steps == 1 && program_->step_bytes() <= kTinyStepBytes) {
      program_->Run(1);
    } else {
      const py::gil_scoped_release release;
      program_->Run(steps);
    }
  }

  py::bytes Read(uint32_t buffer) const {
    const char* data = program_->BufferData(buffer);
    return py::bytes(data, program_->buffers()[buffer].bytes);
  }

  py::list Slots() const {
    py::list slots;
    for (const SlotRecord& slot : program_->slots()) slots.append(py::make_tuple(slot.bytes, slot.writable != 0));
    return slots;
  }

  uint64_t arena_bytes() const { return program_->arena_bytes(); }
  const char* isa() const { return IsaName(program_->isa()); }

 private:
  std::unique_ptr<Program> program_;
  std::vector<std::unique_ptr<View>> views_;  // per slot
};

}  // namespace

void BindProgram(py::module_& module) {
  py::class_<BoundProgram>(module, "Program")
      .def(py::init<const py::buffer&>(), py::arg("bytes"))
      .def("bind", &BoundProgram::Bind, py::arg("slot"), py::arg("array"), py::arg("writable") = false,
           "Use a C-contiguous array for a slot, without a copy, and keep it alive until the next bind.")
      .def("bind_address", &BoundProgram::BindAddress, py::arg("slot"), py::arg("address"), py::arg("bytes"),
           py::arg("writable") = false, "As bind, for memory that the caller keeps alive.")
      .def("unbind", &BoundProgram::Unbind, py::arg("slot"),
           "Let go of the array of a slot; runs fail until the next bind.")
      .def("run", &BoundProgram::Run, py::arg("steps") = 1)
      .def("read", &BoundProgram::Read, py::arg("buffer"), "A copy of an arena or constants buffer.")
      .def_property_readonly("slots", &BoundProgram::Slots, "(bytes, writable) of each slot.")
      .def_property_readonly("arena_bytes", &BoundProgram::arena_bytes)
      .def_property_readonly("isa", &BoundProgram::isa);
}

}  // namespace keraunos

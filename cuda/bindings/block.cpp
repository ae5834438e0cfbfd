// Device memory for Python: blocks, copies from and to the host, DLPack both ways.
#include <nanobind/ndarray.h>
#include <nanobind/stl/vector.h>

#include <memory>

#include "base/error.h"
#include "cuda/base/memory.h"
#include "cuda/base/runtime.h"
#include "cuda/bindings/module.h"

namespace nb = nanobind;

namespace keraunos::cuda {
namespace {

// The emulated device's memory is the host's, and says so, so that NumPy can read it.
#ifdef KERAUNOS_EMULATED
constexpr int kDeviceType = nb::device::cpu::value;
#else
constexpr int kDeviceType = nb::device::cuda::value;
#endif

class View {
 public:
  View(nb::handle array, bool writable) {
    if (PyObject_GetBuffer(array.ptr(), &buffer_, writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) != 0) {
      throw nb::python_error();
    }
  }
  ~View() { PyBuffer_Release(&buffer_); }
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  void* data() const { return buffer_.buf; }
  uint64_t bytes() const { return static_cast<uint64_t>(buffer_.len); }

 private:
  Py_buffer buffer_ = {};
};

void CheckRange(uint64_t offset, uint64_t bytes, uint64_t extent) {
  if (offset > extent || bytes > extent - offset) {
    throw InputError("[copy] " + std::to_string(bytes) + " bytes at " + std::to_string(offset) + " leave a block of " +
                     std::to_string(extent));
  }
}

void Upload(const Block& block, nb::handle array, uint64_t offset) {
  const View view(array, false);
  CheckRange(offset, view.bytes(), block.bytes());
  const nb::gil_scoped_release release;
  const Current current(block.device());
  CopyToDevice(DeviceQueue(block.device()), static_cast<char*>(block.address()) + offset, view.data(), view.bytes());
}

void Download(const Block& block, nb::handle array, uint64_t offset) {
  const View view(array, true);
  CheckRange(offset, view.bytes(), block.bytes());
  const nb::gil_scoped_release release;
  const Current current(block.device());
  CopyToHost(DeviceQueue(block.device()), view.data(), static_cast<char*>(block.address()) + offset, view.bytes());
}

// Copies from memory of the same device that another library owns.
void CopyFrom(const Block& block, uint64_t address, uint64_t bytes) {
  CheckRange(0, bytes, block.bytes());
  const Current current(block.device());
  CopyOnDevice(DeviceQueue(block.device()), block.address(), reinterpret_cast<void*>(address), bytes);
}

// An array on `address` for DLPack; `owner` lives as long as somebody uses it.
nb::ndarray<> Export(uint64_t address, const std::vector<size_t>& shape, int code, int bits, int device,
                     nb::handle owner) {
  const nb::dlpack::dtype dtype = {static_cast<uint8_t>(code), static_cast<uint8_t>(bits), 1};
  return nb::ndarray<>(reinterpret_cast<void*>(address), shape.size(), shape.data(), owner, nullptr, dtype, kDeviceType,
                       device);
}

// What a DLPack capsule describes, and an object that keeps it alive.
nb::dict Import(nb::ndarray<nb::ro> array) {
  nb::list shape, strides;
  for (size_t i = 0; i < array.ndim(); ++i) {
    shape.append(array.shape(i));
    strides.append(array.stride(i));
  }
  nb::dict found;
  found["address"] = reinterpret_cast<uint64_t>(array.data());
  found["shape"] = nb::tuple(shape);
  found["strides"] = nb::tuple(strides);
  found["code"] = static_cast<int>(array.dtype().code);
  found["bits"] = static_cast<int>(array.dtype().bits);
  found["lanes"] = static_cast<int>(array.dtype().lanes);
  found["on_device"] = array.device_type() == kDeviceType;
  found["device"] = array.device_id();
  auto* const kept = new nb::ndarray<nb::ro>(array);
  found["owner"] = nb::capsule(kept, [](void* held) noexcept { delete static_cast<nb::ndarray<nb::ro>*>(held); });
  return found;
}

}  // namespace

void BindBlock(nb::module_& module) {
  nb::class_<Block>(module, "Block")
      .def(nb::init<int, uint64_t>(), nb::arg("device"), nb::arg("bytes"), "Device memory, uninitialised.")
      .def_prop_ro("address", [](const Block& block) { return reinterpret_cast<uint64_t>(block.address()); })
      .def_prop_ro("bytes", &Block::bytes)
      .def_prop_ro("device", &Block::device)
      .def("upload", &Upload, nb::arg("array"), nb::arg("offset") = 0,
           "Copies a C-contiguous array of the host here; the array may change at once.")
      .def("download", &Download, nb::arg("array"), nb::arg("offset") = 0,
           "Waits for the queue and copies from here into a C-contiguous array of the host.")
      .def("copy_from", &CopyFrom, nb::arg("address"), nb::arg("bytes"));
  module.attr("dlpack_device_type") = kDeviceType;
  module.def("export_array", &Export, nb::arg("address"), nb::arg("shape"), nb::arg("code"), nb::arg("bits"),
             nb::arg("device"), nb::arg("owner"));
  module.def("import_array", &Import, nb::arg("capsule"));
}

}  // namespace keraunos::cuda

// keraunos._cuda: what Python's runtime needs of the device and nothing else. Shares no C++ types with keraunos._cpu;
// Programs arrive as bytes, arrays as addresses. Errors arrive as ValueError, RuntimeError or MemoryError, with a
// [tag].
#include "cuda/bindings/module.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "base/error.h"
#include "cuda/base/error.h"
#include "cuda/base/memory.h"
#include "cuda/base/runtime.h"
#include "cuda/program/kernel_table.h"
#include "program/ops.h"

namespace nb = nanobind;

namespace keraunos::cuda {
namespace {

nb::list OpTable() {
  nb::list table;
  for (uint32_t op = 0; op < kNumOps; ++op) {
    nb::list dtypes;
    for (uint32_t dtype = 0; dtype < kNumDTypes; ++dtype) {
      if (FindKernel(op, dtype)) dtypes.append(dtype);
    }
    nb::dict entry;
    entry["name"] = GetOp(op).name;
    entry["dtypes"] = dtypes;
    table.append(entry);
  }
  return table;
}

nb::dict DescribeDevice(int device) {
  const DeviceDescription description = Describe(device);
  nb::dict found;
  found["name"] = description.name;
  found["capability"] = description.facts.capability;
  found["multiprocessors"] = description.facts.multiprocessors;
  found["memory_bytes"] = description.total_bytes;
  return found;
}

nb::dict MemoryReport(int device) {
  const MemoryUse use = Use(device);
  nb::dict found;
  found["used"] = use.used;
  found["cached"] = use.cached;
  {
    const Current current(device);
    found["free"] = FreeMemory();
  }
  return found;
}

}  // namespace
}  // namespace keraunos::cuda

NB_MODULE(_cuda, module) {
  using namespace keraunos::cuda;
  module.doc() = "The device of keraunos: memory, queues, Programs. Private.";
  nb::register_exception_translator([](const std::exception_ptr& raised, void*) {
    try {
      std::rethrow_exception(raised);
    } catch (const keraunos::InputError& error) {
      PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const CudaError& error) {
      const bool memory = std::string(error.what()).find("cudaErrorMemoryAllocation") != std::string::npos;
      PyErr_SetString(memory ? PyExc_MemoryError : PyExc_RuntimeError, error.what());
    } catch (const keraunos::RunError& error) {
      PyErr_SetString(PyExc_RuntimeError, error.what());
    }
  });
  module.def("device_count", &DeviceCount, "GPUs that can be used; 0 without a driver.");
  module.def("missing_reason", &MissingReason, "Why there is no GPU, in one line; empty when there is one.");
  module.def("describe", &DescribeDevice, nb::arg("device"));
  module.def("memory", &MemoryReport, nb::arg("device"), "Bytes in use, cached, and free on the device.");
  module.def("op_table", &OpTable, "One dict per op: name, dtypes that the device has kernels for.");
  module.def(
      "synchronize",
      [](int device) {
        const nb::gil_scoped_release release;
        const Current current(device);
        Synchronize(DeviceQueue(device));
      },
      nb::arg("device"));
  module.def(
      "stream", [](int device) { return StreamNumber(DeviceQueue(device)); }, nb::arg("device"),
      "The number of the device's queue as a CUDA stream.");
  module.def(
      "wait_for",
      [](int device, int64_t stream) {
        const Current current(device);
        WaitFor(DeviceQueue(device), stream);
      },
      nb::arg("device"), nb::arg("stream"), "Lets our queue wait for what another stream holds now.");
  module.def(
      "let_wait",
      [](int device, int64_t stream) {
        const Current current(device);
        LetWait(DeviceQueue(device), stream);
      },
      nb::arg("device"), nb::arg("stream"), "Lets another stream wait for what our queue holds now.");
  BindBlock(module);
  BindProgram(module);
  BindVariant(module);
}

// keraunos._cpu: what Python's runtime needs of the native core and nothing else. Arguments are checked here or in
// cpp/program; errors arrive as ValueError (bad input) or RuntimeError, with a [tag].
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "base/cpu_count.h"
#include "base/error.h"
#include "base/isa.h"
#include "base/peak.h"
#include "base/pool.h"
#include "bindings/bound_program.h"
#include "program/kernel_table.h"
#include "program/ops.h"

namespace py = pybind11;

namespace keraunos {
namespace {

py::list OpTable() {
  py::list table;
  for (uint32_t op = 0; op < kNumOps; ++op) {
    const OpRow& row = GetOp(op);
    py::list dtypes;
    for (uint32_t dtype = 0; dtype < kNumDTypes; ++dtype) {
      if (FindKernel(ActiveIsa(), op, dtype)) dtypes.append(dtype);
    }
    py::dict entry;
    entry["name"] = row.name;
    entry["params_bytes"] = row.params_bytes;
    entry["inputs"] = row.inputs;
    entry["outputs"] = row.outputs;
    entry["dtypes"] = dtypes;
    table.append(entry);
  }
  return table;
}

std::vector<std::string> IsaNames() {
  std::vector<std::string> names;
  for (Isa isa : RunnableIsas()) names.emplace_back(IsaName(isa));
  return names;
}

py::dict MachineInfo() {
  py::dict info;
  info["isa"] = IsaName(ActiveIsa());
  info["isas"] = IsaNames();
  info["num_threads"] = NumThreads();
  info["affinity_cpus"] = AffinityCpus();
  info["cgroup_cpus"] = CgroupCpus();
  info["compiler"] = __VERSION__;
  return info;
}

py::dict MeasureLimits(int64_t bytes) {
  const Bandwidth bandwidth = MeasureBandwidth(bytes);
  py::dict limits;
  limits["gflops"] = MeasurePeakFloat32();
  limits["read_gbytes"] = bandwidth.read;
  limits["update_gbytes"] = bandwidth.update;
  return limits;
}

}  // namespace
}  // namespace keraunos

PYBIND11_MODULE(_cpu, module) {
  using namespace keraunos;
  module.doc() = "Native core of keraunos: loads and runs Programs. Private.";
  py::register_exception_translator([](std::exception_ptr raised) {
    try {
      if (raised) std::rethrow_exception(raised);
    } catch (const InputError& error) {
      PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const RunError& error) {
      PyErr_SetString(PyExc_RuntimeError, error.what());
    }
  });
  BindProgram(module);
  module.def("op_table", &OpTable, "One dict per op: name, params_bytes, inputs, outputs, dtypes of the active ISA.");
  module.def("isa", [] { return IsaName(ActiveIsa()); }, "The ISA that Programs are loaded for.");
  module.def("isas", &IsaNames, "ISAs that can run here, slowest first.");
  module.def("set_isa", &SetIsa, py::arg("name"), "Programs loaded from now on use this ISA.");
  module.def("num_threads", &NumThreads);
  module.def("set_num_threads", &SetNumThreads, py::arg("threads"));
  module.def("machine_info", &MachineInfo);
  module.def("measure_limits", &MeasureLimits, py::arg("bytes"),
             "What one thread can do here: float32 multiply-adds, and GB/s over a buffer of `bytes`.");
}

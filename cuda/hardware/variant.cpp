#include "cuda/bindings/module.h"

namespace keraunos::cuda {

void BindVariant(nanobind::module_& module) { module.attr("emulated") = false; }

}  // namespace keraunos::cuda

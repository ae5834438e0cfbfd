#pragma once
#include <nanobind/nanobind.h>

namespace keraunos::cuda {

void BindBlock(nanobind::module_& module);
void BindProgram(nanobind::module_& module);
// What only hardware, or only the emulator, offers.
void BindVariant(nanobind::module_& module);

}  // namespace keraunos::cuda

// The Python class Program: a native Program that keeps the arrays bound to its slots alive.
#pragma once
#include <pybind11/pybind11.h>

namespace keraunos {

void BindProgram(pybind11::module_& module);

}  // namespace keraunos

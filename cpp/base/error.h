// Errors of the native core. Python sees InputError as ValueError and RunError as RuntimeError; both start with a
// [tag].
#pragma once
#include <stdexcept>

namespace keraunos {

struct InputError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

struct RunError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace keraunos

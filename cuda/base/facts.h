// What kernels want to know of the device that they are chosen for.
#pragma once
#include <cstdint>

namespace keraunos::cuda {

struct Facts {
  int capability;  // 10 * major + minor: 80, 86, 89, 90, ...
  int multiprocessors;
  int64_t shared_bytes;  // that one block may have, opting in
  int64_t l2_bytes;
};

}  // namespace keraunos::cuda

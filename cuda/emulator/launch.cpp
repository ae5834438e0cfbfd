#include "device/launch.h"

namespace keraunos::cuda {

void CheckShape(const char* name, const Shape& shape) {
  const auto fail = [&](const std::string& what) { throw CudaError(std::string("[cuda] ") + name + ": " + what); };
  const int64_t threads = int64_t{shape.block.x} * shape.block.y * shape.block.z;
  if (threads < 1 || threads > emulator::kMostThreads) fail("a block has " + std::to_string(threads) + " threads");
  if (shape.block.z > 64) fail("a block is deeper than 64");
  if (shape.grid.y > 65535 || shape.grid.z > 65535 || shape.grid.x > 2147483647u) fail("the grid is too large");
  if (shape.shared_bytes < 0 || shape.shared_bytes > 227 << 10) {
    fail("a block asks for " + std::to_string(shape.shared_bytes) + " bytes of shared memory");
  }
  if (shape.cluster < 1 || shape.cluster > 8 || shape.grid.x % static_cast<uint32_t>(shape.cluster) != 0) {
    fail("clusters of " + std::to_string(shape.cluster) + " do not divide the grid");
  }
}

}  // namespace keraunos::cuda

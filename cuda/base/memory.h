// Device memory: blocks that return to a small cache when they are released, and from there to the driver.
//
// cudaMalloc and cudaFree take some 10 us to 1 ms and wait for the device, so blocks of the eager mode are used again.
// The cache holds at most a fifth of what is in use (and 16 MB), so that a deleted model is gone from the device.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace keraunos::cuda {

class Memory;

// A block of device memory; released when it goes.
class Block {
 public:
  Block() = default;
  // Throws CudaError when the device has not that much memory, also after the cache was emptied.
  Block(int device, uint64_t bytes);
  ~Block();
  Block(Block&& other) noexcept;
  Block& operator=(Block&& other) noexcept;

  void* address() const { return address_; }
  uint64_t bytes() const { return bytes_; }
  int device() const { return device_; }

 private:
  friend class Memory;
  int device_ = 0;
  void* address_ = nullptr;
  uint64_t bytes_ = 0;
  uint64_t reserved_ = 0;
};

struct MemoryUse {
  uint64_t used;    // bytes of live blocks
  uint64_t cached;  // bytes kept for the next ones
};

MemoryUse Use(int device);

}  // namespace keraunos::cuda

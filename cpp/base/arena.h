// Zeroed memory aligned to 64 bytes (a cache line and the widest vector); big blocks ask for 2 MB pages.
#pragma once
#include <cstddef>
#include <cstdint>

namespace keraunos {

class Arena {
 public:
  Arena() = default;
  // Throws RunError when the system has not that much memory.
  explicit Arena(uint64_t bytes);
  ~Arena();
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;

  char* data() const { return data_; }
  uint64_t bytes() const { return bytes_; }

 private:
  char* data_ = nullptr;
  uint64_t bytes_ = 0;
  uint64_t mapped_ = 0;  // bytes from mmap, 0: from aligned_alloc
};

}  // namespace keraunos

#include "cuda/base/memory.h"

#include <algorithm>
#include <utility>

#include "cuda/base/error.h"
#include "cuda/base/runtime.h"

namespace keraunos::cuda {
namespace {

constexpr uint64_t kGranule = 512;
constexpr uint64_t kLeastCache = uint64_t{16} << 20;

}  // namespace

// The blocks of one device. A released block may still be read by work in the device's queue: whoever gets it next
// writes it from the same queue, later. Queues of other libraries are waited for when their arrays are taken.
class Memory {
 public:
  explicit Memory(int device) : device_(device) {}

  static Memory& Of(int device) {
    static std::mutex lock;
    static std::map<int, Memory*> all;  // for the life of the process: blocks may go after static destructors
    const std::lock_guard<std::mutex> guard(lock);
    Memory*& memory = all[device];
    if (!memory) memory = new Memory(device);
    return *memory;
  }

  std::pair<void*, uint64_t> Take(uint64_t bytes) {
    const uint64_t wanted = std::max<uint64_t>(1, (bytes + kGranule - 1) / kGranule) * kGranule;
    const std::lock_guard<std::mutex> guard(lock_);
    const auto found = cached_.lower_bound(wanted);
    // A block an eighth too large is better than a call of the driver.
    if (found != cached_.end() && found->first <= wanted + wanted / 8) {
      const auto block = std::pair(found->second, found->first);
      use_.cached -= found->first;
      use_.used += found->first;
      cached_.erase(found);
      return block;
    }
    const Current current(device_);
    void* address = nullptr;
    try {
      address = AllocateBytes(wanted);
    } catch (const CudaError&) {
      if (cached_.empty()) throw;
      Shrink(0);
      address = AllocateBytes(wanted);
    }
    use_.used += wanted;
    return {address, wanted};
  }

  void Release(void* address, uint64_t reserved) noexcept {
    const std::lock_guard<std::mutex> guard(lock_);
    use_.used -= reserved;
    use_.cached += reserved;
    cached_.emplace(reserved, address);
    Shrink(std::max(kLeastCache, use_.used / 5));
  }

  MemoryUse use() {
    const std::lock_guard<std::mutex> guard(lock_);
    return use_;
  }

 private:
  // Largest first: small blocks are what the eager mode takes again.
  void Shrink(uint64_t limit) {
    if (use_.cached <= limit) return;
    const Current current(device_);
    while (use_.cached > limit) {
      const auto last = std::prev(cached_.end());
      FreeBytes(last->second);
      use_.cached -= last->first;
      cached_.erase(last);
    }
  }

  const int device_;
  std::mutex lock_;
  std::multimap<uint64_t, void*> cached_;  // by size
  MemoryUse use_ = {};
};

Block::Block(int device, uint64_t bytes) : device_(device), bytes_(bytes) {
  std::tie(address_, reserved_) = Memory::Of(device).Take(bytes);
}

Block::~Block() {
  if (address_) Memory::Of(device_).Release(address_, reserved_);
}

Block::Block(Block&& other) noexcept { *this = std::move(other); }

Block& Block::operator=(Block&& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(address_, other.address_);
  std::swap(bytes_, other.bytes_);
  std::swap(reserved_, other.reserved_);
  return *this;
}

MemoryUse Use(int device) { return Memory::Of(device).use(); }

}  // namespace keraunos::cuda

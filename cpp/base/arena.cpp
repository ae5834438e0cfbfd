#include "base/arena.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"

namespace keraunos {
namespace {

constexpr uint64_t kAlignment = 64;
constexpr uint64_t kHugePage = uint64_t{2} << 20;
// From here on TLB misses cost more than half a wasted huge page.
constexpr uint64_t kHugePagesFrom = uint64_t{8} << 20;
// mmap hands out pages when they are touched: large scratch that is never used costs nothing.
constexpr uint64_t kMapFrom = uint64_t{1} << 20;

[[noreturn]] void Fail(uint64_t bytes) {
  throw RunError("[memory] cannot allocate " + std::to_string(bytes) + " bytes for a Program");
}

}  // namespace

Arena::Arena(uint64_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  if (bytes > (uint64_t{1} << 46)) Fail(bytes);
  if (bytes < kMapFrom) {
    const uint64_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    data_ = static_cast<char*>(std::aligned_alloc(kAlignment, rounded));
    if (!data_) Fail(bytes);
    std::memset(data_, 0, rounded);
    return;
  }
  const bool huge = bytes >= kHugePagesFrom;
  const uint64_t page = huge ? kHugePage : 4096;
  const uint64_t rounded = (bytes + page - 1) / page * page;
  const uint64_t mapped = huge ? rounded + kHugePage : rounded;
  void* memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) Fail(bytes);
  char* start = static_cast<char*>(memory);
  if (huge) {
    // Trim to a 2 MB boundary, so that the kernel can back the whole block with huge pages.
    const uint64_t skip = (kHugePage - reinterpret_cast<uintptr_t>(start) % kHugePage) % kHugePage;
    if (skip) munmap(start, skip);
    const uint64_t rest = kHugePage - skip;
    if (rest) munmap(start + skip + rounded, rest);
    start += skip;
    madvise(start, rounded, MADV_HUGEPAGE);
  }
  data_ = start;
  mapped_ = rounded;
}

Arena::~Arena() {
  if (mapped_) {
    munmap(data_, mapped_);
  } else {
    std::free(data_);
  }
}

Arena::Arena(Arena&& other) noexcept { *this = std::move(other); }

Arena& Arena::operator=(Arena&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

}  // namespace keraunos

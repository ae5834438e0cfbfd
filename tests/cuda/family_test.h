// Runs instructions of one family on the emulator: guarded outputs, threads in every order, equal bits.
#pragma once
#include <cstring>
#include <limits>
#include <vector>

#include "cuda/kernels/kernel.h"
#include "cuda/kernels/types.h"
#include "device/async_copy.h"
#include "device/half.h"
#include "kernel_test.h"

namespace keraunos::cuda {

inline constexpr Facts kTestedDevice = {90, 132, 227 << 10, 50 << 20};

inline double ToDouble(float value) { return value; }
inline double ToDouble(double value) { return value; }
inline double ToDouble(BFloat16 value) { return ToFloat(value); }
inline double ToDouble(Float16 value) { return ToFloat(value); }

template <class T>
T FromDouble(double value) {
  if constexpr (sizeof(T) == 2) {
    return FromFloat<T>(static_cast<float>(value));
  } else {
    return static_cast<T>(value);
  }
}

// Half a unit in the last place, relative.
template <class T>
inline constexpr double kRounding = 0;
template <>
inline constexpr double kRounding<float> = 0x1p-24;
template <>
inline constexpr double kRounding<double> = 0x1p-53;
template <>
inline constexpr double kRounding<BFloat16> = 0x1p-8;
template <>
inline constexpr double kRounding<Float16> = 0x1p-11;

// Elements that start at a multiple of 256 bytes, as the executor has them, or `offset` elements behind; NaN before
// they are written, between guard bytes that must survive.
template <class T>
class Buffer {
 public:
  explicit Buffer(int64_t count, int64_t offset = 0)
      : count_(count), offset_(offset), bytes_(static_cast<size_t>(3 * kGuard) + (count + offset) * sizeof(T), 0xff) {
    SetGuards(kGuardByte);
  }
  Buffer(const Buffer& other) : Buffer(other.count_, other.offset_) { Copy(other); }
  Buffer& operator=(const Buffer& other) = delete;

  T* data() {
    const auto start = reinterpret_cast<uintptr_t>(bytes_.data()) + kGuard;
    return reinterpret_cast<T*>((start + kGuard - 1) / kGuard * kGuard) + offset_;
  }
  const T* data() const { return const_cast<Buffer*>(this)->data(); }
  T& operator[](int64_t i) { return data()[i]; }
  const T& operator[](int64_t i) const { return data()[i]; }
  int64_t size() const { return count_; }
  bool GuardsIntact() const {
    const auto* first = reinterpret_cast<const uint8_t*>(data());
    const auto* last = first + count_ * sizeof(T);
    for (size_t i = 1; i <= kChecked; ++i) {
      if (*(first - i) != kGuardByte || last[i - 1] != kGuardByte) return false;
    }
    return true;
  }

 private:
  static constexpr uintptr_t kGuard = 256;
  static constexpr size_t kChecked = 64;
  static constexpr uint8_t kGuardByte = 0xa5;

  void SetGuards(uint8_t byte) {
    auto* first = reinterpret_cast<uint8_t*>(data());
    std::memset(first - kChecked, byte, kChecked);
    std::memset(first + count_ * sizeof(T), byte, kChecked);
  }
  void Copy(const Buffer& other) {
    if (count_) std::memcpy(data(), other.data(), static_cast<size_t>(count_) * sizeof(T));
  }

  int64_t count_, offset_;
  std::vector<uint8_t> bytes_;
};

template <class T>
bool SameBits(const Buffer<T>& a, const Buffer<T>& b) {
  return std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(T)) == 0;
}

template <class T>
Buffer<T> RandomOperand(int64_t count, int64_t offset = 0, double low = -1, double high = 1) {
  Buffer<T> values(count, offset);
  for (int64_t i = 0; i < count; ++i) values[i] = FromDouble<T>(RandomUniform(low, high));
  return values;
}

// As numbers, for references that read each many times.
template <class T>
std::vector<double> Numbers(const Buffer<T>& values) {
  std::vector<double> numbers(static_cast<size_t>(values.size()));
  const T* from = values.data();
  for (double& number : numbers) number = ToDouble(*from++);
  return numbers;
}

inline const KernelEntry* FindEntry(const KernelFamily& family, Op op, DType dtype) {
  for (int64_t i = 0; i < family.count; ++i) {
    if (family.entries[i].op == op && family.entries[i].dtype == dtype) return &family.entries[i];
  }
  return nullptr;
}

// One instruction; the launches it made. Workspace is NaN before and guarded behind.
template <class Params>
std::vector<LaunchRecord> RunOnDevice(const KernelFamily& family, Op op, DType dtype, const Params& params,
                                      const std::vector<void*>& operands, int64_t units,
                                      Float32Products products = Float32Products::kTf32,
                                      const Facts& facts = kTestedDevice) {
  const KernelEntry* entry = FindEntry(family, op, dtype);
  EXPECT(entry != nullptr, "no kernel for op", op, "dtype", dtype);
  if (!entry) return {};
  Queue queue;
  Call call = {&params, nullptr, units, nullptr, products, facts, queue};
  const int64_t bytes = entry->workspace ? entry->workspace(call) : 0;
  constexpr int64_t kGuard = 256;
  std::vector<uint8_t> workspace(static_cast<size_t>(bytes + 2 * kGuard), 0xff);
  uint8_t* aligned = workspace.data() + (kGuard - reinterpret_cast<uintptr_t>(workspace.data()) % kGuard);
  call.operands = operands.data();
  call.workspace = bytes ? aligned : nullptr;
  entry->launch(call);
  for (const uint8_t* byte = aligned + bytes; byte < workspace.data() + workspace.size(); ++byte) {
    EXPECT(*byte == 0xff, "wrote behind its workspace");
  }
  return queue.log;
}

// Calls run() with threads in every order, asynchronous copies arriving as late and as early as they may.
template <class Run>
void InEveryOrder(Run run) {
  // Forward is what everything else runs in.
  for (const auto order : {emulator::Order::kBackward, emulator::Order::kShuffled}) {
    emulator::SetOrder(order);
    emulator::SetArrival(order == emulator::Order::kBackward ? emulator::Arrival::kAtOnce
                                                             : emulator::Arrival::kWhenWaitedFor);
    run();
  }
  emulator::SetOrder(emulator::Order::kForward);
  emulator::SetArrival(emulator::Arrival::kWhenWaitedFor);
}

}  // namespace keraunos::cuda

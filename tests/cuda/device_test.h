// Runs single kernels of the emulated device, in every order of threads, against those of the processor. Outputs are
// prefilled with 0xff (NaN for floats) and stand between guard bytes that must survive.
#pragma once
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "cuda/base/error.h"
#include "cuda/kernels/kernel.h"
#include "device/half.h"
#include "program/kernel_table.h"
#include "program/ops.h"
#include "test.h"

namespace keraunos::cuda {

#define KERAUNOS_CUDA_ROW(name) KernelFamily GetFamily_##name();
#include "cuda/kernels/families.inc"

inline const KernelEntry* FindEntry(uint32_t op, int64_t dtype) {
  static const KernelFamily families[] = {
#define KERAUNOS_CUDA_ROW(name) GetFamily_##name(),
#include "cuda/kernels/families.inc"
  };
  for (const KernelFamily& family : families) {
    for (int64_t i = 0; i < family.count; ++i) {
      if (family.entries[i].op == op && family.entries[i].dtype == dtype) return &family.entries[i];
    }
  }
  return nullptr;
}

inline constexpr int64_t kBytesOf[kNumDTypes] = {1, 1, 4, 8, 4, 8, 2, 2};

// Elements of any dtype between guards, `shift` elements beyond an address of a multiple of 256.
class Memory {
 public:
  explicit Memory(DType dtype, int64_t count, int64_t shift = 0)
      : dtype_(dtype), count_(count), bytes_(static_cast<size_t>(count * kBytesOf[dtype] + 2 * kGuard + 256), 0xff) {
    const auto address = reinterpret_cast<uintptr_t>(bytes_.data()) + kGuard;
    start_ = kGuard + static_cast<int64_t>((256 - address % 256) % 256) + shift * kBytesOf[dtype];
    std::memset(bytes_.data(), 0xa5, static_cast<size_t>(start_));
    const size_t end = static_cast<size_t>(start_ + count * kBytesOf[dtype]);
    std::memset(bytes_.data() + end, 0xa5, bytes_.size() - end);
  }
  DType dtype() const { return dtype_; }
  int64_t count() const { return count_; }
  void* data() { return bytes_.data() + start_; }
  const void* data() const { return bytes_.data() + start_; }
  template <class T>
  T* as() {
    return static_cast<T*>(data());
  }
  size_t size() const { return static_cast<size_t>(count_ * kBytesOf[dtype_]); }

  // Any dtype as a number.
  double Number(int64_t i) const {
    const unsigned char* at = bytes_.data() + start_ + i * kBytesOf[dtype_];
    const auto read = [at]<class T>(T value) {
      std::memcpy(&value, at, sizeof value);
      return value;
    };
    switch (dtype_) {
      case kBool:
        return read(uint8_t()) != 0;
      case kUInt8:
        return read(uint8_t());
      case kInt32:
        return read(int32_t());
      case kInt64:
        return static_cast<double>(read(int64_t()));
      case kFloat32:
        return read(float());
      case kFloat64:
        return read(double());
      case kBFloat16:
        return ToFloat(read(BFloat16()));
      default:
        return ToFloat(read(Float16()));
    }
  }
  void Set(int64_t i, double value) {
    unsigned char* at = bytes_.data() + start_ + i * kBytesOf[dtype_];
    const auto write = [at](auto number) { std::memcpy(at, &number, sizeof number); };
    switch (dtype_) {
      case kBool:
        return write(static_cast<uint8_t>(value != 0));
      case kUInt8:
        return write(static_cast<uint8_t>(value));
      case kInt32:
        return write(static_cast<int32_t>(value));
      case kInt64:
        return write(static_cast<int64_t>(value));
      case kFloat32:
        return write(static_cast<float>(value));
      case kFloat64:
        return write(value);
      case kBFloat16:
        return write(FromFloat<BFloat16>(static_cast<float>(value)));
      default:
        return write(FromFloat<Float16>(static_cast<float>(value)));
    }
  }
  bool GuardsIntact() const {
    const size_t begin = static_cast<size_t>(start_), end = begin + size();
    for (size_t i = 0; i < bytes_.size(); ++i) {
      if ((i < begin || i >= end) && bytes_[i] != 0xa5) return false;
    }
    return true;
  }
  bool SameBits(const Memory& other) const { return std::memcmp(data(), other.data(), size()) == 0; }

 private:
  static constexpr int64_t kGuard = 64;
  DType dtype_;
  int64_t count_, start_;
  std::vector<unsigned char> bytes_;
};

inline bool IsFloating(DType dtype) { return dtype >= kFloat32; }

// Normal numbers, one in 20 special; integers in [-9, 9], one in 10 extreme.
inline Memory RandomMemory(DType dtype, int64_t count, int64_t shift = 0, bool special = true) {
  Memory memory(dtype, count, shift);
  const double infinity = std::numeric_limits<double>::infinity();
  const double specials[] = {std::nan(""), infinity, -infinity, 0.0, -0.0, 1.0, -1.0, 1e4, 6e-5, 0.5};
  for (int64_t i = 0; i < count; ++i) {
    const bool rare = special && test::RandomBetween(0, 19) == 0;
    if (IsFloating(dtype)) {
      memory.Set(i, rare ? specials[test::RandomBetween(0, 9)] : test::RandomNormal() * 3);
    } else if (dtype == kBool) {
      memory.Set(i, static_cast<double>(test::RandomBetween(0, 1)));
    } else if (dtype == kUInt8) {
      memory.Set(i, static_cast<double>(rare ? 255 : test::RandomBetween(0, 9)));
    } else {
      memory.Set(i, static_cast<double>(rare && dtype == kInt32 ? INT32_MIN : test::RandomBetween(-9, 9)));
    }
  }
  return memory;
}

inline Facts TestFacts() { return {90, 4, 227 << 10, 50 << 20}; }

// Runs an op once. Operands: inputs, then outputs.
template <class Params>
void RunOnce(uint32_t op, DType dtype, const Params& params, std::vector<void*> operands, int64_t units) {
  const KernelEntry* entry = FindEntry(op, dtype);
  EXPECT(entry != nullptr, GetOp(op).name, dtype);
  if (!entry) return;
  const Facts facts = TestFacts();
  Queue queue;
  Call call = {&params, operands.data(), units, nullptr, Float32Products::kExact, facts, queue};
  Memory workspace(kUInt8, entry->workspace ? entry->workspace(call) : 0);
  call.workspace = workspace.data();
  entry->launch(call);
  EXPECT(workspace.GuardsIntact(), GetOp(op).name, "writes beyond its workspace");
}

// Runs an op in every order of threads; the outputs must be equal to the bit and stay in their bounds.
template <class Params>
void RunInOrders(uint32_t op, DType dtype, const Params& params, const std::vector<const Memory*>& inputs,
                 const std::vector<Memory*>& outputs, int64_t units) {
  std::vector<Memory> before, first;
  for (Memory* output : outputs) before.push_back(*output);
  for (const auto order : {emulator::Order::kForward, emulator::Order::kBackward, emulator::Order::kShuffled}) {
    emulator::SetOrder(order);
    std::vector<void*> operands;
    for (const Memory* input : inputs) operands.push_back(const_cast<void*>(input->data()));
    for (size_t i = 0; i < outputs.size(); ++i) {
      std::memcpy(outputs[i]->data(), before[i].data(), before[i].size());
      operands.push_back(outputs[i]->data());
    }
    RunOnce(op, dtype, params, operands, units);
    for (size_t i = 0; i < outputs.size(); ++i) {
      EXPECT(outputs[i]->GuardsIntact(), GetOp(op).name, "writes beyond output", i);
      if (order == emulator::Order::kForward) {
        first.push_back(*outputs[i]);
      } else {
        EXPECT(outputs[i]->SameBits(first[i]), GetOp(op).name, dtype, "depends on the order of threads");
      }
    }
  }
  emulator::SetOrder(emulator::Order::kForward);
}

// The same by the processor's kernel.
template <class Params>
void RunOnProcessor(uint32_t op, DType dtype, const Params& params, const std::vector<const Memory*>& inputs,
                    const std::vector<Memory*>& outputs, int64_t units) {
  const Kernel kernel = FindKernel(ActiveIsa(), static_cast<Op>(op), dtype);
  EXPECT(kernel != nullptr, GetOp(op).name, dtype);
  if (!kernel) return;
  std::vector<void*> operands;
  for (const Memory* input : inputs) operands.push_back(const_cast<void*>(input->data()));
  for (Memory* output : outputs) operands.push_back(output->data());
  std::vector<unsigned char> scratch(kScratchBytes + 64);
  unsigned char* aligned = scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64);
  kernel(&params, operands.data(), 0, units, aligned);
}

// Elements differ by at most `relative` of the larger one, or `absolute`; NaN equals NaN.
inline void ExpectClose(const Memory& got, const Memory& want, double relative, double absolute,
                        const std::string& what) {
  for (int64_t i = 0; i < want.count(); ++i) {
    const double a = got.Number(i), b = want.Number(i);
    if (a == b || (a != a && b != b)) continue;
    const double bound = absolute + relative * std::fmax(std::fabs(a), std::fabs(b));
    if (std::fabs(a - b) <= bound) continue;
    EXPECT(false, what, "element", i, "got", a, "want", b);
    return;
  }
}

}  // namespace keraunos::cuda

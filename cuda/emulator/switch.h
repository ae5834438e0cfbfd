// Switching between stacks: a dozen instructions on x86-64, ucontext elsewhere (which asks the kernel about signals on
// every switch and is some ten times slower).
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)

namespace keraunos::emulator {

struct Context {
  void* stack_pointer = nullptr;
};

extern "C" void keraunos_switch_stack(void** save, void* load);

inline void SwitchContext(Context& from, Context& to) { keraunos_switch_stack(&from.stack_pointer, to.stack_pointer); }
inline void LeaveContext(Context& from, Context& to) { SwitchContext(from, to); }

inline void PrepareContext(Context& context, unsigned char* stack, size_t bytes, void (*entry)()) {
  // Six registers that calls preserve, then the address that the switch returns to. At entry the stack is 8 bytes off
  // a multiple of 16, as after a call.
  auto* top = reinterpret_cast<uint64_t*>((reinterpret_cast<uintptr_t>(stack) + bytes) / 16 * 16 - 8);
  *top = 0;
  *--top = reinterpret_cast<uint64_t>(entry);
  for (int i = 0; i < 6; ++i) *--top = 0;
  context.stack_pointer = top;
}

}  // namespace keraunos::emulator

#else
#include <ucontext.h>

namespace keraunos::emulator {

struct Context {
  ucontext_t state;
};

inline void SwitchContext(Context& from, Context& to) { swapcontext(&from.state, &to.state); }
inline void LeaveContext(Context&, Context& to) { setcontext(&to.state); }

inline void PrepareContext(Context& context, unsigned char* stack, size_t bytes, void (*entry)()) {
  getcontext(&context.state);
  context.state.uc_stack.ss_sp = stack;
  context.state.uc_stack.ss_size = bytes;
  context.state.uc_link = nullptr;
  makecontext(&context.state, entry, 0);
}

}  // namespace keraunos::emulator
#endif

#include "cuda/emulator/switch.h"

#if defined(__x86_64__)
// System V ABI: rbx, rbp and r12 to r15 belong to the caller. Rounding modes are the same everywhere here.
asm(R"(
.text
.globl keraunos_switch_stack
.hidden keraunos_switch_stack
.type keraunos_switch_stack, @function
keraunos_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size keraunos_switch_stack, .-keraunos_switch_stack
)");
#endif

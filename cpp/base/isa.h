// Which instruction sets were compiled in, which of them this machine and its operating system can run, and which is
// used.
#pragma once
#include <string>
#include <vector>

namespace keraunos {

enum class Isa {
#if defined(__x86_64__)
  kBaseline,
#if !defined(KERAUNOS_BASELINE_ONLY)
  kV3,
  kV4,
  kV4Bf16,  // v4 with products of bfloat16
#endif
#else
  kNeon,
#endif
  kCount
};

const char* IsaName(Isa isa);

// Runnable here, slowest first.
std::vector<Isa> RunnableIsas();

// The best runnable one, unless KERAUNOS_ISA or SetIsa named another. Throws InputError when KERAUNOS_ISA cannot be
// met.
Isa ActiveIsa();

// Programs loaded from now on use `name`; throws InputError listing the good names when it is unknown or cannot run
// here.
void SetIsa(const std::string& name);

}  // namespace keraunos

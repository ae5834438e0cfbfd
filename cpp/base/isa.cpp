#include "base/isa.h"

#include <atomic>
#include <cstdlib>

#include "base/error.h"

namespace keraunos {
namespace {

#if defined(KERAUNOS_BASELINE_ONLY)
constexpr const char* kNames[] = {"baseline"};

bool CanRun(Isa) { return true; }
#elif defined(__x86_64__)
constexpr const char* kNames[] = {"baseline", "v3", "v4", "v4bf16"};

// __builtin_cpu_supports also asks XGETBV whether the operating system saves the wide registers.
bool CanRun(Isa isa) {
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                  __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  const bool v4bf16 = v4 && __builtin_cpu_supports("avx512bf16");
  return isa == Isa::kBaseline || (isa == Isa::kV3 && v3) || (isa == Isa::kV4 && v4) || (isa == Isa::kV4Bf16 && v4bf16);
}
#else
constexpr const char* kNames[] = {"neon"};

bool CanRun(Isa) { return true; }
#endif

Isa Find(const std::string& name, const char* source) {
  std::string good;
  for (Isa isa : RunnableIsas()) {
    if (name == IsaName(isa)) return isa;
    good += good.empty() ? "" : ", ";
    good += IsaName(isa);
  }
  throw InputError(std::string("[isa] ") + source + " '" + name + "' cannot run here; runnable: " + good);
}

// -1: not chosen yet.
std::atomic<int> active{-1};

}  // namespace

const char* IsaName(Isa isa) { return kNames[static_cast<int>(isa)]; }

std::vector<Isa> RunnableIsas() {
  std::vector<Isa> isas;
  for (int i = 0; i < static_cast<int>(Isa::kCount); ++i) {
    if (CanRun(static_cast<Isa>(i))) isas.push_back(static_cast<Isa>(i));
  }
  return isas;
}

Isa ActiveIsa() {
  int isa = active.load();
  if (isa < 0) {
    const char* forced = std::getenv("KERAUNOS_ISA");
    isa = static_cast<int>(forced && *forced ? Find(forced, "KERAUNOS_ISA") : RunnableIsas().back());
    active.store(isa);
  }
  return static_cast<Isa>(isa);
}

void SetIsa(const std::string& name) { active.store(static_cast<int>(Find(name, "set_isa"))); }

}  // namespace keraunos

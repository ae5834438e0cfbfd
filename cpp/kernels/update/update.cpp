// The update family: optimizer steps, in place or not, and what tables that are looked up need of them.
#include "kernels/update/grouped.h"
#include "kernels/update/rules.h"

namespace keraunos {
namespace {

// (variables..., g, rate[, step]) -> variables
template <template <typename> class Rule, typename T>
void UpdateAll(const void* raw, void* const* o, int64_t begin, int64_t end, void*) {
  constexpr int n = Rule<T>::kStates;
  const auto& params = *static_cast<const Update*>(raw);
  const Rule<T> rule(params.c, *static_cast<const T*>(o[n + 1]), o[n + 2]);
  const int64_t start = begin * params.cols;
  const Gradient<T> gradient = {static_cast<const T*>(o[n]) + start};
  ApplyRule<T>(rule, o, o + n + (n == 3 ? 3 : 2), start, end * params.cols - start, gradient);
}

#define KERAUNOS_RULE(op, Rule)                                                                \
  {kOp_##op, kFloat32, UpdateAll<Rule, float>}, {kOp_##op, kFloat64, UpdateAll<Rule, double>}, \
      {kOp_##op##_rows, kFloat32, UpdateGrouped<Rule, float>}, {                               \
    kOp_##op##_rows, kFloat64, UpdateGrouped<Rule, double>                                     \
  }
constexpr KernelEntry kEntries[] = {
    KERAUNOS_RULE(sgd, Sgd),
    KERAUNOS_RULE(sgd_momentum, SgdMomentum),
    KERAUNOS_RULE(adam, Adam),
    KERAUNOS_RULE(rmsprop, Rmsprop),
    KERAUNOS_RULE(adagrad, Adagrad),
    {kOp_sum_rows, kFloat32, SumRows<float>},
    {kOp_sum_rows, kFloat64, SumRows<double>},
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(update, keraunos::kEntries)

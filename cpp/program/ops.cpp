#include "program/ops.h"

namespace keraunos {
namespace {

constexpr OpRow kRows[] = {
#define KERAUNOS_OP(name, Params, inputs, outputs) {#name, sizeof(Params), inputs, outputs, Check##Params},
#include "kernels/ops.inc"
};
static_assert(sizeof(kRows) / sizeof(kRows[0]) == kNumOps);

}  // namespace

const OpRow& GetOp(uint32_t op) { return kRows[op]; }

}  // namespace keraunos

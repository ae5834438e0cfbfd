// Which Programs the persistent kernel runs, and how it cuts them. Pure arithmetic, tested on the host.
#pragma once
#include <cstdint>

#include "program/image.h"

namespace keraunos::cuda {

// Whether blocks can run every instruction, and the whole is so small that launches would take longer than the work.
bool Supported(const ProgramImage& image);

// Units of an item: as many items as multiprocessors, but at least kFewestUnits units that share what they read.
int64_t ItemUnits(int64_t units, int multiprocessors);

}  // namespace keraunos::cuda

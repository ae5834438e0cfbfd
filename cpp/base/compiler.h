// What GCC and Clang spell differently.
#pragma once

#define KERAUNOS_INLINE inline __attribute__((always_inline))

// Unrolls a loop of up to 16 rounds whole, so that an array it indexes can live in registers. Clang ignores GCC's
// pragma: its GEMM tiles then stay in memory.
#if defined(__clang__)
#define KERAUNOS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define KERAUNOS_UNROLL _Pragma("GCC unroll 16")
#endif
